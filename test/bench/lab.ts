import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { electronPath } from '../../build/electron-runtime.mjs';
import { aHome, airlock, appArguments, type Home, root, spawnApp } from '../e2e/airlock-app.ts';

export const node = process.execPath;
export const here = (file: string): string => join(import.meta.dirname, file);
export const echo = here('echo-server.mjs');
export const bin = (path: string): string => join(root, 'node_modules', path);

/** Waits until `holds`, for half a minute at most. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come up`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 4_000).unref();
    return undefined;
  });

/** What a client's config says of one server. */
export interface ConfigEntry {
  readonly command: string;
  readonly args: string[];
}

/** The app on a throw-away home, and the entries of its client as they were rewritten. */
export interface GovernedApp {
  readonly home: Home;
  readonly app: ChildProcess;
  readonly entries: Readonly<Record<string, ConfigEntry>>;
}

/** A home whose Cursor has these servers, protected, with the app running on it. `prepare` may change the home first. */
export async function governedApp(
  servers: Readonly<Record<string, ConfigEntry>> = { echo: { command: node, args: [echo] } },
  prepare: (home: Home) => void = () => undefined,
): Promise<GovernedApp> {
  const home = aHome();
  const config = home.write('.cursor/mcp.json', JSON.stringify({ mcpServers: servers }));
  const done = await airlock(home, 'protect', '--client', 'cursor');
  if (done.code !== 0) throw new Error(`protect failed: ${done.out}${done.err}`);
  const { mcpServers } = JSON.parse(readFileSync(config, 'utf8')) as {
    mcpServers: Record<string, ConfigEntry>;
  };
  prepare(home);
  const app = spawnApp(home, '--hidden');
  try {
    await until('Airlock', () => existsSync(join(home.data, 'control.json')));
  } catch (error) {
    await leave({ home, app });
    throw error;
  }
  return { home, app, entries: mcpServers };
}

/** The rewritten entry of one server. */
export function entryOf({ entries }: GovernedApp, name: string): ConfigEntry {
  const entry = entries[name];
  if (entry === undefined) throw new Error(`the entry ${name} is gone`);
  return entry;
}

/** A line relay in Electron that decides nothing: the floor of our way of connecting. */
export async function bareRelay(): Promise<{ home: Home; app: ChildProcess; socket: string }> {
  const home = aHome();
  const socket = join(home.path, 'bare.sock');
  const app = spawn(
    electronPath(),
    appArguments(home).map((argument) => (argument === root ? here('bare-relay') : argument)),
    {
      env: {
        ...home.env,
        BARE_RELAY_SOCKET: socket,
        BARE_RELAY_SERVER: JSON.stringify([node, echo]),
      },
      stdio: 'ignore',
    },
  );
  const bare = { home, app, socket };
  try {
    await until('the bare relay', () => existsSync(socket));
  } catch (error) {
    await leave(bare);
    throw error;
  }
  return bare;
}

/** Ends an app and removes its home. */
export async function leave({ home, app }: { home: Home; app: ChildProcess }): Promise<void> {
  await end(app);
  rmSync(home.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
