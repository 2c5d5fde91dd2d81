// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ServerSource,
  type StdioSource,
  serverIdentity,
} from '../../../main/clients/server-identity.ts';
import { visibleText } from '../../../main/clients/visible-text.ts';
import { mask } from '../../fakes/configs/desk.ts';

const stdio = (more: Partial<StdioSource> = {}): ServerSource => ({
  transport: 'stdio',
  command: 'npx',
  args: ['-y', '@x/files'],
  envNames: ['A', 'B'],
  ...more,
});
const id = (source: ServerSource) => serverIdentity(source, mask).id;
const label = (source: ServerSource) => serverIdentity(source, mask).label;

describe('the identity of a started server', () => {
  test('is the hash of its parts, so that it is the same on every machine and in every version', () => {
    const parts = ['stdio', 'npx', ['-y', '@x/files'], null, ['A', 'B']];
    const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    expect(id(stdio())).toBe(`srv_${hash.slice(0, 32)}`);
  });

  test.each<[string, Partial<StdioSource>]>([
    ['the order of its variables', { envNames: ['B', 'A'] }],
    ['the ending only Windows has', { command: 'npx.cmd' }],
    ['the case of that ending', { command: 'npx.EXE' }],
  ])('does not hang on %s', (_, more) => {
    expect(id(stdio(more))).toBe(id(stdio()));
  });

  test.each<[string, Partial<StdioSource>]>([
    ['another command', { command: '/opt/bin/npx' }],
    ['other arguments', { args: ['-y', '@x/files', '/'] }],
    ['the same words split another way', { args: ['-y @x/files'] }],
    ['another folder', { cwd: '/srv' }],
    ['other variables', { envNames: ['A'] }],
    ['a secret in the place of a word', { args: ['-y', { secret: 'args[1]' }] }],
  ])('changes with %s', (_, more) => {
    expect(id(stdio(more))).not.toBe(id(stdio()));
  });

  test('is never shared by two different command lines', () => {
    const words = fc.array(fc.string(), { maxLength: 3 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(id(stdio({ args: a })) === id(stdio({ args: b }))).toBe(same);
      }),
    );
  });
});

describe('the identity of a remote server', () => {
  const remote = (url: string): ServerSource => ({ transport: 'http', url });

  test('hangs on neither keys in the address nor its spelling', () => {
    const plain = id(remote('https://a.example/mcp'));
    expect(id(remote('https://user:pw@A.example:443/mcp#x'))).toBe(plain);
    expect(id(remote('https://a.example/mcp?key=1'))).toBe(
      id(remote('https://a.example/mcp?key=2')),
    );
    expect(id(remote('https://a.example/mcp?key=1'))).not.toBe(plain);
    expect(id(remote('https://a.example/other'))).not.toBe(plain);
    expect(id(remote('http://a.example/mcp'))).not.toBe(plain);
  });

  test('also of an address that the client completes', () => {
    expect(id(remote('${env:HOST}/mcp?key=1'))).toBe(id(remote('${env:HOST}/mcp?key=2')));
    expect(label(remote('${env:HOST}/mcp?key=1'))).toBe('${env:HOST}/mcp');
  });

  test('has a label without user, query and fragment', () => {
    expect(label(remote('https://user:pw@a.example/mcp?key=1#x'))).toBe('https://a.example/mcp');
  });
});

describe('a label', () => {
  test('is the command line with secrets hidden', () => {
    const args = ['-y', { secret: 'args[1]' }, 'a b', '', 'sk-1234567890'];
    expect(label(stdio({ args }))).toBe('npx -y •••••• "a b" "" [masked]');
  });

  test('shows what would be invisible and is not longer than a line', () => {
    expect(label(stdio({ args: ['a\u202eb\x1b[31m\u200b'] }))).toBe(
      'npx a\\u{202e}b\\u{1b}[31m\\u{200b}',
    );
    expect(label(stdio({ args: ['x'.repeat(500)] }))).toHaveLength(201);
  });
});

test('visible text keeps what can be seen', () => {
  const plain = 'büro 数据 🙂 a\tb';
  expect(visibleText(plain)).toBe(plain);
  expect(visibleText('\u{e0041}\ufeff\r\n\ud800')).toBe('\\u{e0041}\\u{feff}\\u{d}\\u{a}\\u{d800}');
});
