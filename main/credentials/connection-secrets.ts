import { z } from 'zod';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { chunkCount, joinChunks, splitChunks } from './chunks.ts';
import type { Keychain } from './keychain.ts';

const Secrets = z.record(z.string(), z.string());

const account = (connectionId: string, n: number): string =>
  n === 0 ? `connection/${connectionId}` : `connection/${connectionId}/${n}`;

/** Secrets of connections in the keychain, `env.NAME` or `args[2]` to the value, as one JSON text per connection. */
export function connectionSecrets(keychain: Keychain) {
  async function count(connectionId: string): Promise<Result<number>> {
    const first = await keychain.get(account(connectionId, 0));
    return first.ok ? ok(first.value === undefined ? 0 : (chunkCount(first.value) ?? 1)) : first;
  }

  return {
    /** Keeps the secrets of a connection; the first piece is written last, so that a crash leaves none half known. */
    async store(
      connectionId: string,
      secrets: Readonly<Record<string, string>>,
    ): Promise<Result<null>> {
      const pieces = splitChunks(JSON.stringify(secrets));
      for (let n = pieces.length - 1; n >= 0; n -= 1) {
        const set = await keychain.set(account(connectionId, n), pieces[n] ?? '');
        if (!set.ok) return set;
      }
      return ok(null);
    },

    /** The secrets of a connection; none where it has none. */
    async load(connectionId: string): Promise<Result<Readonly<Record<string, string>>>> {
      const first = await keychain.get(account(connectionId, 0));
      if (!first.ok) return first;
      if (first.value === undefined) return ok({});
      const pieces = [first.value];
      for (let n = 1; n < (chunkCount(first.value) ?? 0); n += 1) {
        const piece = await keychain.get(account(connectionId, n));
        if (!piece.ok) return piece;
        if (piece.value === undefined) return damaged();
        pieces.push(piece.value);
      }
      try {
        return ok(Secrets.parse(JSON.parse(joinChunks(pieces))));
      } catch {
        // Somebody else wrote under our name; what it was for cannot be told.
        return damaged();
      }
    },

    /** Forgets the secrets of a connection. */
    async remove(connectionId: string): Promise<Result<null>> {
      const pieces = await count(connectionId);
      if (!pieces.ok) return pieces;
      for (let n = pieces.value - 1; n >= 0; n -= 1) {
        const removed = await keychain.remove(account(connectionId, n));
        if (!removed.ok) return removed;
      }
      return ok(null);
    },
  };
}

const damaged = () =>
  fail(
    'secret-damaged',
    'The secrets of this connection in the keychain cannot be read. Restore the client and protect it again.',
  );
