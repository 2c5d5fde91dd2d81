import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { keychainProblem } from './keychain-problem.ts';

/** Why the keychain could not serve: it is not there, or it is there and closed. */
export type KeychainProblem = Problem & {
  readonly code: 'keychain-unavailable' | 'keychain-locked' | 'keychain-damaged';
};

/** Secrets by account in the operating system's keychain. Nothing ever falls back to plain text. */
export interface Keychain {
  /** The secret of an account, or undefined where there surely is none. */
  get(account: string): Promise<Result<string | undefined, KeychainProblem>>;
  set(account: string, secret: string): Promise<Result<null, KeychainProblem>>;
  /** Removes an account; fine where there is none. */
  remove(account: string): Promise<Result<null, KeychainProblem>>;
}

/** The part of keytar that is used. */
export interface NativeKeychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** What a keychain is made of. */
export interface KeychainOptions {
  /** Tells data folders apart, so that profiles and tests never share a secret; empty for the usual one. */
  readonly suffix: string;
  /** Loads the native part; a missing system library makes it reject. */
  readonly load?: () => Promise<NativeKeychain>;
  /** How long one operation may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** The service every account stands under. */
export const serviceName = (suffix: string): string =>
  suffix === '' ? 'Airlock Desktop' : `Airlock Desktop (${suffix})`;

const loadKeytar = async (): Promise<NativeKeychain> => {
  const module: { default?: NativeKeychain } & Partial<NativeKeychain> = await import('keytar');
  const native = module.default ?? module;
  if (typeof native.getPassword !== 'function') throw new Error('keytar has no getPassword');
  return native as NativeKeychain;
};

/** An account whose presence proves that the keychain answers; its secret is no secret. */
const canary = 'airlock-probe';

const usualTimeoutMs = 5000;

/**
 * Opens the keychain; the native part is loaded at the first use. Operations run one after the other, each with a
 * time limit. An operation that outlives its limit still holds one of the few worker threads Node has, so until it
 * ends all further ones are refused at once instead of taking the rest of the threads with them.
 */
export function makeKeychain({
  suffix,
  load = loadKeytar,
  timeoutMs = usualTimeoutMs,
}: KeychainOptions): Keychain & {
  /** Whether the keychain can be read and written now. */
  probe(): Promise<Result<null, KeychainProblem>>;
} {
  const service = serviceName(suffix);
  let native: Promise<NativeKeychain> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let stuck = false;

  const loaded = (): Promise<NativeKeychain> => {
    native ??= load().catch((cause: unknown) => {
      native = undefined;
      throw cause;
    });
    return native;
  };

  const bounded = async <T>(
    act: (keychain: NativeKeychain) => Promise<T>,
  ): Promise<Result<T, KeychainProblem>> => {
    if (stuck) return fail('keychain-locked', waiting);
    const done = loaded().then(act);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutMs);
    });
    try {
      const first = await Promise.race([done.then((value) => ({ value })), late]);
      if (first !== 'late') return ok(first.value);
      stuck = true;
      const free = () => {
        stuck = false;
      };
      done.then(free, free);
      return fail('keychain-locked', waiting);
    } catch (cause) {
      return { ok: false, problem: keychainProblem(cause, process.platform) };
    } finally {
      clearTimeout(timer);
    }
  };

  /** One operation at a time. */
  const run = <T>(act: (keychain: NativeKeychain) => Promise<T>) => {
    const result = queue.then(() => bounded(act));
    queue = result;
    return result;
  };

  const writeCanary = () =>
    run(async (keychain) => {
      if ((await keychain.getPassword(service, canary)) !== null) return null;
      await keychain.setPassword(service, canary, 'ok');
      return null;
    });

  return {
    /**
     * A locked keyring can answer "no such secret" (libsecret does where its prompt is dismissed), so an absence
     * counts only where the keychain proves to be open.
     */
    async get(account) {
      const found = await run((keychain) => keychain.getPassword(service, account));
      if (!found.ok || found.value !== null) return found.ok ? ok(found.value ?? undefined) : found;
      const open = await writeCanary();
      return open.ok ? ok(undefined) : open;
    },
    async set(account, secret) {
      const written = await run((keychain) => keychain.setPassword(service, account, secret));
      return written.ok ? ok(null) : written;
    },
    async remove(account) {
      const removed = await run((keychain) => keychain.deletePassword(service, account));
      return removed.ok ? ok(null) : removed;
    },
    probe: writeCanary,
  };
}

const waiting =
  'The keychain did not answer in time. Unlock it, or answer the question your system asks, then try again.';
