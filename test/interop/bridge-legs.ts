import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { composeApp } from '../../main/compose.ts';
import { placeBridge } from '../../main/compose-bridge.ts';
import type { MachinePlace } from '../../main/compose-governance.ts';
import { bridgePlace } from '../../main/compose-place.ts';
import { writeBridgeToken } from '../../main/identity/bridge-token.ts';
import type { BridgeSource } from '../../main/relay/bridge-install.ts';
import { listenForBridges } from '../../main/relay/socket-listener.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { defaultSettings } from '../../shared/settings.ts';
import type { Governed } from './governed.ts';
import type { Command, Leg } from './legs.ts';

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

/** Listens for bridges and gives each session to `leg`: the way in without the rest of the app. */
export async function bridgeInto(governed: Governed, leg: Leg): Promise<BridgeWay> {
  const { machine, home } = governed;
  const place = bridgePlace(machine);
  must(placeBridge(place, bundleBridge(home), machine.platform));
  const listener = must(
    await listenForBridges({
      endpoint: place,
      token: writeBridgeToken(place.tokenFile),
      uid: process.getuid?.() ?? 0,
      accept: (_hello, socket) => void leg({ in: socket, out: socket }),
      refused: () => undefined,
    }),
  );
  return { bridge: started(place, home), close: () => listener.close() };
}

/** Lets every listed tool run unasked; what built-in rules forbid stays forbidden. */
const permitAll = 'permit (principal, action, resource);\n';

/** The whole app without its windows, with one protected entry whose server is this command. */
export async function bridgeIntoApp(server: Command): Promise<BridgeWay> {
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
    command: server.command,
    args: [...server.args],
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
