import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';

/** Why the keychain gave nothing. Nothing ever falls back to plain text. */
export type KeychainProblem = Problem & {
  readonly code: 'keychain-unavailable' | 'keychain-locked' | 'keychain-failed';
};

/** The operating system's keychain, within one service name. Values are texts. */
export interface Keychain {
  get(account: string): Promise<Result<string | undefined, KeychainProblem>>;
  set(account: string, value: string): Promise<Result<null, KeychainProblem>>;
  /** Removing what is not there is no problem. */
  remove(account: string): Promise<Result<null, KeychainProblem>>;
  /** Whether it can be used now; asks for an account that need not exist. */
  probe(): Promise<Result<null, KeychainProblem>>;
}

/** The part of keytar that is used. */
export interface NativeKeychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** Loads keytar when it is first needed: on Linux it wants libsecret, and a machine without it must get a sentence. */
export async function nativeKeychain(): Promise<NativeKeychain> {
  const loaded = (await import('keytar')) as unknown as {
    default?: NativeKeychain;
  } & NativeKeychain;
  return loaded.default ?? loaded;
}

/** A locked keychain asks the person; so long we wait for them, in milliseconds. */
const patienceMs = 20_000;

const unavailable = (platform: NodeJS.Platform): string =>
  platform === 'linux'
    ? 'No keychain is running, so secrets cannot be kept. Start a Secret Service such as gnome-keyring or KWallet, then try again.'
    : 'The keychain of this system cannot be reached, so secrets cannot be kept. Unlock it, then try again.';

const locked = 'The keychain is locked. Unlock it, then try again.';

/** What an error of the native module means; its texts differ by platform and desktop. */
export function keychainProblem(error: unknown, platform: NodeJS.Platform): KeychainProblem {
  const text = error instanceof Error ? error.message : String(error);
  if (/lock|interaction is not allowed|cancel|dismiss/i.test(text)) {
    return { code: 'keychain-locked', message: locked };
  }
  if (
    /d-?bus|secret|service|libsecret|cannot open shared object|autolaunch|name .*not provided|module/i.test(
      text,
    )
  ) {
    return { code: 'keychain-unavailable', message: unavailable(platform) };
  }
  return {
    code: 'keychain-failed',
    message: `The keychain refused (${text.slice(0, 120)}). Check it, then try again.`,
  };
}

/** The service name of a data folder: profiles and tests beside each other do not share secrets. */
export const serviceName = (suffix: string): string =>
  suffix === '' ? 'Airlock Desktop' : `Airlock Desktop (${suffix})`;

/** Opens the keychain under a service name. The native module is loaded at the first call. */
export function openKeychain(
  service: string,
  platform: NodeJS.Platform = process.platform,
  load: () => Promise<NativeKeychain> = nativeKeychain,
  timeoutMs = patienceMs,
): Keychain {
  let native: Promise<NativeKeychain> | undefined;

  async function use<T>(
    work: (keychain: NativeKeychain) => Promise<T>,
  ): Promise<Result<T, KeychainProblem>> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('still locked')), timeoutMs);
    });
    try {
      native ??= load();
      return ok(await Promise.race([native.then(work), patience]));
    } catch (error) {
      // A load that failed may work once the person has started what is missing.
      native = undefined;
      return { ok: false, problem: keychainProblem(error, platform) };
    } finally {
      clearTimeout(timer);
    }
  }

  const done = <T>(result: Result<T, KeychainProblem>): Result<null, KeychainProblem> =>
    result.ok ? ok(null) : result;

  return {
    async get(account) {
      const found = await use((keychain) => keychain.getPassword(service, account));
      return found.ok ? ok(found.value ?? undefined) : found;
    },
    set: async (account, value) =>
      done(await use((keychain) => keychain.setPassword(service, account, value))),
    remove: async (account) =>
      done(await use((keychain) => keychain.deletePassword(service, account))),
    probe: async () => done(await use((keychain) => keychain.getPassword(service, 'probe'))),
  };
}

/** What to answer where something must be in the keychain and is not. */
export const missingSecret = (what: string) =>
  fail(
    'secret-missing',
    `The keychain no longer holds ${what}. Protect the client again to store it.`,
  );
