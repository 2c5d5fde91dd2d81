import { lint, types, unit } from './checks.mjs';
import { say, script } from './steps.mjs';
import { startVirtualDesktop } from './virtual-desktop.mjs';

// npm run check: types, lint and unit tests side by side; what failed is shown whole, what passed is one line.
await script(async () => {
  const desktop = await startVirtualDesktop({ display: false }); // a keyring for the tests that want one
  const quiet = { quiet: true, env: desktop.env };
  const checks = { types: types(quiet), lint: lint(quiet), unit: unit(['--reporter=dot'], quiet) };
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const { code, output, errors } = await check;
    if (code !== 0) failed += 1;
    say(code === 0 ? `Check ${name}: passed.` : `Check ${name}: failed.\n${output}${errors}`);
  }
  await desktop.stop();
  return failed === 0 ? 0 : 1;
});
