import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog, globalShortcut, ipcMain, nativeTheme, shell } from 'electron';
import type { Role } from '../shared/ipc.ts';
import type { KillOrigin, KillScope } from '../shared/kill.ts';
import type { AppState } from '../shared/state.ts';
import { askSignIn, openBrowser } from './desktop/browser.ts';
import { startEngine } from './desktop/engine.ts';
import { followSettings } from './desktop/follow-settings.ts';
import { bridgeSource, fatal, knownPlatform, launchCommand } from './desktop/launch.ts';
import { pageFiles } from './desktop/page-files.ts';
import { harden } from './desktop/security.ts';
import { openSettings } from './desktop/settings-store.ts';
import { makeKillShortcut } from './desktop/shortcut.ts';
import { switchProblem } from './desktop/switches.ts';
import { makeTray } from './desktop/tray.ts';
import { makeWindows } from './desktop/windows.ts';
import type { DesktopCalls, EngineCalls } from './engine.ts';
import { handlers } from './ipc/handlers.ts';
import { serve } from './ipc/serve.ts';

const pages = pageFiles(join(import.meta.dirname, '../renderer'));
pages.register();
harden(app);

// One app per data folder; a second start only brings the first one's dashboard up, whatever its arguments say.
// Not awaited: Electron is ready only after this module has been evaluated.
if (app.requestSingleInstanceLock()) start().catch((error) => fatal(String(error)));
else app.exit(0);

async function start(): Promise<void> {
  await app.whenReady();
  // In development the switches are the tests' own; the installed app has nobody who would debug it.
  const wrong = app.isPackaged
    ? switchProblem((name) => app.commandLine.hasSwitch(name))
    : undefined;
  if (wrong !== undefined) return fatal(wrong);
  pages.serve();
  const data = process.env.AIRLOCK_DATA ?? app.getPath('userData');
  const roles = new Map<number, Role>();
  const icons = join(app.getAppPath(), 'build/icons');
  let settings: ReturnType<typeof openSettings> | undefined;
  const kept = () => {
    settings ??= openSettings(data, Date.now);
    return settings;
  };
  let onState: (state: AppState) => void = () => undefined;

  const desktopCalls: DesktopCalls = {
    openSettings: () => ({ problem: kept().problem, settings: kept().get() }),
    saveSettings: (patch) => kept().set(patch),
    showApproval: () => windows.showApproval(),
    approvals: (view) => windows.pushApprovals(view),
    state: (state) => onState(state),
    openBrowser: (url) => openBrowser(shell, url),
    askSignIn: (question) => askSignIn(dialog, question),
  };
  const engine = startEngine<EngineCalls>(
    join(import.meta.dirname, 'engine.js'),
    { ...desktopCalls },
    (reason) => fatal(reason, 'Airlock stopped working'),
  );
  const airlock = engine.remote;
  const windows = makeWindows({
    outFolder: join(import.meta.dirname, '..'),
    icon: join(icons, 'icon.png'),
    roles,
    now: Date.now,
    onInput: (at) => void airlock.realInput(at),
    onApprovalLost: () => void airlock.windowLost(),
    onApprovalShown: () => void airlock.windowShown(),
  });
  const opened = await airlock.open({
    machine: {
      platform: knownPlatform(process.platform),
      home: homedir(),
      tmp: tmpdir(),
      env: { ...process.env },
    },
    data,
    version: app.getVersion(),
    bridge: bridgeSource(app, join(import.meta.dirname, '../bridge/bridge.cjs')),
    launch: launchCommand(app),
  });
  if (!opened.ok) return fatal(opened.problem.message);

  const report = (sentence: string): void => void airlock.report(sentence);
  const kill = (scope: KillScope, origin: KillOrigin): void =>
    void airlock.kill(scope, origin).then(() => windows.showDashboard());
  const desktop = {
    openApprovals: () => windows.focusApproval(),
    openDataFolder: async () => void (await shell.openPath(data)),
  };
  serve(ipcMain, handlers(airlock, desktop), roles, report);

  const tray = makeTray(icons, (action) => {
    switch (action.kind) {
      case 'open-approvals':
        return windows.focusApproval();
      case 'open-dashboard':
        return windows.showDashboard();
      case 'kill':
        return kill(action.scope, 'tray');
      case 'quit':
        return app.quit();
      default:
        return action satisfies never;
    }
  });
  const shortcut = makeKillShortcut(globalShortcut, () => kill({ kind: 'all' }, 'shortcut'));
  const follow = followSettings(app, nativeTheme, shortcut, report);
  onState = (state) => {
    tray.show(state);
    windows.pushState(state);
    follow(state.settings);
  };
  onState(await airlock.state());

  app.on('second-instance', () => windows.showDashboard());
  app.on('activate', () => windows.showDashboard());
  // The tray is the app; closing every window is no reason to leave clients without their servers.
  app.on('window-all-closed', () => undefined);
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    windows.quit();
    void airlock
      .stop()
      .then(() => engine.end())
      .finally(() => {
        stopped = true;
        app.quit();
      });
  });
  process.on('SIGTERM', () => app.quit());
  if (!process.argv.includes('--hidden')) windows.showDashboard();
}
