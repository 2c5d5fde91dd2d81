import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/** Everything protect and restore need, over a real home folder, with keychain and connections as files beside it. */
export interface Desk {
  readonly root: string;
  readonly home: string;
  readonly data: string;
  readonly ports: ClientPorts;
  keychain(): Record<string, Record<string, string>>;
  connections(): Connection[];
  /** While set, the keychain answers everything with this sentence. */
  locked: string | undefined;
  now: number;
  /** Writes a file below home, with its folders, and gives its path. */
  put(file: string, content: string | Uint8Array): string;
  close(): void;
}

/** Sets a desk up in a fresh folder; `close` removes it. */
export function makeDesk(more: Partial<ClientPorts> = {}): Desk {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'airlock-clients-')));
  mkdirSync(path.join(root, 'home'));
  writeFileSync(path.join(root, 'key.bin'), randomBytes(32));
  return openDesk(root, more);
}

/** Opens the desk in a folder again, as a start after a crash does. */
export function openDesk(root: string, more: Partial<ClientPorts> = {}): Desk {
  const home = path.join(root, 'home');
  const data = path.join(root, 'data');
  const platform: Platform = 'linux';
  const keychain = table<Record<string, string>>(path.join(root, 'keychain.json'));
  const connections = table<Connection>(path.join(root, 'connections.json'));
  const guarded = <T>(value: () => T): Result<T> =>
    desk.locked === undefined ? ok(value()) : fail('keychain-locked', desk.locked);
  const desk: Desk = {
    root,
    home,
    data,
    keychain: keychain.read,
    connections: () => Object.values(connections.read()),
    locked: undefined,
    now: 1_700_000_000_000,
    put(file, content) {
      const full = path.join(home, file);
      mkdirSync(path.dirname(full), { recursive: true });
      writeFileSync(full, content);
      return full;
    },
    close: () => rmSync(root, { recursive: true, force: true }),
    ports: {
      ...hiding,
      machine: { platform, home, env: {} },
      clients: catalogue,
      journal: fileJournal(data, platform),
      backups: sealedBackups(data, platform, async () =>
        guarded(() => readFileSync(path.join(root, 'key.bin'))),
      ),
      secrets: {
        store: async (id, secrets) => guarded(() => keychain.set(id, secrets)),
        remove: async (id) => guarded(() => keychain.set(id, undefined)),
      },
      connections: {
        list: () => Object.values(connections.read()),
        put: (connection) => connections.set(connection.id, connection),
        markRestored: (id, at) => {
          const connection = connections.read()[id];
          if (connection !== undefined) connections.set(id, { ...connection, restoredAt: at });
        },
      },
      now: () => desk.now++,
      ...more,
    },
  };
  return desk;
}

/** A map kept in a file, written whole by rename, so that a killed process leaves the old or the new one. */
function table<T>(file: string) {
  const read = (): Record<string, T> =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>) : {};
  return {
    read,
    set(id: string, value: T | undefined): null {
      // JSON leaves out what is undefined.
      writeFileSync(`${file}.new`, JSON.stringify({ ...read(), [id]: value }));
      renameSync(`${file}.new`, file);
      return null;
    },
  };
}
