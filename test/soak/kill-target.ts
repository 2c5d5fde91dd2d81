import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aHome, airlock, type Home, root, spawnApp } from '../e2e/airlock-app.ts';
import { type LoadClient, loadClient } from './load-client.ts';

/** What is killed: the app with clients behind its bridge, or `airlock run`, which is its own client's child. */
export interface KillTarget {
  readonly home: Home;
  /** Where the servers write what reached them. */
  readonly logFile: string;
  /** Starts it; resolves when it serves. Rejects when it does not within five minutes. */
  start(): Promise<void>;
  /** Connects clients that call at full speed; the texts of their calls begin with `name`. */
  load(name: string): LoadClient[];
  /** SIGKILL to the process itself, and to nothing else. */
  kill(): Promise<void>;
}

const serverScript = join(root, 'test/fakes/logging-server.mjs');

/** A server that ends with its input, and one that stays and must be ended by the next start. */
const servers = { first: [], second: ['stays'] } as const;

/** Generous: a crowded machine is slow, a hang is for ever. */
const startLimitMs = 300_000;

function freshHome(): { home: Home; logFile: string } {
  const home = aHome();
  // On Linux a killed Chromium leaves folders behind; macOS has too little room in a socket's name for this.
  if (process.platform !== 'linux') return { home, logFile: join(home.path, 'calls.log') };
  const tmp = join(home.path, 'tmp');
  mkdirSync(tmp);
  return {
    home: { ...home, env: { ...home.env, TMPDIR: tmp } },
    logFile: join(home.path, 'calls.log'),
  };
}

/** The real app, hidden, on a home in which Cursor has protected servers. */
export async function appTarget(): Promise<KillTarget> {
  const { home, logFile } = freshHome();
  const entries = Object.entries(servers).map(([name, more]) => [
    name,
    { command: process.execPath, args: [serverScript, logFile, ...more] },
  ]);
  const mcpServers = Object.fromEntries(entries);
  home.write('.cursor/mcp.json', JSON.stringify({ mcpServers }, null, 2));
  const done = await airlock(home, 'protect', '--client', 'cursor');
  if (done.code !== 0) throw new Error(`protect failed: ${done.out}${done.err}`);
  const config = JSON.parse(home.read('.cursor/mcp.json')) as {
    mcpServers: Record<string, { command: string; args?: string[]; env?: Record<string, string> }>;
  };
  const control = join(home.data, 'control.json');
  let app: ChildProcess | undefined;

  const serves = (): boolean =>
    existsSync(control) && JSON.parse(readFileSync(control, 'utf8')).pid === app?.pid;

  return {
    home,
    logFile,
    async start() {
      const started = spawnApp(home, '--hidden');
      app = started;
      for (const until = Date.now() + startLimitMs; !serves(); await sleep(10)) {
        const end = started.exitCode ?? started.signalCode;
        if (end !== null) throw new Error(`The app ended by itself (${end}).`);
        if (Date.now() > until) throw new Error('The app did not serve within five minutes.');
      }
      // A bridge that comes after the kill would start the app again, which is not what is tested here.
      rmSync(join(home.path, '.airlock/launch.json'), { force: true });
    },
    load: (name) =>
      Object.values(config.mcpServers).map(({ command, args = [], env }, n) =>
        loadClient(command, args, { ...home.env, ...env }, `${name}-${n}`),
      ),
    kill: () => killed(app),
  };
}

/** One `airlock run` for each server, side by side on one trail, in plain Node. */
export async function runTarget(): Promise<KillTarget> {
  const { home, logFile } = freshHome();
  const env = { ...home.env, AIRLOCK_DATA: home.data };
  const cli = join(root, 'out/cli/airlock.mjs');
  let clients: LoadClient[] = [];
  return {
    home,
    logFile,
    // There is nothing to wait for: each serves the client that starts it.
    start: async () => undefined,
    load(name) {
      clients = Object.values(servers).map((more, n) =>
        loadClient(
          process.execPath,
          [cli, 'run', '--', process.execPath, serverScript, logFile, ...more],
          env,
          `${name}-${n}`,
        ),
      );
      return clients;
    },
    async kill() {
      await Promise.all(clients.map((client) => killed(client.process)));
    },
  };
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
