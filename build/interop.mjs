import { unit } from './checks.mjs';
import { setup } from './setup.mjs';
import { installPeers } from './setup-peers.mjs';
import { script } from './steps.mjs';
import { startVirtualDesktop } from './virtual-desktop.mjs';

// npm run interop: the official conformance suite and real clients and servers through Airlock.
await script(async () => {
  await setup();
  await installPeers();
  const desktop = await startVirtualDesktop({ display: false }); // a keyring of our own, as for the other tests
  try {
    const { code } = await unit(['test/interop', ...process.argv.slice(2)], { env: desktop.env });
    return code;
  } finally {
    await desktop.stop();
  }
});
