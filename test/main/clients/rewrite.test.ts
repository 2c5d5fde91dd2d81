// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Client } from '../../../main/clients/client-record.ts';
import { unifiedDiff } from '../../../main/clients/diff.ts';
import { newIdentifier } from '../../../main/clients/identifier.ts';
import { maskedText } from '../../../main/clients/masked-text.ts';
import { planProtect } from '../../../main/clients/rewrite.ts';
import { bridgeFile, clientOf, hiding } from '../../fakes/configs/desk.ts';

const vscode = clientOf('vscode');
const code = clientOf('claude-code');
const desktop = clientOf('claude-desktop');

const fixtures = path.resolve(import.meta.dirname, '../../fakes/configs');

function plan(text: string | Buffer, client: Client) {
  let ids = 0;
  const context = { ...hiding, file: '/home/ada/f.json', newId: () => `con_${++ids}`, now: 7 };
  const planned = planProtect(Buffer.from(text), client, context);
  if (!planned.ok) throw new Error(planned.problem.message);
  return planned.value;
}
const rewritten = (text: string, client: Client) => plan(text, client).bytes.toString();
const servers = (entry: string) => `{"servers": {"e": ${entry}}}`;
const entryAfter = (entry: string, client = vscode) => {
  const key = client === vscode ? 'servers' : 'mcpServers';
  const after = rewritten(`{"${key}": {"e": ${entry}}}`, client);
  return after.slice(`{"${key}": {"e": `.length, -2);
};
const B = JSON.stringify(bridgeFile);

describe('a rewrite', () => {
  test.each([
    ['claude_desktop_config', desktop],
    ['claude', code],
    ['vscode-mcp', vscode],
  ])('changes nothing of %s but the spans it must', (name, client) => {
    const before = readFileSync(path.join(fixtures, `${name}.before`));
    const after = plan(before, client).bytes.toString();
    expect(after).toBe(readFileSync(path.join(fixtures, `${name}.after`), 'utf8'));
  });

  test.each([
    ['no arguments', '{"command": "npx"}', `{"command": ${B}, "args": ["con_1"]}`],
    ['empty arguments', '{"command": "npx", "args": []}', `{"command": ${B}, "args": ["con_1"]}`],
    [
      'arguments',
      '{"command": "npx", "args": ["-y", "x"]}',
      `{"command": ${B}, "args": ["con_1"]}`,
    ],
    ['arguments in front', '{"args":["x"],"command":"npx"}', `{"args":["con_1"],"command":${B}}`],
    ['minified', '{"command":"npx"}', `{"command":${B},"args":["con_1"]}`],
    [
      'literal variables',
      '{"command": "npx", "env": {"A": "1", "B": "2"}}',
      `{"command": ${B}, "args": ["con_1"]}`,
    ],
    [
      'no variables',
      '{"command": "npx", "env": {}}',
      `{"command": ${B}, "args": ["con_1"], "env": {}}`,
    ],
    [
      'variables that the client expands',
      '{"command": "npx", "env": {"A": "1", "B": "${env:B}", "C": "x${input:c}"}}',
      `{"command": ${B}, "args": ["con_1", "--env", "B,C"], "env": {"B": "\${env:B}", "C": "x\${input:c}"}}`,
    ],
    [
      'an argument that the client expands',
      '{"command": "npx", "args": ["-y", "${workspaceFolder}"]}',
      `{"command": ${B}, "args": ["con_1", "--", "npx", "-y", "\${workspaceFolder}"]}`,
    ],
    [
      'a command that the client expands, spelled with escapes',
      '{"command": "${userHome}\\u002fx", "args": ["\\u0061"], "env": {"B": "${env:B}"}}',
      `{"command": ${B}, "args": ["con_1", "--env", "B", "--", "\${userHome}\\u002fx", "\\u0061"], "env": {"B": "\${env:B}"}}`,
    ],
    [
      'a secret beside an argument that the client expands',
      '{"command": "npx", "args": ["sk-1234567890", "${userHome}"]}',
      `{"command": ${B}, "args": ["con_1", "--", "npx", "airlock:secret:args[0]", "\${userHome}"]}`,
    ],
    [
      'comments among the arguments',
      '{"command": "npx", "args": [ /* a */ "x", /* b */ "y" ]}',
      `{"command": ${B}, "args": [ /* a */ "con_1" /* b */ ]}`,
    ],
    [
      'comments among the variables',
      '{"command": "npx", "env": { /* mine */ "A": "1" }}',
      `{"command": ${B}, "args": ["con_1"], "env": { /* mine */ }}`,
    ],
    [
      'flags of the client',
      '{"disabled": true, "timeout": 5, "command": "npx", "gallery": true, "type": "stdio", "cwd": "/srv"}',
      `{"disabled": true, "timeout": 5, "command": ${B}, "args": ["con_1"], "gallery": true, "type": "stdio", "cwd": "/srv"}`,
    ],
    [
      'unset variables',
      '{"command": "npx", "env": {"A": "1", "B": null}}',
      `{"command": ${B}, "args": ["con_1"], "env": {"B": null}}`,
    ],
  ])('of an entry with %s', (_, before, after) => {
    expect(entryAfter(before)).toBe(after);
  });

  test('takes a dollar brace for text where the client expands none', () => {
    expect(entryAfter('{"command": "npx", "args": ["${X}"], "env": {"A": "${X}"}}', desktop)).toBe(
      `{"command": ${B}, "args": ["con_1"]}`,
    );
  });

  test.each([
    '{"url": "https://a.example/mcp", "headers": {"A": "b"}}',
    '{"command": 7}',
    '{"command": "npx", "envFile": "/e"}',
    '{"enabled": false}',
    '"text"',
    `{"command": ${B}, "args": ["con_9"], "env": {"A": "literal"}}`,
    `{"command": ${B}}`,
  ])('leaves %s alone', (entry) => {
    expect(plan(servers(entry), vscode).planned).toEqual([]);
    expect(entryAfter(entry)).toBe(entry);
  });

  test('takes over entries of one project in the same file, each as its own', () => {
    const project = (entry: string) => `{"/w": {"mcpServers": {"e": ${entry}}, "history": []}}`;
    const after = rewritten(
      `{"projects": ${project('{"command": "npx"}')}, "mcpServers": {"e": {"command": "npx"}}}`,
      code,
    );
    expect(after).toBe(
      `{"projects": ${project(`{"command": ${B}, "args": ["con_2"]}`)}, "mcpServers": {"e": {"command": ${B}, "args": ["con_1"]}}}`,
    );
  });

  test('of a file the client could not read fails with the sentence', () => {
    const context = { ...hiding, file: '/f', newId: () => 'con_1', now: 7 };
    const planned = planProtect(Buffer.from('{"mcpServers": {},}'), code, context);
    expect(planned).toMatchObject({ ok: false, problem: { code: 'not-strict' } });
  });
});

test('a connection remembers what the entry was, without its secrets', () => {
  const entry = `{"command": "npx", "cwd": "/srv", "args": ["-y", "sk-1234567890"],
    "env": {"T": "literal", "P": "\${env:P}", "N": 5}}`;
  const [one] = plan(servers(entry), vscode).planned;
  expect(one?.connection).toEqual({
    id: 'con_1',
    clientId: 'vscode',
    clientName: 'VS Code',
    file: '/home/ada/f.json',
    keyPath: ['servers', 'e'],
    name: 'e',
    serverId: expect.stringMatching(/^srv_[0-9a-f]{32}$/),
    serverLabel: 'npx -y ••••••',
    command: 'npx',
    args: ['-y', { secret: 'args[1]' }],
    cwd: '/srv',
    secretEnv: ['T', 'N'],
    forwardedEnv: ['P'],
    argvInFile: false,
    createdAt: 7,
  });
  expect(one?.secrets).toEqual({ 'env.T': 'literal', 'env.N': '5', 'args[1]': 'sk-1234567890' });
});

test('connection ids are random, long and safe in a command line', () => {
  const ids = Array.from({ length: 100 }, () => newIdentifier('con_'));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^con_[a-z2-7]{20}$/);
});

test('a diff shows what changes and hides every secret, also of entries that stay', () => {
  const before = readFileSync(path.join(fixtures, 'vscode-mcp.before'));
  const made = plan(before, vscode);
  const diff = unifiedDiff(
    maskedText(made.before, vscode, hiding),
    maskedText(made.after, vscode, hiding),
  );
  expect(diff).toContain('-        "CRM_KEY": "••••••"');
  expect(diff).toContain('+        "con_1",');
  for (const secret of ['k-8842', 'eu-west', 'sk-0123456789abcdef', 'wiki-secret', '4711']) {
    expect(before.toString()).toContain(secret);
    expect(diff).not.toContain(secret);
  }
});

test('odd values of env and headers are hidden, too', () => {
  const text = servers(
    '{"command": 7, "env": ["A=odd"], "headers": {"x": {"deep": "deep"}, "y": ["list"], "n": 4}}',
  );
  const shown = maskedText(plan(text, vscode).before, vscode, hiding);
  expect(shown).toBe(
    servers(
      '{"command": 7, "env": ["••••••"], "headers": {"x": {"deep": "••••••"}, "y": ["••••••"], "n": "••••••"}}',
    ),
  );
});
