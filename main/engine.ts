import { parentPort } from 'node:worker_threads';
import type { ApprovalsView } from '../shared/approval.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { Settings, SettingsPatch } from '../shared/settings.ts';
import type { SignInQuestion } from '../shared/sign-in.ts';
import type { AppState } from '../shared/state.ts';
import { type AirlockApp, type AppPorts, composeApp } from './compose.ts';
import { makeWire } from './engine/wire.ts';

/** Everything the engine is told at its start; the rest it asks the desktop for. */
export type EngineStart = Pick<AppPorts, 'machine' | 'data' | 'version' | 'bridge' | 'launch'>;

/** What the desktop does for the engine. */
export interface DesktopCalls {
  openSettings(): { readonly problem: string; readonly settings: Settings };
  saveSettings(patch: SettingsPatch): Result<Settings>;
  showApproval(): void;
  approvals(view: ApprovalsView): void;
  state(state: AppState): void;
  openBrowser(url: string): Promise<Result<null>>;
  askSignIn(question: SignInQuestion): Promise<boolean>;
}

/** What the engine does for the desktop: all of the app, once it was opened. */
export type EngineCalls = Omit<AirlockApp, 'onState'> & {
  /** Composes the app; a problem is one that a person can do something about. Called once, first. */
  open(start: EngineStart): Promise<Result<null>>;
  /** A real press reached the approval window at this time; undefined takes it back. */
  realInput(at: number | undefined): void;
};

/**
 * The engine: everything that decides, relays and records, in a thread of its own inside the app's process. There its
 * event loop is Node's alone; in Electron's main thread every wake-up goes through Chromium's loop first.
 */
function runEngine(): void {
  const port = parentPort;
  if (port === null) throw new Error('The engine runs in a worker thread.');
  let realInputAt: number | undefined;
  const served: Record<string, unknown> = {
    async open(start: EngineStart): Promise<Result<null>> {
      const { problem, settings: first } = await desktop.openSettings();
      let settings = first;
      const composed = await composeApp({
        ...start,
        openSettings: () => ({
          problem,
          get: () => settings,
          async set(patch) {
            const saved = await desktop.saveSettings(patch);
            if (saved.ok) settings = saved.value;
            return saved;
          },
        }),
        window: {
          show() {
            void desktop.showApproval();
            return true;
          },
          realInputAt: () => realInputAt,
          onApprovals: (view) => void desktop.approvals(view),
        },
        browser: { open: desktop.openBrowser, askSignIn: desktop.askSignIn },
      });
      if (!composed.ok) return fail(composed.problem.code, composed.problem.message);
      const { onState, ...app } = composed.value;
      Object.assign(served, app);
      onState((state) => void desktop.state(state));
      return ok(null);
    },
    realInput(at: number | undefined): void {
      realInputAt = at;
    },
  };
  const { remote: desktop } = makeWire<DesktopCalls>(port, served);
}

runEngine();
