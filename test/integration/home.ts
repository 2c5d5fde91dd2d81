import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, vi } from 'vitest';
import type { MachinePlace } from '../../main/compose-governance.ts';
import { bridgePlace } from '../../main/compose-place.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import type { Connection } from '../../shared/client.ts';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import type { Result } from '../../shared/outcome.ts';
import { patienceMs } from './until.ts';

vi.setConfig({ testTimeout: 2 * patienceMs, hookTimeout: 2 * patienceMs });

const recorder = path.resolve(import.meta.dirname, '../fakes/recording-server.mjs');
let bundles: string | undefined;
let bundle: string | undefined;
const homes: string[] = [];

afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

afterAll(() => {
  if (bundles !== undefined) rmSync(bundles, { recursive: true, force: true });
  bundles = undefined;
  bundle = undefined;
});

/** The bridge as it is built, once a test file. */
export function bridgeBundle(): string {
  bundles ??= mkdtempSync(path.join(tmpdir(), 'airlock-bundle-'));
  if (bundle !== undefined) return bundle;
  bundle = path.join(bundles, 'bridge.cjs');
  buildSync({
    entryPoints: [path.resolve(import.meta.dirname, '../../main/bridge/bridge.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return bundle;
}

/** A throw-away home with the app's data folder in it. */
export interface Home {
  readonly path: string;
  readonly data: string;
  readonly machine: MachinePlace;
  readonly place: BridgeEndpoint;
  /** Protects an entry `name` of Cursor as the app would have, its server being this command. */
  connect(name: string, command: string, args: string[], over?: Partial<Connection>): Connection;
  /** The same with a server that records what it receives. */
  record(name: string, over?: Partial<Connection>): Connection;
  /** The lines that a recording server received. */
  received(name: string): string[];
  file(name: string): string;
}

/** Makes a home. Its path is short enough for a unix socket. */
export function aHome(): Home {
  const home = mkdtempSync(path.join(tmpdir(), 'airlock-whole-'));
  homes.push(home);
  const data = path.join(home, 'data');
  const machine: MachinePlace = {
    platform: process.platform === 'darwin' ? 'darwin' : 'linux',
    home,
    tmp: tmpdir(),
    env: { ...process.env, HOME: home },
  };
  const file = (name: string) => path.join(home, name);
  function connect(
    name: string,
    command: string,
    args: string[],
    over: Partial<Connection> = {},
  ): Connection {
    const connection: Connection = {
      id: `con_${name}`,
      clientId: 'cursor',
      clientName: 'Cursor',
      file: file('.cursor/mcp.json'),
      keyPath: ['mcpServers', name],
      name,
      serverId: `srv_${name}`,
      serverLabel: `${path.basename(command)} ${name}`,
      command,
      args,
      secretEnv: [],
      forwardedEnv: [],
      argvInFile: false,
      createdAt: 1,
      ...over,
    };
    const store = must(openStateStore(path.join(data, 'state.db')));
    store.connections.save(connection);
    store.close();
    return connection;
  }
  mkdirSync(data, { mode: 0o700 });
  return {
    path: home,
    data,
    machine,
    place: bridgePlace(machine),
    connect,
    record: (name, over) => connect(name, process.execPath, [recorder, file(`${name}.log`)], over),
    received: (name) => linesOf(file(`${name}.log`)),
    file,
  };
}

/** The lines of a file; none where it is not there (yet). */
export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The value of a result that a test counts on. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
