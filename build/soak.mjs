import { bundle } from './bundle.mjs';
import { unit } from './checks.mjs';
import { setup } from './setup.mjs';
import { script } from './steps.mjs';
import { startVirtualDesktop } from './virtual-desktop.mjs';

// npm run soak: the long tests of test/soak; arguments go to vitest.
await script(async () => {
  await setup();
  await bundle();
  const desktop = await startVirtualDesktop();
  try {
    const env = { ...desktop.env, AIRLOCK_SOAK: '1' };
    return (await unit(process.argv.slice(2), { env })).code;
  } finally {
    await desktop.stop();
  }
});
