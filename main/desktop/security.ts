import { type App, Menu, type Session, session } from 'electron';

/** Denies every permission, and every request of a page that does not stay inside the app. */
function hardenSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
  target.webRequest.onBeforeRequest((details, answer) => {
    const inside = details.url.startsWith('app://local/') || details.url.startsWith('devtools:');
    answer({ cancel: !inside });
  });
}

/** Navigation, new windows and webviews are denied for every web contents, whoever made it. */
export function harden(app: App): void {
  // Chromium has no sandbox for root; whoever starts the app so (a container) has to say it on the command line.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // The default menu holds reload and developer tools; only macOS needs one, for its Edit shortcuts.
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  void app.whenReady().then(() => hardenSession(session.defaultSession));
}
