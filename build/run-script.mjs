import { existsSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { setup } from './setup.mjs';
import { inRoot, runNode, StepFailed, script } from './steps.mjs';
import { onVirtualDesktop } from './virtual-desktop.mjs';

// node build/run-script.mjs FILE.ts [ARGS]: sets up, builds, and runs a TypeScript program of test/ (the demo, the
// benchmark) against the built app. On Linux it gets a keyring of its own, and a display where there is none.
await script(async () => {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined || !existsSync(inRoot(file))) {
    throw new StepFailed(`There is no ${file ?? 'program named'}.`);
  }
  await setup();
  await bundle();
  const command = ['--import', 'tsx', inRoot(file), ...args];
  if (process.platform !== 'linux') return (await runNode(command)).code;
  const display = !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  return onVirtualDesktop(process.execPath, command, { display });
});
