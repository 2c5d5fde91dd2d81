import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFolder, dataFormat, openDataFolder } from '../../../main/storage/data-folder.ts';
import { tempFolder } from './temp-folder.ts';

describe('where the data folder lies', () => {
  test.each([
    ['linux', '/home/ada', {}, '/home/ada/.config/Airlock Desktop'],
    ['linux', '/home/ada', { XDG_CONFIG_HOME: '/cfg' }, '/cfg/Airlock Desktop'],
    ['linux', '/home/ada', { XDG_CONFIG_HOME: 'cfg' }, '/home/ada/.config/Airlock Desktop'],
    ['linux', '/home/ada', { XDG_CONFIG_HOME: '' }, '/home/ada/.config/Airlock Desktop'],
    ['darwin', '/Users/ada', {}, '/Users/ada/Library/Application Support/Airlock Desktop'],
    ['win32', 'C:\\Users\\ada', { APPDATA: 'D:\\Roaming' }, 'D:\\Roaming\\Airlock Desktop'],
    ['win32', 'C:\\Users\\ada', {}, 'C:\\Users\\ada\\AppData\\Roaming\\Airlock Desktop'],
    ['linux', '/home/ada', { AIRLOCK_DATA: '/data/a/../b' }, '/data/b'],
    ['win32', 'C:\\Users\\ada', { AIRLOCK_DATA: 'D:\\airlock' }, 'D:\\airlock'],
    ['linux', '/home/ada', { AIRLOCK_DATA: 'data' }, '/home/ada/.config/Airlock Desktop'],
  ] as const)('%s, %s, %o: %s', (platform, home, env, folder) => {
    expect(dataFolder({ platform, home, env })).toBe(folder);
  });
});

describe('opening it', () => {
  test('creates it for this user alone, with a version file', () => {
    const folder = join(tempFolder(), 'new', 'data');
    expect(openDataFolder(folder, { app: '1.0.0' })).toEqual({ ok: true, value: folder });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(folder, 'version'), 'utf8'))).toEqual({
      format: dataFormat,
      app: '1.0.0',
    });
    expect(readdirSync(folder)).toEqual(['version']);
  });

  test('closes a folder that others could read', () => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    expect(openDataFolder(folder, { app: '1.0.0' }).ok).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('notes the version that opens it', () => {
    const folder = tempFolder();
    openDataFolder(folder, { app: '1.0.0' });
    openDataFolder(folder, { app: '1.1.0' });
    expect(readFileSync(join(folder, 'version'), 'utf8')).toContain('1.1.0');
  });

  test('refuses a newer format and touches nothing', () => {
    const folder = tempFolder();
    const text = JSON.stringify({ format: dataFormat + 1, app: '9.0.0' });
    writeFileSync(join(folder, 'version'), text);
    chmodSync(folder, 0o755);
    const opened = openDataFolder(folder, { app: '1.0.0' });
    expect(opened).toMatchObject({ ok: false, problem: { code: 'data-folder-newer' } });
    expect(opened.ok ? '' : opened.problem.message).toContain('9.0.0');
    expect(readFileSync(join(folder, 'version'), 'utf8')).toBe(text);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
  });

  test.each(['', '{"format":', '{"format":"1","app":"1.0.0"}', '{"format":0,"app":"1"}'])(
    'refuses a version file it cannot read: %s',
    (text) => {
      const folder = tempFolder();
      writeFileSync(join(folder, 'version'), text);
      expect(openDataFolder(folder, { app: '1.0.0' })).toMatchObject({
        ok: false,
        problem: { code: 'data-folder-version' },
      });
      expect(readFileSync(join(folder, 'version'), 'utf8')).toBe(text);
    },
  );

  test("refuses another user's folder", () => {
    const uid = (process.getuid?.() ?? 0) + 1;
    expect(openDataFolder(tempFolder(), { app: '1.0.0', uid })).toMatchObject({
      ok: false,
      problem: { code: 'data-folder-owner' },
    });
  });

  test.each(['file', join('file', 'below')])('refuses what is no folder: %s', (name) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(openDataFolder(join(folder, name), { app: '1.0.0' }).ok).toBe(false);
  });

  test('refuses a folder whose version file cannot be written', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, `version.${process.pid}`));
    expect(openDataFolder(folder, { app: '1.0.0' })).toMatchObject({
      ok: false,
      problem: { code: 'data-folder-not-writable' },
    });
  });
});
