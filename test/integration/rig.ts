import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, vi } from 'vitest';
import { type AirlockApp, type AppPorts, composeApp } from '../../main/compose.ts';
import type { MachinePlace } from '../../main/compose-governance.ts';
import { bridgePlace } from '../../main/compose-place.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import type { ApprovalCard, ApprovalsView } from '../../shared/approval.ts';
import type { Entry } from '../../shared/audit.ts';
import type { Connection } from '../../shared/client.ts';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { SessionView } from '../../shared/state.ts';
import { type Bridge, startBridge } from './bridge-child.ts';
import { patienceMs, until } from './until.ts';

vi.setConfig({ testTimeout: 2 * patienceMs, hookTimeout: 2 * patienceMs });

const recorder = path.resolve(import.meta.dirname, '../fakes/recording-server.mjs');
let bundles: string | undefined;
let bundle: string | undefined;
let homes: string[] = [];
let bridges: Bridge[] = [];
let apps: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const bridge of bridges) bridge.child.kill('SIGKILL');
  for (const app of apps) await app.stop();
  for (const home of homes) rmSync(home, { recursive: true, force: true });
  bridges = [];
  apps = [];
  homes = [];
});

afterAll(() => {
  if (bundles !== undefined) rmSync(bundles, { recursive: true, force: true });
  bundles = undefined;
  bundle = undefined;
});

/** The bridge as it is built, once a test file. */
function bridgeBundle(): string {
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

/** The composed app, with a person before its approval window. */
export interface App extends AirlockApp {
  readonly settings: Settings;
  /** Settings as a test puts them, also beyond what the dashboard would take. */
  set(settings: Partial<Settings>): void;
  /** Everything the approval window was shown. */
  readonly views: readonly ApprovalsView[];
  /** Whether the approval window can be brought up; and how often it was asked for. */
  readonly window: { opens: boolean; asked: number };
  /** The card of a tool, once it waits. */
  card(tool: string): Promise<ApprovalCard>;
  /** Looks at the card as long as it takes, then presses. */
  press(card: ApprovalCard, answer: 'allow' | 'deny', wide?: Wide): Promise<Result<null>>;
  session(name: string): SessionView | undefined;
  /** The newest entries first. */
  entries(kind?: Entry['kind']): Entry[];
}

type Wide = Pick<Parameters<AirlockApp['answerApproval']>[0], 'scope' | 'duration'>;

/** What the app is given in the desktop's place. */
export function portsOf(home: Home, over: Partial<AppPorts> = {}): AppPorts {
  return {
    machine: home.machine,
    data: home.data,
    version: '1.2.3',
    bridge: { kind: 'script', file: bridgeBundle(), node: process.execPath },
    launch: { command: '/nowhere/airlock', args: [] },
    openSettings: () => ({
      problem: '',
      get: () => defaultSettings,
      set: (patch) => ok({ ...defaultSettings, ...patch }),
    }),
    window: { show: () => true, realInputAt: () => undefined, onApprovals: () => undefined },
    ...over,
  };
}

/** Starts the app on a home; it is stopped after the test. */
export async function startApp(home: Home, first: Partial<Settings> = {}): Promise<App> {
  let settings: Settings = { ...defaultSettings, ...first };
  let pressedAt: number | undefined;
  const views: ApprovalsView[] = [];
  const window = { opens: true, asked: 0 };
  const app = must(
    await composeApp(
      portsOf(home, {
        openSettings: () => ({
          problem: '',
          get: () => settings,
          set(patch) {
            settings = { ...settings, ...patch };
            return ok(settings);
          },
        }),
        window: {
          show() {
            window.asked += 1;
            return window.opens;
          },
          realInputAt: () => pressedAt,
          onApprovals: (view) => views.push(view),
        },
      }),
    ),
  );
  let running = true;
  const stop = async (): Promise<void> => {
    if (!running) return;
    running = false;
    await app.stop();
  };
  apps.push({ stop });

  return {
    ...app,
    stop,
    get settings() {
      return settings;
    },
    set(patch) {
      settings = { ...settings, ...patch };
    },
    views,
    window,
    async card(tool) {
      const find = () => app.approvals().cards.find((card) => card.tool === tool);
      await until(() => find() !== undefined, `the card of ${tool}`);
      return find() as ApprovalCard;
    },
    async press(card, answer, wide = { scope: 'arguments', duration: 'once' }) {
      const words = { approvalId: card.id, cardRevision: card.revision, answer, ...wide };
      let result: Result<null> | undefined;
      await until(() => {
        app.approvalsShown(app.approvals().revision);
        pressedAt = Date.now();
        result = app.answerApproval(words);
        return result.ok || !['too-soon', 'no-real-input'].includes(result.problem.code);
      }, 'a yes that counts');
      return result as unknown as Result<null>;
    },
    session: (name) => app.state().sessions.find((session) => session.connectionName === name),
    entries(kind) {
      const all = app.activity({ limit: 200, search: '', outcome: 'all' });
      return kind === undefined ? all : all.filter((entry) => entry.kind === kind);
    },
  };
}

/** A client that starts the bridge as the rewritten entry of its config says; it is killed after the test. */
export function aBridge(
  home: Home,
  connectionId: string,
  { words = [], env = {}, into }: BridgeWords = {},
): Bridge {
  const bridge = startBridge(home.place.bridgeFile, [connectionId, ...words], {
    cwd: home.path,
    env: { HOME: home.path, PATH: process.env.PATH ?? '', ...env },
    ...(into === undefined ? {} : { into }),
  });
  bridges.push(bridge);
  return bridge;
}

interface BridgeWords {
  readonly words?: string[];
  readonly env?: Record<string, string>;
  /** A file that takes the bridge's output in the test's place. */
  readonly into?: string;
}
