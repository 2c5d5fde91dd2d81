import { shellEnv } from 'shell-env';
import { describe, expect, test, vi } from 'vitest';
import {
  fallbackPath,
  type LoginPathPorts,
  makeLoginPath,
  wellKnownFolders,
} from '../../../main/upstream/login-path.ts';

const ports = (over: Partial<LoginPathPorts> = {}): LoginPathPorts => ({
  platform: 'linux',
  environment: { PATH: '/own' },
  home: '/home/ada',
  shell: '/bin/sh',
  ask: async () => ({ PATH: '/login/bin' }),
  ...over,
});

const fallback = fallbackPath('linux', '/own', '/home/ada');

describe('the login path', () => {
  test('is what the login shell says, asked once', async () => {
    const ask = vi.fn(async () => ({ PATH: '/login/bin' }));
    const loginPath = makeLoginPath(ports({ ask }));
    expect(await Promise.all([loginPath(), loginPath()])).toEqual(['/login/bin', '/login/bin']);
    expect(await loginPath()).toBe('/login/bin');
    expect(ask.mock.calls).toEqual([['/bin/sh']]);
  });

  test('is not asked for before it is needed', () => {
    const ask = vi.fn(async () => ({}));
    makeLoginPath(ports({ ask }));
    expect(ask).not.toHaveBeenCalled();
  });

  test.each<[string, LoginPathPorts['ask']]>([
    ['fails', () => Promise.reject(new Error('no such shell'))],
    ['says nothing', async () => ({})],
    ['says nonsense', async () => ({ PATH: 'welcome!' })],
    ['hangs', () => new Promise(() => {})],
  ])('falls back when the shell %s', async (_, ask) => {
    expect(await makeLoginPath(ports({ ask, timeoutMs: 20 }))()).toBe(fallback);
  });

  test('falls back where the user has no shell', async () => {
    expect(await makeLoginPath(ports({ shell: undefined }))()).toBe(fallback);
  });

  test('asks the shell of the environment where the account names none', async () => {
    const ask = vi.fn(async () => ({ PATH: '/login/bin' }));
    const environment = { PATH: '/own', SHELL: '/bin/zsh' };
    await makeLoginPath(ports({ ask, shell: undefined, environment }))();
    expect(ask.mock.calls).toEqual([['/bin/zsh']]);
  });

  test('is the own one on Windows, by any spelling', async () => {
    const environment = { Path: 'C:\\Windows' };
    const ask = () => Promise.reject(new Error('must not be asked'));
    expect(await makeLoginPath(ports({ platform: 'win32', environment, ask }))()).toBe(
      'C:\\Windows',
    );
  });

  test.runIf(process.platform === 'linux')('comes from a real shell', async () => {
    expect(await makeLoginPath(ports({ ask: shellEnv }))()).toContain('/bin');
  });
});

test('the fallback keeps our order, adds what is missing and repeats nothing', () => {
  const path = fallbackPath('darwin', '/usr/bin:/own::/own', '/Users/ada').split(':');
  expect(path.slice(0, 2)).toEqual(['/usr/bin', '/own']);
  expect(path).toContain('/opt/homebrew/bin');
  expect(path).toContain('/Users/ada/.local/bin');
  expect(new Set(path).size).toBe(path.length);
});

test('Windows has no well-known folders to add', () => {
  expect(wellKnownFolders('win32', 'C:\\Users\\ada')).toEqual([]);
  expect(fallbackPath('win32', 'C:\\a;C:\\b', 'C:\\Users\\ada')).toBe('C:\\a;C:\\b');
});
