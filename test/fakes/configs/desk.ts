import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sealedBackups } from '../../../main/clients/backup.ts';
import { catalogue } from '../../../main/clients/catalogue.ts';
import type { Client, Platform } from '../../../main/clients/client-record.ts';
import { fileJournal } from '../../../main/clients/journal-file.ts';
import type { ClientPorts } from '../../../main/clients/ports.ts';
import type { Connection } from '../../../shared/client.ts';
import { fail, ok, type Result } from '../../../shared/outcome.ts';

/** Where the bridge stands in these tests. */
export const bridgeFile = '/opt/airlock/bin/airlock-bridge';

/** A detector that knows one form of secret, and a mask that hides it. */
export const looksSecret = (text: string): string | undefined =>
  /sk-[0-9a-z]{8,}/.test(text) ? 'api key' : undefined;
export const mask = (text: string): string => text.replace(/sk-[0-9a-z]{8,}/g, '[masked]');

export const hiding = { bridgeFile, looksSecret, mask };

/** The client of that id. Throws when the catalogue has none. */
export function clientOf(id: string): Client {
  const client = catalogue.find((one) => one.id === id);
  if (client === undefined) throw new Error(`no client ${id}`);
  return client;
}

/** Everything protect and restore need, over a real home folder, with a keychain and connections held in memory. */
export interface Desk {
  readonly home: string;
  readonly data: string;
  readonly ports: ClientPorts;
  readonly keychain: Map<string, Readonly<Record<string, string>>>;
  readonly connections: Map<string, Connection>;
  /** While set, the keychain answers everything with this sentence. */
  locked: string | undefined;
  now: number;
  close(): void;
}

/** Sets a desk up in a fresh folder; `close` removes it. */
export function makeDesk(more: Partial<ClientPorts> = {}): Desk {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'airlock-clients-')));
  const home = path.join(root, 'home');
  const data = path.join(root, 'data');
  mkdirSync(home);
  const key = randomBytes(32);
  const keychain: Desk['keychain'] = new Map();
  const connections: Desk['connections'] = new Map();
  const guarded = <T>(value: () => T): Result<T> =>
    desk.locked === undefined ? ok(value()) : fail('keychain-locked', desk.locked);
  const platform: Platform = 'linux';
  const desk: Desk = {
    home,
    data,
    keychain,
    connections,
    locked: undefined,
    now: 1_700_000_000_000,
    close: () => rmSync(root, { recursive: true, force: true }),
    ports: {
      ...hiding,
      machine: { platform, home, env: {} },
      clients: catalogue,
      journal: fileJournal(data, platform),
      backups: sealedBackups(data, platform, async () => guarded(() => key)),
      secrets: {
        store: async (id, secrets) =>
          guarded(() => {
            keychain.set(id, secrets);
            return null;
          }),
        remove: async (id) =>
          guarded(() => {
            keychain.delete(id);
            return null;
          }),
      },
      connections: {
        list: () => [...connections.values()],
        put: (connection) => connections.set(connection.id, connection),
        markRestored: (id, at) => {
          const connection = connections.get(id);
          if (connection !== undefined) connections.set(id, { ...connection, restoredAt: at });
        },
      },
      now: () => desk.now++,
      ...more,
    },
  };
  return desk;
}
