import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { electronPath } from '../../build/electron-runtime.mjs';
import { aHome, airlock, appArguments, type Home, root, spawnApp } from '../e2e/airlock-app.ts';
import { freePort, httpDriver } from './http-driver.ts';
import type { Case } from './measure.ts';
import { stdioDriver } from './stdio-driver.ts';

const node = process.execPath;
const here = (file: string): string => join(import.meta.dirname, file);
const echo = here('echo-server.mjs');
const bin = (path: string): string => join(root, 'node_modules', path);

async function until(what: string, holds: () => boolean): Promise<void> {
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

/** Everything that is measured, and what must be ended afterwards. */
export interface Lab {
  readonly cases: readonly Case[];
  close(): Promise<void>;
}

interface Config {
  readonly mcpServers: Record<string, { readonly command: string; readonly args: string[] }>;
}

/** A home whose Cursor has the echo server, protected, with the app running on it. */
async function governedApp(): Promise<{
  home: Home;
  app: ChildProcess;
  command: string;
  args: string[];
}> {
  const home = aHome();
  const config = home.write(
    '.cursor/mcp.json',
    JSON.stringify({ mcpServers: { echo: { command: node, args: [echo] } } }),
  );
  const done = await airlock(home, 'protect', '--client', 'cursor');
  if (done.code !== 0) throw new Error(`protect failed: ${done.out}${done.err}`);
  const entry = (JSON.parse(readFileSync(config, 'utf8')) as Config).mcpServers.echo;
  if (!entry) throw new Error('the echo entry is gone');
  const app = spawnApp(home, '--hidden');
  try {
    await until('Airlock', () => existsSync(join(home.data, 'control.json')));
  } catch (error) {
    await leave({ home, app });
    throw error;
  }
  return { home, app, command: entry.command, args: entry.args };
}

/** A line relay in Electron that decides nothing: the floor of our way of connecting. */
async function bareRelay(): Promise<{ home: Home; app: ChildProcess; socket: string }> {
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

async function leave({ home, app }: { home: Home; app: ChildProcess }): Promise<void> {
  await end(app);
  rmSync(home.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Sets the lab up: the app, the bare relay in Electron, and the published bridges. */
export async function openLab(): Promise<Lab> {
  const governed = await governedApp();
  let bare: Awaited<ReturnType<typeof bareRelay>>;
  try {
    bare = await bareRelay();
  } catch (error) {
    await leave(governed);
    throw error;
  }
  const { socket } = bare;

  const cases: Case[] = [
    { name: 'direct stdio', start: () => stdioDriver(node, [echo]) },
    {
      name: 'bare relay in Electron (no governance)',
      start: () => stdioDriver(node, [here('bare-bridge.mjs'), socket]),
    },
    {
      name: 'Airlock, governed in Electron',
      ours: true,
      start: () => stdioDriver(governed.command, governed.args, governed.home.env),
    },
    {
      name: 'Airlock, `airlock run`',
      ours: true,
      start: () =>
        stdioDriver(node, [join(root, 'out/cli/airlock.mjs'), 'run', '--', node, echo], {
          ...governed.home.env,
          AIRLOCK_DATA: join(governed.home.path, 'run-data'),
        }),
    },
    {
      name: '@civic/passthrough-mcp-server 0.12.1 (stdio to stdio)',
      peer: true,
      start: () => stdioDriver(node, [here('civic-peer.mjs'), node, echo]),
    },
    {
      name: 'mcp-proxy 6.7.19 (HTTP to stdio)',
      peer: true,
      start: async () => {
        const port = await freePort();
        const args = [
          '--host',
          '127.0.0.1',
          '--port',
          String(port),
          '--server',
          'stream',
          node,
          echo,
        ];
        return httpDriver(node, [bin('mcp-proxy/dist/bin/mcp-proxy.mjs'), ...args], port);
      },
    },
    {
      name: 'supergateway 4.0.0 (HTTP to stdio)',
      peer: true,
      start: async () => {
        const port = await freePort();
        const args = [
          '--stdio',
          `${node} ${echo}`,
          '--outputTransport',
          'streamableHttp',
          '--stateful',
        ];
        return httpDriver(
          node,
          [
            bin('supergateway/dist/index.js'),
            ...args,
            '--port',
            String(port),
            '--logLevel',
            'none',
          ],
          port,
        );
      },
    },
  ];
  return {
    cases,
    async close() {
      await Promise.all([leave(governed), leave(bare)]);
    },
  };
}
