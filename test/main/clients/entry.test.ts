// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { describe, expect, test } from 'vitest';
import type { Client } from '../../../main/clients/client-record.ts';
import { type ConfigEntry, connectionOf } from '../../../main/clients/entry.ts';
import { whyNot } from '../../../main/clients/judge.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { bridgeFile, clientOf } from '../../fakes/configs/desk.ts';

const vscode = clientOf('vscode');
const cursor = clientOf('cursor');
const desktop = clientOf('claude-desktop');
const code = clientOf('claude-code');

function entry(value: unknown, client: Client = vscode): ConfigEntry {
  const key = client.lists[0]?.at[0] ?? '';
  const parsed = parseConfig(Buffer.from(JSON.stringify({ [key]: { e: value } })), client);
  const [found] = parsed.ok ? parsed.value.entries : [];
  if (found === undefined) throw new Error('no entry');
  return found;
}

const reading = (value: unknown, client: Client = vscode) => entry(value, client).reading;
const obstacle = (value: unknown, client: Client = vscode) => reading(value, client).obstacle;

describe('an entry with a command', () => {
  test('is read with arguments, environment and folder', () => {
    const read = reading({
      type: 'stdio',
      command: 'npx',
      args: ['-y', '${input:x}'],
      env: { A: 'lit', B: '${env:B}', C: 5, D: null },
      cwd: '/srv',
    });
    expect(read).toMatchObject({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', '${input:x}'],
      cwd: '/srv',
    });
    expect(
      read.kind === 'stdio' &&
        read.env.map(({ name, value, placeholder }) => [name, value, placeholder]),
    ).toEqual([
      ['A', 'lit', false],
      ['B', '${env:B}', true],
      ['C', '5', false],
    ]);
    expect(read.obstacle).toBeUndefined();
  });

  test('needs neither arguments nor environment', () => {
    expect(reading({ command: 'npx' })).toEqual({
      kind: 'stdio',
      command: 'npx',
      args: [],
      env: [],
      inherited: [],
    });
  });

  test('has placeholders only where its client expands some', () => {
    const env = { T: '${TOKEN}' };
    const placeholder = (client: Client) => {
      const read = reading({ command: 'x', env }, client);
      return read.kind === 'stdio' && read.env[0]?.placeholder;
    };
    expect(placeholder(code)).toBe(true);
    expect(placeholder(cursor)).toBe(true);
    expect(placeholder(desktop)).toBe(false);
  });

  test('keeps a folder only where the client has such a member', () => {
    expect(reading({ command: 'x', cwd: 7 }, code)).toMatchObject({ kind: 'stdio' });
    expect(reading({ command: 'x', cwd: '/srv' }, code)).not.toHaveProperty('cwd');
  });

  test.each([
    [{ command: 'x', envFile: '/e' }, vscode, 'env file'],
    [{ command: 'x', envFile: '/e' }, cursor, 'env file'],
    [{ command: 'x', dev: { watch: '*' } }, vscode, 'development'],
    [{ command: 'x', sandboxEnabled: true }, vscode, 'sandbox'],
    [{ command: 'x', url: 'https://a.example' }, vscode, 'both a command and a URL'],
    [{ command: 'x', type: 'http' }, code, 'type "http" does not fit'],
    [{ command: 'x', type: 'docker' }, vscode, 'type "docker" does not fit'],
    [{ command: 'x', env: { 'A,B': '${env:X}' } }, vscode, 'cannot be handed on'],
    [{ command: 'x', env: { '': 'literal' } }, vscode, 'cannot be handed on'],
  ])('is not rewritten with an obstacle: %j', (value, client, sentence) => {
    expect(obstacle(value, client)).toContain(sentence);
    expect(reading(value, client).kind).toBe('stdio');
  });

  test.each([
    [{ command: 'x', sandboxEnabled: false }, vscode],
    [{ command: 'x', dev: null }, vscode],
    [{ command: 'x', envFile: '/e' }, code],
    [{ command: 'x', type: 'http' }, cursor],
    [{ command: 'x', type: 7 }, cursor],
    [{ command: 'x', type: 'stdio' }, desktop],
    [{ command: 'x', env: { 'A,B': 'literal' } }, vscode],
  ])('is rewritten without one: %j', (value, client) => {
    expect(reading(value, client)).toMatchObject({ kind: 'stdio' });
    expect(obstacle(value, client)).toBeUndefined();
  });
});

describe('an entry with a URL', () => {
  test.each([
    [{ url: 'https://a.example/mcp' }, cursor, 'http', 'this version routes only'],
    [{ type: 'http', url: 'https://a.example/mcp' }, code, 'http', 'this version routes only'],
    [
      { type: 'streamable-http', url: 'https://a.example' },
      code,
      'http',
      'this version routes only',
    ],
    [{ type: 'sse', url: 'https://a.example' }, vscode, 'sse', 'this version routes only'],
    [{ type: 'ws', url: 'wss://a.example' }, code, 'ws', 'does not pass on'],
    [
      { url: 'https://a.example' },
      desktop,
      'http',
      'Claude Desktop starts only servers with a command',
    ],
    [{ type: 'whatever', url: 'https://a.example' }, cursor, 'http', 'this version routes only'],
  ])('is listed and left alone: %j', (value, client, transport, sentence) => {
    expect(reading(value, client)).toMatchObject({ kind: 'remote', transport });
    const why = whyNot(entry(value, client), client, { bridgeFile }, 'con_1');
    expect(why).toMatchObject({ denied: false, reason: expect.stringContaining(sentence) });
  });

  test('gives its headers, and none where they are odd', () => {
    const headers = { Authorization: 'Bearer x', 'X-Key': '${env:K}' };
    const read = reading({ url: 'https://a.example', headers });
    expect(
      read.kind === 'remote' && read.headers.map(({ name, placeholder }) => [name, placeholder]),
    ).toEqual([
      ['Authorization', false],
      ['X-Key', true],
    ]);
    expect(reading({ url: 'https://a.example', headers: 'odd' })).toMatchObject({
      headers: [],
      obstacle: expect.stringContaining('headers'),
    });
  });
});

test.each<[unknown, Client, string]>([
  ['text', vscode, 'not an object'],
  [null, vscode, 'not an object'],
  [['npx'], vscode, 'not an object'],
  [{}, vscode, 'neither a command nor a URL'],
  [{ settings: {} }, vscode, 'neither a command nor a URL'],
  [{ command: '' }, vscode, 'command is empty or not text'],
  [{ command: ['npx'] }, vscode, 'command is empty or not text'],
  [{ command: null }, vscode, 'command is empty or not text'],
  [{ command: 'x', args: 'a b' }, vscode, 'not a list of texts'],
  [{ command: 'x', args: [1] }, vscode, 'not a list of texts'],
  [{ command: 'x', args: [['a']] }, vscode, 'not a list of texts'],
  [{ command: 'x', args: null }, vscode, 'not a list of texts'],
  [{ command: 'x', env: ['A=B'] }, vscode, 'environment'],
  [{ command: 'x', env: { A: true } }, vscode, 'environment'],
  [{ command: 'x', env: { A: {} } }, vscode, 'environment'],
  [{ command: 'x', env: { A: 5 } }, code, 'environment'],
  [{ command: 'x', env: { A: null } }, code, 'environment'],
  [{ command: 'x', cwd: 7 }, vscode, 'working folder'],
  [{ command: 'x', type: 7 }, vscode, 'type is not text'],
  [{ url: '' }, vscode, 'URL is empty'],
  [{ url: 7 }, vscode, 'URL is empty'],
  [{ url: 'https://a.example', type: 'carrier-pigeon' }, vscode, 'not one that Airlock knows'],
])('what cannot be understood stays as it is: %j', (value, client, sentence) => {
  expect(reading(value, client)).toMatchObject({ kind: 'unknown' });
  expect(obstacle(value, client)).toContain(sentence);
});

test('an entry of one project knows its folder', () => {
  const text = JSON.stringify({ projects: { '/w': { mcpServers: { p: { command: 'x' } } } } });
  const parsed = parseConfig(Buffer.from(text), code);
  const [found] = parsed.ok ? parsed.value.entries : [];
  expect(found?.folder).toBe('/w');
  expect(found?.reading.obstacle).toBeUndefined();
});

test('an entry of one project that cannot be read for certain stops nothing else', () => {
  const text =
    '{"mcpServers": {"a": {"command": "x"}}, "projects": {"/w": {"mcpServers": {"p": {"command": "x"}, "p": {"command": "y"}}}}}';
  const parsed = parseConfig(Buffer.from(text), code);
  const found = parsed.ok ? parsed.value.entries : [];
  expect(found.map(({ reading }) => reading.obstacle ?? '')).toEqual([
    '',
    expect.stringContaining('is there twice'),
    expect.stringContaining('is there twice'),
  ]);
});

test('disabled is read where the client has such a member', () => {
  const client: Client = {
    ...vscode,
    shape: { ...vscode.shape, disabled: { member: 'enabled', value: false } },
  };
  expect(entry({ command: 'x', enabled: false }, client).disabled).toBe(true);
  expect(entry({ command: 'x', enabled: true }, client).disabled).toBe(false);
  expect(entry({ command: 'x', disabled: true }, vscode).disabled).toBe(false);
});

test('an entry is ours by its command alone', () => {
  const ours = (value: unknown) => connectionOf(entry(value), bridgeFile);
  expect(ours({ command: bridgeFile, args: ['con_1', '--', 'npx'] })).toBe('con_1');
  expect(ours({ command: bridgeFile })).toBe('');
  expect(ours({ command: `${bridgeFile} `, args: ['con_1'] })).toBeUndefined();
  expect(ours({ command: 'npx', args: ['con_1'] })).toBeUndefined();
  expect(ours({ url: bridgeFile })).toBeUndefined();
});
