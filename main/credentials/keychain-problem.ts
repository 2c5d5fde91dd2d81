import type { KeychainProblem } from './keychain.ts';

const locked =
  /lock|interaction is not allowed|user cancell?ed|dismiss|denied|auth(?:entication|orization)? (?:failed|was)|user name or passphrase|-128\b|-25293|-25308/i;

const repair: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Install and start a keyring service (gnome-keyring or KWallet with libsecret), then start Airlock again.',
  darwin: 'Open Keychain Access, check that the login keychain is there, then start Airlock again.',
  win32: 'Check that the Credential Manager service is running, then start Airlock again.',
};

const usualRepair = 'Check that your system has a keychain service, then start Airlock again.';

/**
 * What an error of the native keychain means for a person. Only the kind is told, never the raw text, which may
 * name accounts. A keychain that is closed can be opened; one that is not there has to be put right first.
 */
export function keychainProblem(cause: unknown, platform: NodeJS.Platform): KeychainProblem {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (locked.test(text)) {
    const message = 'The keychain is locked. Unlock it, then try again.';
    return { code: 'keychain-locked', message };
  }
  const message = `The keychain cannot be reached, so no secret can be read or kept. ${repair[platform] ?? usualRepair}`;
  return { code: 'keychain-unavailable', message };
}
