import { describe, expect, test } from 'vitest';
import {
  credentialPlace,
  looksLikePath,
  type PlaceRules,
  pathRaise,
} from '../../../main/policy/places.ts';
import { adasPlaces } from './a-policy.ts';

const mac: PlaceRules = {
  platform: 'darwin',
  home: '/Users/Ada',
  ownFolders: ['/private/tmp'],
  protectedFolders: ['/Users/Ada/Library/Application Support/Airlock'],
};
const windows: PlaceRules = {
  platform: 'win32',
  home: 'C:\\Users\\Ada',
  ownFolders: ['C:\\Users\\Ada\\AppData\\Local\\Temp'],
  protectedFolders: ['C:\\Users\\Ada\\AppData\\Roaming\\Airlock'],
};

type Row = readonly [text: string, reading: string | undefined, writing: string | undefined];

const check = (rules: PlaceRules) => (text: string, reading: unknown, writing: unknown) => {
  expect([pathRaise(text, true, rules)?.level, pathRaise(text, false, rules)?.level]).toEqual([
    reading,
    writing,
  ]);
};

describe('on Linux', () => {
  test.each<Row>([
    ['/home/ada/a.txt', undefined, undefined],
    ['/home/ada', undefined, undefined],
    ['~/a.txt', undefined, undefined],
    ['$HOME/a.txt', undefined, undefined],
    ['a/b.txt', undefined, undefined],
    ['./a/../b.txt', undefined, undefined],
    ['/tmp/x', undefined, undefined],
    ['/home/adam/x', 'send', 'write'],
    ['/home/ada/../bob/x', 'send', 'write'],
    ['a/../../x', 'send', 'write'],
    ['/etc/hosts', 'send', 'execute'],
    ['/mnt/data/x', 'send', 'write'],
    ['/home/ada/.bashrc', undefined, 'execute'],
    ['/home/ada/p/.git/hooks/pre-commit', undefined, 'execute'],
    ['/home/ada/.cursor/mcp.json', undefined, 'execute'],
    ['/home/ada/.airlock/policy.cedar', 'unknown', 'unknown'],
    ['/home/ada/./.airlock/../.airlock/x', 'unknown', 'unknown'],
    ['~/.ssh/authorized_keys', 'unknown', 'unknown'],
    ['file:///home/ada/a%20b.txt', undefined, undefined],
    ['file:///home/ada/%2e%73sh/id_rsa', 'unknown', 'unknown'],
    ['file://localhost/etc/hosts', 'send', 'execute'],
    ['file:///%zz', 'send', 'write'],
  ])('%s', check(adasPlaces));
});

describe('on macOS, where case means nothing', () => {
  test.each<Row>([
    ['/users/ada/a.txt', undefined, undefined],
    ['/Users/Ada/Library/Keychains/login.keychain-db', 'unknown', 'unknown'],
    ['/USERS/ADA/LIBRARY/APPLICATION SUPPORT/AIRLOCK/x', 'unknown', 'unknown'],
    ['/Users/Ada/Library/LaunchAgents/x.plist', undefined, 'execute'],
    ['/System/x', 'send', 'execute'],
    ['/Users/bob/x', 'send', 'write'],
  ])('%s', check(mac));
});

describe('on Windows', () => {
  test.each<Row>([
    ['C:\\Users\\Ada\\a.txt', undefined, undefined],
    ['c:/users/ada/a.txt', undefined, undefined],
    ['%USERPROFILE%\\a.txt', undefined, undefined],
    ['C:\\Users\\Ada\\.aws\\credentials', 'unknown', 'unknown'],
    ['C:\\Users\\Ada\\id_rsa::$DATA', 'unknown', 'unknown'],
    ['C:\\Users\\Ada\\AppData\\Roaming\\Airlock\\x', 'unknown', 'unknown'],
    ['C:\\Windows\\System32\\drivers\\etc\\hosts', 'send', 'execute'],
    ['C:\\Program Files\\x', 'send', 'execute'],
    ['D:\\work\\a.txt', 'send', 'write'],
    ['\\\\evil\\share\\x', 'send', 'write'],
    ['..\\..\\x', 'send', 'write'],
    ['file:///C:/Users/Ada/a.txt', undefined, undefined],
    [
      'C:\\Users\\Ada\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\x.bat',
      undefined,
      'execute',
    ],
  ])('%s', check(windows));
});

describe('credential places', () => {
  test.each([
    '.env',
    '.env.local',
    'a/.ENV',
    '.ssh',
    '.ssh/config',
    'server.pem',
    'tls/private.key',
    'vault.kdbx',
    '.npmrc',
    '.git-credentials',
    '.config/gh/hosts.yml',
    'Google/Chrome/Default/Cookies',
    'Google/Chrome/Default/Login Data',
    'id_rsa.',
    '.docker/config.json',
  ])('%s is one', (text) => {
    expect(credentialPlace(text)).toBe(true);
  });

  test.each([
    '.env.example',
    '.ssh/id_rsa.pub',
    'environment.ts',
    'keys.md',
    'src/cookies',
    'monkey',
  ])('%s is none', (text) => {
    expect(credentialPlace(text)).toBe(false);
  });
});

test('a reason names the place, cut to a readable length', () => {
  const reason = pathRaise(`/etc/${'x'.repeat(500)}`, true, adasPlaces)?.reason ?? '';
  expect(reason).toMatch(/^\/etc\/x+… lies outside your home folder/);
  expect(reason.length).toBeLessThan(160);
});

test.each([
  ['/a', true],
  ['~', true],
  ['../a', true],
  ['C:\\a', true],
  ['\\\\host\\share', true],
  ['FILE:///a', true],
  ['$HOME/a', true],
  ['%APPDATA%\\a', true],
  ['a/b', false],
  ['hello', false],
  ['https://a', false],
])('%s reads as a path: %s', (text, yes) => {
  expect(looksLikePath(text)).toBe(yes);
});
