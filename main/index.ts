import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, globalShortcut, ipcMain, nativeTheme, shell } from 'electron';
import type { Role } from '../shared/ipc.ts';
import { type AirlockApp, composeApp } from './compose.ts';
import { followSettings } from './desktop/follow-settings.ts';
import { bridgeSource, fatal, knownPlatform, launchCommand } from './desktop/launch.ts';
import { pageFiles } from './desktop/page-files.ts';
import { harden } from './desktop/security.ts';
import { openSettings } from './desktop/settings-store.ts';
import { makeKillShortcut } from './desktop/shortcut.ts';
import { makeTray } from './desktop/tray.ts';
import { makeWindows, type Windows } from './desktop/windows.ts';
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
  pages.serve();
  const data = process.env.AIRLOCK_DATA ?? app.getPath('userData');
  const roles = new Map<number, Role>();
  const icons = join(app.getAppPath(), 'build/icons');
  let windows: Windows | undefined;
  const composed = await composeApp({
    machine: {
      platform: knownPlatform(process.platform),
      home: homedir(),
      tmp: tmpdir(),
      env: process.env,
    },
    data,
    version: app.getVersion(),
    bridge: bridgeSource(app, join(import.meta.dirname, '../bridge/bridge.cjs')),
    launch: launchCommand(app),
    openSettings: () => openSettings(data, Date.now),
    window: {
      show: () => windows?.showApproval() ?? false,
      realInputAt: () => windows?.realInputAt(),
      onApprovals: (view) => windows?.pushApprovals(view),
    },
  });
  if (!composed.ok) return fatal(composed.problem.message);
  const airlock: AirlockApp = composed.value;
  windows = makeWindows({
    outFolder: join(import.meta.dirname, '..'),
    icon: join(icons, 'icon.png'),
    roles,
    now: Date.now,
    onApprovalLost: () => airlock.windowLost(),
    onApprovalShown: () => airlock.windowShown(),
  });
  const shown = windows;
  const desktop = {
    openApprovals: () => shown.focusApproval(),
    openDataFolder: async () => void (await shell.openPath(data)),
  };
  serve(ipcMain, handlers(airlock, desktop), roles, (sentence) => airlock.report(sentence));

  const tray = makeTray(icons, (action) => {
    switch (action.kind) {
      case 'open-approvals':
        return shown.focusApproval();
      case 'open-dashboard':
        return shown.showDashboard();
      case 'kill':
        return void airlock.kill(action.scope, 'tray').then(() => shown.showDashboard());
      case 'quit':
        return app.quit();
      default:
        return action satisfies never;
    }
  });
  const shortcut = makeKillShortcut(globalShortcut, () => {
    void airlock.kill({ kind: 'all' }, 'shortcut').then(() => shown.showDashboard());
  });
  const follow = followSettings(app, nativeTheme, shortcut, (sentence) => airlock.report(sentence));
  airlock.onState((state) => {
    tray.show(state);
    shown.pushState(state);
    follow(state.settings);
  });

  app.on('second-instance', () => shown.showDashboard());
  app.on('activate', () => shown.showDashboard());
  // The tray is the app; closing every window is no reason to leave clients without their servers.
  app.on('window-all-closed', () => undefined);
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    shown.quit();
    void airlock.stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
  process.on('SIGTERM', () => app.quit());
  if (!process.argv.includes('--hidden')) shown.showDashboard();
}
