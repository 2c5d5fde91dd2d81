import { z } from 'zod';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Keychain, KeychainProblem } from './keychain.ts';

/** The secrets of one connection by their place in the entry (`env.TOKEN`, `args[2]`). */
export type Secrets = Readonly<Record<string, string>>;

const Stored = z.record(z.string(), z.string());

/** The secrets of connections, in the keychain and nowhere else. */
export interface ConnectionSecrets {
  /** Keeps the secrets of a connection in place of what was there; an empty record removes it. */
  store(connectionId: string, secrets: Secrets): Promise<Result<null, KeychainProblem>>;
  /** The secrets of a connection, or undefined where none were ever kept. */
  load(connectionId: string): Promise<Result<Secrets | undefined, KeychainProblem>>;
  remove(connectionId: string): Promise<Result<null, KeychainProblem>>;
}

const accountOf = (connectionId: string): string => `connection/${connectionId}`;

/** Keeps each connection's secrets as one JSON value under `connection/<id>`. */
export function makeConnectionSecrets(keychain: Keychain): ConnectionSecrets {
  return {
    store: (connectionId, secrets) =>
      Object.keys(secrets).length === 0
        ? keychain.remove(accountOf(connectionId))
        : keychain.set(accountOf(connectionId), JSON.stringify(secrets)),

    async load(connectionId) {
      const stored = await keychain.get(accountOf(connectionId));
      if (!stored.ok) return stored;
      if (stored.value === undefined) return ok(undefined);
      const secrets = Stored.safeParse(parsed(stored.value));
      return secrets.success ? ok(secrets.data) : damaged;
    },

    remove: (connectionId) => keychain.remove(accountOf(connectionId)),
  };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const damaged = fail(
  'keychain-damaged',
  'The secrets of this connection cannot be read from the keychain. Restore its config entry and protect it again.',
);
