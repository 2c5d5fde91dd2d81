import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endpointOf } from '../../main/compose-endpoint.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import { type Home, root } from '../e2e/airlock-app.ts';
import { httpPeers, type Lab } from './cases.ts';
import { endpointDriver, freePort, httpDriver } from './http-driver.ts';
import { governedApp, here, leave, node } from './lab.ts';
import type { Case } from './measure.ts';
import type { Driver } from './stdio-driver.ts';

const remoteId = 'con_bench_remote';

function openStore(home: Home) {
  mkdirSync(home.data, { recursive: true, mode: 0o700 });
  const store = openStateStore(join(home.data, 'state.db'));
  if (!store.ok) throw new Error(store.problem.message);
  return store.value;
}

/** A remote entry as the app would have taken it over. */
function addRemote(home: Home, url: string): void {
  const store = openStore(home);
  store.connections.save({
    id: remoteId,
    clientId: 'cursor',
    clientName: 'Cursor',
    file: join(home.path, '.cursor/mcp.json'),
    keyPath: ['mcpServers', 'remote'],
    name: 'remote',
    serverId: 'srv_bench_remote',
    serverLabel: 'remote',
    command: '',
    args: [],
    remote: {
      transport: 'http',
      url,
      secretHeaders: [],
      forwardedHeaders: [],
      via: 'endpoint',
      ownHeaders: ['Authorization'],
    },
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    createdAt: 1,
  });
  store.close();
}

/** Drives the app's own endpoint with the token that the entry has. */
function appDriver(home: Home): Promise<Driver> {
  const store = openStore(home);
  const entry = endpointOf(store.notes)(remoteId, 'http');
  store.close();
  if (entry === undefined) throw new Error('the endpoint has never listened');
  return endpointDriver(entry.url, entry.headers);
}

/** The endpoint's parts in plain Node, before the echo server on stdio. */
async function hostDriver(): Promise<Driver> {
  const child = spawn(node, ['--import', 'tsx', here('endpoint-host.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    const driver = await endpointDriver(url, { authorization: `Bearer ${token}` });
    return {
      ...driver,
      pid: child.pid,
      async close() {
        await driver.close();
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      },
    };
  }
  throw new Error('the endpoint did not come up');
}

/** Everything that a client over HTTP can be compared by, the SDK's own server first. */
export async function openHttpLab(): Promise<Lab> {
  const server = here('sdk-http-server.mjs');
  const behind = await freePort();
  const remote = await httpDriver(node, [server, String(behind)], behind);
  const governed = await governedApp({}, (home) =>
    addRemote(home, `http://127.0.0.1:${behind}/mcp`),
  ).catch(async (error: unknown) => {
    await remote.close();
    throw error;
  });
  const cases: Case[] = [
    {
      name: "the SDK's own HTTP server, direct",
      async start() {
        const port = await freePort();
        return httpDriver(node, [server, String(port)], port);
      },
    },
    { name: 'Airlock endpoint to stdio, governed (plain Node)', ours: true, start: hostDriver },
    {
      name: "Airlock endpoint to the SDK's HTTP server, governed in Electron",
      ours: true,
      start: () => appDriver(governed.home),
    },
    ...httpPeers,
  ];
  return {
    cases,
    async close() {
      await leave(governed);
      await remote.close();
    },
  };
}
