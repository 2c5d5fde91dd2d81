import { afterEach } from 'vitest';
import { type AirlockApp, type AppPorts, composeApp } from '../../main/compose.ts';
import type { ApprovalCard, ApprovalsView } from '../../shared/approval.ts';
import type { Entry } from '../../shared/audit.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { SessionView } from '../../shared/state.ts';
import { type Bridge, startBridge } from './bridge-child.ts';
import { bridgeBundle, type Home, must } from './home.ts';
import { until } from './until.ts';

const bridges: Bridge[] = [];
const apps: { stop(): Promise<void> }[] = [];

// Before the home goes: hooks after a test run in the reverse order of their registration.
afterEach(async () => {
  for (const bridge of bridges.splice(0)) bridge.child.kill('SIGKILL');
  for (const app of apps.splice(0)) await app.stop();
});

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
      set: async (patch) => ok(Object.assign({}, defaultSettings, patch)),
    }),
    window: { show: () => true, realInputAt: () => undefined, onApprovals: () => undefined },
    browser: { open: async () => ok(null), askSignIn: async () => false },
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
          async set(patch) {
            settings = Object.assign({}, settings, patch);
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
