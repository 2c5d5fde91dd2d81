import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { composeApp } from '../../main/compose.ts';
import type { MachinePlace } from '../../main/compose-governance.ts';
import { bridgePlace } from '../../main/compose-place.ts';
import type { BridgeSource } from '../../main/relay/bridge-install.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import type { RemoteTemplate } from '../../shared/client.ts';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { defaultSettings } from '../../shared/settings.ts';
import type { Command } from './legs.ts';

/** A bridge that leads into Airlock, as a client's rewritten entry starts it. */
export interface BridgeWay {
  readonly bridge: Command;
  close(): Promise<void>;
}

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};

/** Bundles the bridge as the build does, into a folder. */
function bundleBridge(folder: string): BridgeSource {
  const file = path.join(folder, 'bridge.cjs');
  buildSync({
    entryPoints: [path.resolve(import.meta.dirname, '../../main/bridge/bridge.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return { kind: 'script', file, node: process.execPath };
}

/** The bridge as a client starts it: by its id alone, with hardly an environment. */
const started = (place: BridgeEndpoint, home: string): Command => ({
  command: place.bridgeFile,
  args: ['con_fixture'],
  env: { HOME: home, PATH: process.env.PATH ?? '' },
});

/** A remote entry of a client that starts servers only. */
const remoteAt = (url: string): RemoteTemplate => ({
  transport: 'http',
  url,
  secretHeaders: [],
  forwardedHeaders: [],
  via: 'bridge',
  ownHeaders: [],
});

/** Lets every listed tool run unasked; what built-in rules forbid stays forbidden. */
const permitAll = 'permit (principal, action, resource);\n';

/** The whole app without its windows, with one protected entry whose server is this command, or stands at this URL. */
export async function bridgeIntoApp(server: Command | { url: string }): Promise<BridgeWay> {
  const home = mkdtempSync(path.join(tmpdir(), 'airlock-app-'));
  const data = path.join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(path.join(data, 'policy.cedar'), permitAll);
  const machine: MachinePlace = {
    platform:
      process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
    home,
    tmp: tmpdir(),
    env: { ...process.env, HOME: home },
  };
  const store = must(openStateStore(path.join(data, 'state.db')));
  store.connections.save({
    id: 'con_fixture',
    clientId: 'cursor',
    clientName: 'Cursor',
    file: path.join(home, '.cursor', 'mcp.json'),
    keyPath: ['mcpServers', 'fixture'],
    name: 'fixture',
    serverId: 'srv_fixture',
    serverLabel: 'fixture',
    ...('url' in server
      ? { command: '', args: [], remote: remoteAt(server.url) }
      : { command: server.command, args: [...server.args] }),
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    createdAt: 1,
  });
  store.close();
  const app = must(
    await composeApp({
      machine,
      data,
      version: '1.2.3',
      bridge: bundleBridge(home),
      launch: { command: '/nowhere/airlock', args: [] },
      openSettings: () => ({
        problem: '',
        get: () => defaultSettings,
        set: async () => ok(defaultSettings),
      }),
      window: { show: () => true, realInputAt: () => undefined, onApprovals: () => undefined },
      browser: { open: async () => ok(null), askSignIn: async () => false },
    }),
  );
  return {
    bridge: started(bridgePlace(machine), home),
    async close() {
      await app.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
