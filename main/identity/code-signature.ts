import { powershell, type Query } from './process-listing.ts';

/** What a program file says of who signed it. */
export interface CodeSignature {
  /** `none`: not signed, or only by the linker of this machine; `unknown`: the system did not say. */
  readonly state: 'signed' | 'invalid' | 'none' | 'unknown';
  /** On macOS the team id (`Q6L2SF6YDW`), on Windows the organisation of the certificate (`Anysphere, Inc.`). */
  readonly signer?: string;
}

/**
 * How to ask a platform who signed a program; undefined where it has no such thing (Linux). On macOS the answer is
 * what the file says of itself, without the slow proof that nothing was changed since. Pure.
 */
export function signatureQuery(
  path: string,
  platform: NodeJS.Platform,
  systemRoot = 'C:\\Windows',
): Query | undefined {
  if (platform === 'darwin') {
    return { command: '/usr/bin/codesign', args: ['-dv', '--verbose=2', path] };
  }
  if (platform !== 'win32') return undefined;
  // Within single quotes PowerShell reads nothing but a quote, of which Unicode has several.
  const quoted = `'${path.replace(/['\u2018\u2019\u201a\u201b]/g, (quote) => quote + quote)}'`;
  const script = `[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-AuthenticodeSignature -LiteralPath ${quoted} | Select-Object @{n='Status';e={[string]$_.Status}},@{n='Subject';e={$_.SignerCertificate.Subject}} | ConvertTo-Json -Compress`;
  return {
    command: powershell(systemRoot),
    args: ['-NoProfile', '-NonInteractive', '-Command', script],
  };
}

/** Reads what `codesign -dv --verbose=2` writes (to its error stream). Pure. */
export function parseCodesign(text: string): CodeSignature {
  if (/code object is not signed at all/.test(text)) return { state: 'none' };
  const team = /^TeamIdentifier=(.+)$/m.exec(text)?.[1]?.trim();
  if (team !== undefined && team !== 'not set') return { state: 'signed', signer: team };
  const apple = /^Authority=(?:Software Signing|Apple .*)$/m.test(text);
  if (apple) return { state: 'signed', signer: 'Apple' };
  return { state: /^Signature=adhoc$/m.test(text) || team !== undefined ? 'none' : 'unknown' };
}

/** Reads the JSON of the Windows query. Pure. */
export function parseAuthenticode(json: string): CodeSignature {
  let answer: unknown;
  try {
    answer = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return { state: 'unknown' };
  }
  if (typeof answer !== 'object' || answer === null) return { state: 'unknown' };
  const { Status: status, Subject: subject } = answer as Record<string, unknown>;
  if (status === 'NotSigned') return { state: 'none' };
  const signer = typeof subject === 'string' ? organisationOf(subject) : undefined;
  if (status === 'Valid') return { state: 'signed', ...(signer === undefined ? {} : { signer }) };
  // NotTrusted, HashMismatch and the like: somebody changed it, or nobody vouches for who signed it.
  const bad = status === 'HashMismatch' || status === 'NotTrusted' || status === 'UnknownError';
  return { state: bad ? 'invalid' : 'unknown' };
}

/** One part of a distinguished name as Windows writes it: in quotes where it holds a comma, quotes in it doubled. */
const namePart = /\s*([\w.]+)=(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;

/** The organisation of a distinguished name. Read part by part, as any other part may hold the text `O=`. */
function organisationOf(subject: string): string | undefined {
  for (const [, key, quoted, plain] of subject.matchAll(namePart)) {
    if (key === 'O') return quoted?.replaceAll('""', '"') ?? plain?.trim();
  }
  return undefined;
}
