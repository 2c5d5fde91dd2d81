import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { makeKeychain } from '../../../main/credentials/keychain.ts';

const has = (tool: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const missing = ['dbus-run-session', 'gnome-keyring-daemon', 'gdbus'].filter((tool) => !has(tool));
const child = fileURLToPath(new URL('./keyring-session.ts', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The environment of a machine of its own: no session bus, no display, empty home. */
function privateEnvironment(): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-keyring-'));
  folders.push(folder);
  for (const name of ['data', 'run']) mkdirSync(join(folder, name), { mode: 0o700 });
  return {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_CACHE_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'data'),
  };
}

describe.runIf(process.platform === 'linux')('a real keyring', () => {
  if (missing.length > 0) {
    test(`is not tested here, because this machine lacks ${missing.join(', ')}`, () => {
      expect(missing.length).toBeGreaterThan(0);
    });
    return;
  }

  test('keeps secrets, keeps profiles apart, and tells when it is locked', () => {
    const script = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "${process.execPath}" --import tsx "${child}" "${process.pid}"`;
    const run = spawnSync('dbus-run-session', ['--', 'sh', '-c', script], {
      env: privateEnvironment(),
      encoding: 'utf8',
      timeout: 60_000,
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    });
    const line = run.stdout.trim().split('\n').at(-1) ?? '';
    expect(line, run.stderr).toMatch(/^\{/);
    const seen = JSON.parse(line) as Record<string, unknown>;
    expect(seen).toMatchObject({
      probe: { ok: true },
      absent: { ok: true },
      stored: { ok: true },
      loaded: { ok: true, value: { 'env.TOKEN': 'grüße "天" \u0000' } },
      elsewhere: { ok: true },
      backupSame: true,
      device: 'ed25519',
      removed: { ok: true },
      afterRemoval: { ok: true },
      lockedGet: { ok: false, problem: { code: 'keychain-locked' } },
      lockedSet: { ok: false, problem: { code: 'keychain-locked' } },
    });
    expect(seen.elsewhere).not.toHaveProperty('value');
    expect(seen.afterRemoval).not.toHaveProperty('value');
  }, 70_000);

  test('that is not there is a problem with words, not a crash', () => {
    const run = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '-e',
        `import(${JSON.stringify(new URL('../../../main/credentials/keychain.ts', import.meta.url).href)}).then(async (m) => { process.stdout.write(JSON.stringify(await m.makeKeychain({ suffix: 'x' }).probe())); process.exit(0); })`,
      ],
      {
        env: privateEnvironment(),
        encoding: 'utf8',
        timeout: 30_000,
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      },
    );
    expect(JSON.parse(run.stdout)).toMatchObject({
      ok: false,
      problem: {
        code: 'keychain-unavailable',
        message: expect.stringContaining('gnome-keyring') as unknown,
      },
    });
  }, 40_000);

  test('a missing system library is told in words', async () => {
    const keychain = makeKeychain({
      suffix: 'x',
      load: async () => {
        throw new Error('Failed to load keytar native addon');
      },
    });
    expect(await keychain.probe()).toMatchObject({
      ok: false,
      problem: { code: 'keychain-unavailable' },
    });
  });
});
