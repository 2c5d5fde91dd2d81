// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../main/clients/config-file.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { FileChange, FilePreview } from '../../../shared/client.ts';
import { bridgeFile, type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const vscodeFile = '.config/Code/User/mcp.json';
const one = (env = 'literal-1') =>
  `{"mcpServers": {"files": {"command": "npx", "args": ["-y", "x"], "env": {"TOKEN": "${env}"}}}}`;

const previews = () => previewProtect(desk.ports, {});
const protectAll = async () => protect(desk.ports, await previews());
const read = (file: string) => readFileSync(path.join(desk.home, file), 'utf8');
const everythingWritten = () =>
  readdirSync(desk.root, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(desk.root, name))
    .filter((name) => statSync(name).isFile() && !name.endsWith('keychain.json'))
    .map((name) => readFileSync(name, 'latin1'))
    .join('\n');

describe('a preview', () => {
  test('shows each file with something to do, in the shape of the contract, and changes nothing', async () => {
    desk.put(cursorFile, one());
    desk.put(codeFile, '{"mcpServers": {"wiki": {"type": "http", "url": "https://a.example"}}}');
    const [preview, ...rest] = await previews();
    expect(rest).toEqual([]);
    expect(FilePreview.parse(preview)).toEqual(preview);
    expect(preview).toMatchObject({ clientId: 'cursor', clientName: 'Cursor', entries: ['files'] });
    expect(preview?.refused).toBeUndefined();
    expect(preview?.diff).toContain('con_(new)');
    expect(preview?.diff).not.toContain('literal-1');
    expect(read(cursorFile)).toBe(one());
    expect(existsSync(desk.data)).toBe(false);
  });

  test('is of one client when asked for', async () => {
    desk.put(cursorFile, one());
    desk.put(codeFile, one());
    const found = await previewProtect(desk.ports, { clientId: 'claude-code' });
    expect(found.map(({ clientId }) => clientId)).toEqual(['claude-code']);
  });

  test('says why a file will be left alone', async () => {
    desk.put(cursorFile, '{"mcpServers": {/* c */}}');
    mkdirSync(path.join(desk.home, codeFile));
    desk.put(vscodeFile, '{"servers": {"e": {"command": "x"}}}');
    chmodSync(path.join(desk.home, vscodeFile), 0o400);
    const refused = Object.fromEntries((await previews()).map((p) => [p.clientId, p.refused]));
    expect(refused.cursor).toContain('Whether Cursor reads those is not certain');
    expect(refused['claude-code']).toContain('There is a folder');
    expect(refused.vscode).toContain('The file is read-only');
  });
});

describe('protecting', () => {
  test('changes the files, puts secrets into the keychain and makes the connections known', async () => {
    desk.put(cursorFile, one());
    desk.put(vscodeFile, '{"servers": {"e": {"command": "x", "args": ["${input:a}"]}}}');
    const changes = await protectAll();
    for (const change of changes) expect(FileChange.parse(change)).toEqual(change);
    expect(changes.map(({ clientId, result, entries }) => [clientId, result, entries])).toEqual([
      ['cursor', 'changed', ['files']],
      ['vscode', 'changed', ['e']],
    ]);
    const [files, e] = desk.connections();
    expect(JSON.parse(read(cursorFile))).toEqual({
      mcpServers: { files: { command: bridgeFile, args: [files?.id] } },
    });
    expect(JSON.parse(read(vscodeFile))).toEqual({
      servers: { e: { command: bridgeFile, args: [e?.id, '--', 'x', '${input:a}'] } },
    });
    expect(desk.keychain()).toEqual({ [files?.id ?? '']: { 'env.TOKEN': 'literal-1' } });
    const { records, problems } = await desk.ports.journal.list();
    expect(problems).toEqual([]);
    expect(records.map(({ state }) => state)).toEqual(['written', 'written']);
  });

  test('leaves a secret nowhere on the disk but in the keychain', async () => {
    desk.put(cursorFile, one('literal-only-here').replace('"x"', '"sk-1234567890"'));
    await protectAll();
    expect(JSON.stringify(desk.keychain())).toContain('literal-only-here');
    expect(everythingWritten()).not.toContain('literal-only-here');
    expect(everythingWritten()).not.toContain('sk-1234567890');
  });

  test('twice is protecting once', async () => {
    desk.put(cursorFile, one());
    await protectAll();
    const after = read(cursorFile);
    expect(await previews()).toEqual([]);
    const basedOn = sha256(after);
    const file = path.join(desk.home, cursorFile);
    const again = await protect(desk.ports, [{ clientId: 'cursor', path: file, basedOn }]);
    expect(again.map(({ result }) => result)).toEqual(['unchanged']);
    expect(read(cursorFile)).toBe(after);
    expect(desk.connections()).toHaveLength(1);
  });

  test('keeps mode and link of a file', async () => {
    const real = desk.put('dotfiles/mcp.json', one());
    chmodSync(real, 0o640);
    mkdirSync(path.join(desk.home, '.cursor'));
    symlinkSync('../dotfiles/mcp.json', path.join(desk.home, cursorFile));
    expect((await protectAll()).map(({ result }) => result)).toEqual(['changed']);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    const [record] = (await desk.ports.journal.list()).records;
    expect(record).toMatchObject({
      realPath: real,
      linkTarget: '../dotfiles/mcp.json',
      mode: 0o640,
    });
  });

  test('handles one file with two names once', async () => {
    const real = desk.put(cursorFile, one());
    symlinkSync(real, path.join(desk.home, codeFile));
    const found = await previews();
    expect(found.map(({ clientId, refused }) => [clientId, refused?.slice(0, 26)])).toEqual([
      ['claude-code', undefined],
      ['cursor', `It is the same file as ${desk.home.slice(0, 3)}`],
    ]);
    expect((await protect(desk.ports, found)).map(({ result }) => result)).toEqual([
      'changed',
      'refused',
    ]);
    expect(desk.connections()).toHaveLength(1);
  });

  test('an entry that a client had put back gives it a new connection, and ends the old one', async () => {
    desk.put(cursorFile, one());
    await protectAll();
    const [old] = desk.connections();
    desk.put(cursorFile, one('literal-2'));
    expect((await protectAll()).map(({ result }) => result)).toEqual(['changed']);
    const [first, second] = desk.connections();
    expect(first?.id).toBe(old?.id);
    expect(first?.restoredAt).toBeDefined();
    expect(second?.restoredAt).toBeUndefined();
    expect(desk.keychain()).toEqual({ [second?.id ?? '']: { 'env.TOKEN': 'literal-2' } });
    const { records } = await desk.ports.journal.list();
    expect(records.map(({ state }) => state)).toEqual(['restored', 'written']);
  });
});
