import type { Keychain, NativeKeychain } from '../../../main/credentials/keychain.ts';
import { fail, ok } from '../../../shared/outcome.ts';

/** A keychain in memory that can be locked, and that refuses secrets above a size as Windows does. */
export function memoryKeychain(mostBytes = Number.POSITIVE_INFINITY) {
  const secrets = new Map<string, string>();
  const state = { locked: false };
  const locked = fail('keychain-locked', 'Locked.');
  const keychain: Keychain = {
    get: async (account) => (state.locked ? locked : ok(secrets.get(account))),
    async set(account, secret) {
      if (state.locked) return locked;
      if (Buffer.byteLength(secret) > mostBytes) return fail('keychain-unavailable', 'Too long.');
      secrets.set(account, secret);
      return ok(null);
    },
    async remove(account) {
      if (state.locked) return locked;
      secrets.delete(account);
      return ok(null);
    },
  };
  return { keychain, secrets, state };
}

/** The native part, in memory, with hooks to make it fail or hang. */
export function memoryNative(before: () => Promise<void> = async () => {}) {
  const secrets = new Map<string, string>();
  const calls: string[] = [];
  const key = (service: string, account: string) => `${service}|${account}`;
  const native: NativeKeychain = {
    async getPassword(service, account) {
      calls.push(`get ${account}`);
      await before();
      return secrets.get(key(service, account)) ?? null;
    },
    async setPassword(service, account, password) {
      calls.push(`set ${account}`);
      await before();
      secrets.set(key(service, account), password);
    },
    async deletePassword(service, account) {
      calls.push(`delete ${account}`);
      await before();
      return secrets.delete(key(service, account));
    },
  };
  return { native, secrets, calls };
}
