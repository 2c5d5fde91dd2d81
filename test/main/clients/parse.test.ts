import { describe, expect, test } from 'vitest';
import type { Client } from '../../../main/clients/client-record.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { clientOf } from '../../fakes/configs/desk.ts';

const code = clientOf('claude-code');
const cursor = clientOf('cursor');
const vscode = clientOf('vscode');

const parse = (text: string | Uint8Array, client: Client = code) =>
  parseConfig(typeof text === 'string' ? Buffer.from(text) : text, client);

const problem = (text: string | Uint8Array, client: Client = code) => {
  const parsed = parse(text, client);
  return parsed.ok ? 'fine' : `${parsed.problem.code}: ${parsed.problem.message}`;
};

const names = (text: string, client: Client = code) => {
  const parsed = parse(text, client);
  return parsed.ok ? parsed.value.entries.map(({ keyPath }) => keyPath.join('/')) : undefined;
};

const one = '{"mcpServers": {"files": {"command": "npx"}}}';

describe('a config', () => {
  test('gives its entries in order, also of lists that are only shown', () => {
    const text = `{"projects": {"/w/a": {"mcpServers": {"p": {"command": "x"}}}, "/w/b": {}},
      "mcpServers": {"b": {"command": "x"}, "a": {"url": "https://a.example"}}}`;
    expect(names(text)).toEqual(['mcpServers/b', 'mcpServers/a', 'projects//w/a/mcpServers/p']);
  });

  test.each(['{}', '{"other": 1}', '{"mcpServers": {}}'])('may have no servers: %s', (text) => {
    expect(names(text)).toEqual([]);
  });

  test('may start with a byte order mark and use any line break or indentation', () => {
    const text = `\ufeff{\r\n\t"mcpServers": {\r\n\t\t"files": {"command": "npx"}\r\n\t}\r\n}\r\n`;
    const parsed = parse(text);
    expect(parsed.ok && parsed.value.mark).toBe('\ufeff');
    expect(names(text)).toEqual(['mcpServers/files']);
  });

  test('may name its servers in any script, and even __proto__', () => {
    expect(
      names('{"mcpServers": {"数据": {}, "\\u0062üro": {}, "__proto__": {"command": "x"}}}'),
    ).toEqual(['mcpServers/数据', 'mcpServers/büro', 'mcpServers/__proto__']);
  });
});

describe('what the client could not read is refused with the reason', () => {
  test.each([
    ['', 'empty: It is empty. Claude Code resets a file'],
    [' \n\t', 'empty: It is empty.'],
    ['\ufeff', 'empty: It is empty.'],
    ['[]', 'wrong-type: It does not hold a JSON object'],
    ['"text"', 'wrong-type: It does not hold a JSON object'],
    ['null', 'wrong-type: It does not hold a JSON object'],
    ['{"mcpServers": []}', 'wrong-type: "mcpServers" is not an object'],
    ['{"mcpServers": null}', 'wrong-type: "mcpServers" is not an object'],
    ['{"mcpServers": "npx"}', 'wrong-type: "mcpServers" is not an object'],
    ['{"mcpServers": {', 'malformed: It is not valid JSON (line 1: '],
    ['{\n"a": 1\n"b": 2}', 'malformed: It is not valid JSON (line 3: CommaExpected)'],
    ['{"a": 1} {"b": 2}', 'malformed: It is not valid JSON (line 1: EndOfFileExpected)'],
    ["{'a': 1}", 'malformed: '],
    ['{"a": "tab\tinside"}', 'malformed: '],
    ['{"a": NaN}', 'malformed: '],
    ['not json at all', 'malformed: '],
  ])('%j', (text, sentence) => {
    expect(problem(text)).toContain(sentence);
  });

  test('bytes that are not UTF-8', () => {
    expect(problem(Buffer.from([0x7b, 0xff, 0x7d]))).toContain('not-utf8: It is not UTF-8 text');
    expect(problem(Buffer.from('\ufeff{}', 'utf16le'))).toContain('not-utf8');
  });

  test.each([
    ['a comment', '{/* c */"mcpServers": {}}', 'comments'],
    ['a line comment', '{\n// c\n"mcpServers": {}}', 'comments'],
    ['a trailing comma', '{"mcpServers": {},}', 'a trailing comma'],
    ['a trailing comma in a list', '{"mcpServers": {"a": {"args": ["x",]}}}', 'a trailing comma'],
  ])('%s, by each client its own way', (_, text, what) => {
    expect(problem(text)).toContain(
      `not-strict: It holds ${what}, which Claude Code cannot read. Claude Code resets`,
    );
    expect(problem(text, cursor)).toContain(
      `Whether Cursor reads those is not certain, so the file was left alone`,
    );
    expect(problem(text.replace('mcpServers', 'servers'), vscode)).toBe('fine');
  });

  test('what looks like a comment inside a text is none', () => {
    expect(problem('{"a": "// x /* y */", "b": ",}", "mcpServers": {}}')).toBe('fine');
  });

  test('a client that takes comments but no trailing comma gets just that', () => {
    const gemini: Client = { ...code, tolerance: { comments: 'yes', trailingCommas: 'no' } };
    expect(problem('{// c\n"mcpServers": {}}', gemini)).toBe('fine');
    expect(problem('{// c\n"mcpServers": {},}', gemini)).toContain('It holds a trailing comma');
  });
});

describe('a name that is there twice', () => {
  test.each([
    ['the list itself', '{"mcpServers": {}, "mcpServers": {}}', '"mcpServers"'],
    [
      'the list, spelled with an escape',
      '{"mcpServers": {}, "mcp\\u0053ervers": {}}',
      '"mcpServers"',
    ],
    ['an entry', '{"mcpServers": {"a": {}, "a": {}}}', '"mcpServers.a"'],
    [
      'a member of an entry',
      '{"mcpServers": {"a": {"command": "x", "command": "y"}}}',
      '"mcpServers.a.command"',
    ],
    [
      'a variable',
      '{"mcpServers": {"a": {"env": {"T": "1", "\\u0054": "2"}}}}',
      '"mcpServers.a.env.T"',
    ],
    [
      'something deep below',
      '{"mcpServers": {"a": {"x": [1, {"y": 1, "y": 2}]}}}',
      '"mcpServers.a.x.1.y"',
    ],
  ])('refuses the file: %s', (_, text, name) => {
    expect(problem(text)).toBe(
      `duplicate-key: ${name} is there twice, and programs disagree on which one counts. Remove one of them.`,
    );
  });

  test('elsewhere is not our business', () => {
    expect(names(`{"a": 1, "a": 2, "x": {"y": 1, "y": 2}, ${one.slice(1)}`)).toEqual([
      'mcpServers/files',
    ]);
    expect(
      names(`{"projects": {"/w": {"mcpServers": {"p": {}, "p": {}}}}, ${one.slice(1)}`),
    ).toHaveLength(3);
  });
});

describe('a file made to hurt', () => {
  test.each([
    ['lists', '['.repeat(500_000)],
    ['closed lists', `{"mcpServers": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['objects', '{"a":'.repeat(200_000)],
  ])('does not exhaust the stack by nested %s', (_, text) => {
    expect(problem(text)).toContain('too-deep: It is nested more than 200 levels deep');
    expect(problem(text, vscode)).toContain('too-deep');
  });

  test('may nest as deep as the limit', () => {
    const levels = (count: number) =>
      `{"mcpServers": {"a": ${'['.repeat(count)}${']'.repeat(count)}}}`;
    expect(problem(levels(198))).toBe('fine');
    expect(problem(levels(199))).toContain('too-deep');
  });

  test('is read in reasonable time when it is large', () => {
    const many = Array.from(
      { length: 20_000 },
      (_, i) => `"s${i}": {"command": "npx", "args": ["${i}"]}`,
    );
    expect(names(`{"mcpServers": {${many.join(',')}}}`)).toHaveLength(20_000);
  });
});
