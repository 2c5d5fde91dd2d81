import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run, runNode } from '../../build/steps.mjs';
import { startVirtualDesktop } from '../../build/virtual-desktop.mjs';

const linux = process.platform === 'linux';

test.runIf(linux)('a keyring of its own keeps a secret as long as the desktop lives', async () => {
  const desktop = await startVirtualDesktop({ display: false });
  try {
    const script = `
      const keytar = require('keytar');
      keytar.setPassword('airlock-test', 'me', 'kept').then(() => keytar.getPassword('airlock-test', 'me')).then(console.log);
    `;
    const { output } = await runNode(['-e', script], {
      quiet: true,
      env: desktop.env,
      timeout: 15_000,
    });
    expect(output.trim()).toBe('kept');
  } finally {
    await desktop.stop();
  }
  const { output } = await run(
    'dbus-send',
    [
      '--session',
      '--print-reply',
      '--dest=org.freedesktop.DBus',
      '/',
      'org.freedesktop.DBus.GetId',
    ],
    {
      quiet: true,
      env: desktop.env,
    },
  );
  expect(output).toBe('');
});

test.runIf(linux)('it has a private runtime folder, and leaves nothing behind', async () => {
  const desktop = await startVirtualDesktop({ display: false, keyring: false });
  const folder = desktop.env.XDG_RUNTIME_DIR ?? '';
  expect(folder).not.toBe(process.env.XDG_RUNTIME_DIR);
  expect(existsSync(folder)).toBe(true);
  await desktop.stop();
  await desktop.stop();
  expect(existsSync(folder)).toBe(false);
});

test('a command that cannot start is an answer, not an exception', async () => {
  const { code, errors } = await run('no-such-command-here', [], { quiet: true });
  expect(code).toBe(127);
  expect(errors).toContain('no-such-command-here');
});

test('a command that takes too long is ended', async () => {
  const hang = ['-e', 'setInterval(() => {}, 1000)'];
  expect(await runNode(hang, { quiet: true, timeout: 200 })).toMatchObject({ code: 128 });
});
