import { describe, expect, test } from 'vitest';
import { reconcileKills, wantedKills } from '../../../main/managed/managed-kill.ts';
import {
  fitsPattern,
  fitsServer,
  judgeServer,
  packageOf,
  type ServerFacts,
} from '../../../main/managed/server-match.ts';
import { Registry } from '../../../shared/managed.ts';

const stdio = (command: string, ...args: string[]): ServerFacts => ({
  id: 'srv_1',
  transport: 'stdio',
  label: [command, ...args].join(' '),
  command,
  args,
});
const remote: ServerFacts = {
  id: 'srv_2',
  transport: 'http',
  label: 'https://mcp.acme.example/mcp',
};

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'abcd', false],
  ['*', '', true],
  ['a', 'a', true],
  ['aa*aa', 'aaa', false],
  ['*b*', 'abc', true],
  ['a*b*c', 'acb', false],
  ['https://*.acme.example/*', 'https://x.acme.example/y', true],
])('the pattern %s on %s', (pattern, text, fits) => {
  expect(fitsPattern(pattern, text)).toBe(fits);
});

describe('the package of a command line', () => {
  test.each([
    ['npx', ['-y', '@scope/files@1.2.3'], 'npm:@scope/files', '1.2.3'],
    ['C:\\nodejs\\npx.cmd', ['files'], 'npm:files', undefined],
    ['npx', ['--package=files@2', 'run'], 'npm:files', '2'],
    ['uvx', ['--from', 'files==1.0', 'serve'], 'pypi:files', '1.0'],
    ['uvx', ['files@1.0'], 'pypi:files', '1.0'],
    ['pipx', ['run', 'files'], 'pypi:files', undefined],
  ])('%s %j', (command, args, name, version) => {
    expect(packageOf(stdio(command, ...args))).toEqual({ name, version });
  });

  test.each([
    ['node', ['files.js']],
    ['npx', ['./files']],
    ['npx', ['git+https://example.com/files']],
    ['npx', ['--registry', 'https://evil.example', 'files']],
    ['uvx', ['--index-url=https://evil.example', 'files']],
    ['npx', []],
  ])('is none for %s %j', (command, args) => {
    expect(packageOf(stdio(command, ...args))).toBeUndefined();
  });
});

test('every part of a match has to fit', () => {
  const files = stdio('npx', '-y', 'files@1.2.3');
  expect(fitsServer({ package: 'npm:files' }, files)).toBe(true);
  expect(fitsServer({ package: 'npm:files@1.2.3', id: 'srv_1' }, files)).toBe(true);
  expect(fitsServer({ package: 'npm:files@1.2.4' }, files)).toBe(false);
  expect(fitsServer({ package: 'npm:files', id: 'srv_9' }, files)).toBe(false);
  expect(fitsServer({ url: 'https://mcp.acme.example/*' }, remote)).toBe(true);
  expect(fitsServer({ url: '*' }, files)).toBe(false);
  expect(fitsServer({ command: '*' }, remote)).toBe(false);
});

test('the registry denies first, then allows, then goes by its default', () => {
  const registry = Registry.parse({
    default: 'deny',
    allow: [{ server: { package: 'npm:files' }, name: 'Files', trusted: true }],
    deny: [{ server: { package: 'npm:files@6.6.6' }, reason: 'It was taken over.' }],
  });
  expect(judgeServer(registry, stdio('npx', 'files'))).toMatchObject({
    allowed: true,
    trusted: true,
    name: 'Files',
  });
  expect(judgeServer(registry, stdio('npx', 'files@6.6.6'))).toMatchObject({
    allowed: false,
    sentence: expect.stringContaining('It was taken over.'),
  });
  expect(judgeServer(registry, remote)).toMatchObject({ allowed: false, trusted: false });
  expect(judgeServer({ ...registry, default: 'allow' }, remote)).toMatchObject({
    allowed: true,
    trusted: false,
  });
  expect(judgeServer(undefined, remote)).toMatchObject({ allowed: true, trusted: false });
});

describe("IT's kill", () => {
  const some = {
    scope: 'some',
    clients: ['cursor'],
    servers: [{ id: 'srv_9' }, { url: 'https://mcp.acme.example/*' }],
    reason: 'incident',
  } as const;
  const kill = { ...some, clients: [...some.clients], servers: [...some.servers] };

  test('names clients and servers, one that is named by identity even before it is seen', () => {
    expect(wantedKills(kill, [remote, stdio('npx', 'files')]).map(({ scope }) => scope)).toEqual([
      { kind: 'client', clientId: 'cursor' },
      { kind: 'server', serverId: 'srv_2' },
      { kind: 'server', serverId: 'srv_9' },
    ]);
    expect(wantedKills({ scope: 'none' }, [remote])).toEqual([]);
    expect(wantedKills({ scope: 'all', reason: 'x' }, [])).toEqual([
      { scope: { kind: 'all' }, reason: 'x' },
    ]);
  });

  test('is thrown once and lifted when it is gone; kills of people stay', () => {
    const wanted = wantedKills({ scope: 'all', reason: 'x' }, []);
    const inForce = [
      { id: 'k1', scope: { kind: 'server', serverId: 'srv_2' } as const, origin: 'managed' },
      { id: 'k2', scope: { kind: 'all' } as const, origin: 'dashboard' },
    ];
    expect(reconcileKills(wanted, inForce)).toEqual({ toThrow: wanted, toLift: ['k1'] });
    const thrown = [{ id: 'k3', scope: { kind: 'all' } as const, origin: 'managed' }];
    expect(reconcileKills(wanted, thrown)).toEqual({ toThrow: [], toLift: [] });
    expect(reconcileKills([], [...inForce, ...thrown]).toLift).toEqual(['k1', 'k3']);
  });
});
