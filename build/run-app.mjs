import { spawn } from 'node:child_process';
import { bundle } from './bundle.mjs';
import { electronFlags, electronPath } from './electron-runtime.mjs';
import { setup } from './setup.mjs';
import { root, say, script } from './steps.mjs';
import { startVirtualDesktop } from './virtual-desktop.mjs';

// npm start: sets up, builds and runs the app from this checkout until it quits.
await script(async () => {
  await setup();
  await bundle();
  const flags = electronFlags();
  if (flags.length > 0) {
    say(
      'Start: running as root, so Chromium runs without its sandbox (--no-sandbox). Use an ordinary user to try the real thing.',
    );
  }
  const headless =
    process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (headless) say('Start: there is no display here, so the app runs on a virtual one.');
  const desktop = headless
    ? await startVirtualDesktop()
    : { env: process.env, stop: () => Promise.resolve() };
  say('Start: Airlock Desktop is starting. It lives in the tray; Ctrl-C ends it.');
  const app = spawn(electronPath(), [...flags, root, ...process.argv.slice(2)], {
    cwd: root,
    env: desktop.env,
    stdio: 'inherit',
  });
  const pass = (/** @type {NodeJS.Signals} */ signal) => app.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  const code = await new Promise((resolve) => app.on('close', resolve));
  await desktop.stop();
  return code ?? 1;
});
