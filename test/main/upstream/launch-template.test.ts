import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type LaunchRequest,
  matchesTemplate,
  resolveLaunch,
} from '../../../main/upstream/launch-template.ts';
import type { Connection } from '../../../shared/client.ts';

const aConnection = (over: Partial<Connection> = {}): Connection => ({
  id: 'con_1',
  clientId: 'cursor',
  clientName: 'Cursor',
  file: '/home/ada/.cursor/mcp.json',
  keyPath: ['mcpServers', 'files'],
  name: 'files',
  serverId: 'srv_1',
  serverLabel: 'npx files',
  command: 'npx',
  args: ['-y', 'files'],
  secretEnv: [],
  forwardedEnv: [],
  argvInFile: false,
  createdAt: 0,
  ...over,
});

const resolve = (over: Partial<Connection>, request: Partial<LaunchRequest> = {}) =>
  resolveLaunch({
    template: aConnection(over),
    helloArgv: [],
    helloEnv: {},
    secrets: {},
    ...request,
  });

/** A placeholder as most clients write it; spelt out in a plain string it would look like a mistake. */
const brace = (name: string): string => `$\{${name}}`;

const differs = {
  ok: false,
  problem: {
    code: 'launch-differs',
    message:
      'The command in Cursor config differs from the one Airlock protected; open Airlock and protect it again.',
  },
};

describe('a command line kept by Airlock', () => {
  test('is the approved one', () => {
    expect(resolve({})).toEqual({
      ok: true,
      value: { command: 'npx', args: ['-y', 'files'], env: {} },
    });
  });

  test('gets its secrets from the keychain', () => {
    const over = { args: ['--token', { secret: 'args[1]' }], secretEnv: ['TOKEN'] };
    const secrets = { 'args[1]': 's3', 'env.TOKEN': 't0', 'env.OTHER': 'no' };
    expect(resolve(over, { secrets })).toMatchObject({
      value: { args: ['--token', 's3'], env: { TOKEN: 't0' } },
    });
  });

  test.each([
    ['args[1]', { args: ['--token', { secret: 'args[1]' }] }],
    ['env.TOKEN', { secretEnv: ['TOKEN'] }],
    ['env.constructor', { secretEnv: ['constructor'] }],
  ])('does not start without the secret %s', (at, over) => {
    const result = resolve(over);
    expect(result).toMatchObject({ problem: { code: 'secret-missing' } });
    expect(result).toMatchObject({
      problem: { message: expect.stringContaining(`The keychain holds no value for ${at}`) },
    });
  });

  test('takes nothing from the config file', () => {
    expect(resolve({}, { helloArgv: ['npx', '-y', 'files'] })).toEqual(differs);
  });
});

describe('the environment', () => {
  test('takes from the bridge only what the client was to fill in', () => {
    const helloEnv = { ROOT: '/work', NODE_OPTIONS: '--require /evil.js' };
    expect(resolve({ forwardedEnv: ['ROOT', 'ABSENT'] }, { helloEnv })).toMatchObject({
      value: { env: { ROOT: '/work' } },
    });
  });

  test('prefers the keychain to what the bridge says', () => {
    const over = { forwardedEnv: ['TOKEN'], secretEnv: ['TOKEN'] };
    const request = { helloEnv: { TOKEN: 'forged' }, secrets: { 'env.TOKEN': 't0' } };
    expect(resolve(over, request)).toMatchObject({ value: { env: { TOKEN: 't0' } } });
  });
});

describe('a command line the client expands', () => {
  const over = { argvInFile: true, args: [`--root=${brace('workspaceFolder')}/src`, '-v'] };

  test('is taken as it was expanded', () => {
    const helloArgv = ['npx', '--root=/home/ada/my work/src', '-v'];
    expect(resolve(over, { helloArgv })).toMatchObject({
      value: { command: 'npx', args: helloArgv.slice(1) },
    });
  });

  test.each([
    ['another command', ['bash', '--root=/w/src', '-v']],
    ['another literal argument', ['npx', '--root=/w/src', '-e']],
    ['another literal part', ['npx', '--exec=/w/src', '-v']],
    ['an argument more', ['npx', '--root=/w/src', '-v', '--evil']],
    ['an argument less', ['npx', '--root=/w/src']],
    ['a NUL', ['npx', '--root=/w\0/src', '-v']],
    ['nothing', []],
  ])('is refused with %s', (_, helloArgv) => {
    expect(resolve(over, { helloArgv })).toEqual(differs);
  });

  test('takes its secret from the keychain, whatever stands in its place', () => {
    const secret = { argvInFile: true, args: [brace('x'), { secret: 'args[1]' }] };
    const secrets = { 'args[1]': 's3' };
    const marked = { helloArgv: ['npx', 'x', 'airlock:secret:args[1]'] };
    const started = { ok: true, value: { args: ['x', 's3'] } };
    expect(resolve(secret, { ...marked, secrets })).toMatchObject(started);
    expect(resolve(secret, { helloArgv: ['npx', 'x', 'forged'], secrets })).toMatchObject(started);
    expect(resolve(secret, marked)).toMatchObject({ problem: { code: 'secret-missing' } });
  });
});

describe('the working folder', () => {
  test("is the entry's own, else the one the client uses", () => {
    expect(resolve({ cwd: '/srv' }, { helloCwd: '/w' })).toMatchObject({ value: { cwd: '/srv' } });
    expect(resolve({}, { helloCwd: '/w' })).toMatchObject({ value: { cwd: '/w' } });
    expect(resolve({})).toMatchObject({ value: expect.not.objectContaining({ cwd: '/w' }) });
  });

  test('may be expanded by the client, if the rest of it fits', () => {
    const over = { cwd: `${brace('workspaceFolder')}/src` };
    expect(resolve(over, { helloCwd: '/w/src' })).toMatchObject({ value: { cwd: '/w/src' } });
    expect(resolve(over, { helloCwd: '/w' })).toMatchObject({
      problem: { code: 'launch-folder-unknown' },
    });
    expect(resolve(over)).toMatchObject({ ok: false });
  });
});

describe('a template', () => {
  test.each([
    brace('X'),
    brace('env:X'),
    brace('input:token'),
    brace('X:-default'),
    brace('{ secrets.X }'),
    '$X',
    '$(pwd)',
    '%X%',
    '%ProgramFiles(x86)%',
    '{env:X}',
    '{file:~/x}',
  ])('knows %s as a placeholder', (placeholder) => {
    expect(matchesTemplate(`a/${placeholder}/b`, 'a/any/b')).toBe(true);
    expect(matchesTemplate(`a/${placeholder}/b`, 'a//b')).toBe(true);
    expect(matchesTemplate(`a/${placeholder}/b`, 'a/any/c')).toBe(false);
    expect(matchesTemplate(`a/${placeholder}/b`, 'b/any/b')).toBe(false);
  });

  test.each([
    ['100%', '100%', true],
    ['100%', '1000', false],
    ['{x}', 'y', false],
    ['$', 'y', false],
    [`aba${brace('x')}aba`, 'aba', false],
    [`aba${brace('x')}aba`, 'abaaba', true],
    [`${brace('a')}-${brace('b')}-${brace('c')}`, '--', true],
    [`${brace('a')}-${brace('b')}-${brace('c')}`, '-', false],
    [brace('x'), brace('x'), true],
  ])('%j and %j: %j', (template, value, matches) => {
    expect(matchesTemplate(template, value)).toBe(matches);
  });

  test('without placeholder matches itself and nothing else', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z=/ -]*$/), fc.string(), (template, value) => {
        return matchesTemplate(template, value) === (template === value);
      }),
    );
  });

  test('matches each way of filling it in', () => {
    const part = fc.stringMatching(/^[ab]{0,4}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part)), part, (pairs, last) => {
        const template = pairs.map(([literal]) => `${literal}\${x}`).join('') + last;
        const value = pairs.map(([literal, filled]) => literal + filled).join('') + last;
        return matchesTemplate(template, value);
      }),
    );
  });

  test('of a million openings is read at once', () => {
    const template = '$'.concat('{').repeat(500_000);
    expect(matchesTemplate(template, template)).toBe(true);
  });
});
