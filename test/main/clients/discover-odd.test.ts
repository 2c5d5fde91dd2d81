// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ScanInput, scan } from '../../../main/clients/discover.ts';
import { asNobody } from '../../fakes/configs/as-nobody.ts';
import { type Desk, hiding, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const vscodeFile = '.config/Code/User/mcp.json';

const scanNow = (more: Partial<ScanInput> = {}) =>
  scan({ ...desk.ports.machine, ...hiding, connections: desk.connections(), ...more });

describe('whatever lies in a home folder, a scan says so and goes on', () => {
  const good = { clientId: 'vscode' };
  beforeEach(() => {
    desk.put(vscodeFile, '{"servers": {"ok": {"command": "x"}}}');
  });
  const errorOf = async (clientId: string) => {
    const { clients } = await scanNow();
    const healthy = clients.find(({ id }) => id === good.clientId);
    expect(healthy?.files[0]?.entries.map(({ name }) => name)).toEqual(['ok']);
    return clients.find(({ id }) => id === clientId)?.files[0]?.error;
  };

  test('a folder in the place of a file', async () => {
    mkdirSync(path.join(desk.home, codeFile));
    expect(await errorOf('claude-code')).toContain('There is a folder');
  });

  test('a pipe or a socket, without waiting for it', async () => {
    mkdirSync(path.join(desk.home, '.cursor'));
    execFileSync('mkfifo', [path.join(desk.home, cursorFile)]);
    const server = createServer().listen(path.join(desk.home, codeFile));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await errorOf('cursor')).toContain('not a regular file');
    expect(await errorOf('claude-code')).toContain('not a regular file');
    server.close();
  });

  test('links that lead nowhere, in a circle or to a device', async () => {
    symlinkSync('nowhere', path.join(desk.home, codeFile));
    expect(await errorOf('claude-code')).toBe('It is a link to nowhere, which is not there.');
    mkdirSync(path.join(desk.home, '.cursor'));
    symlinkSync('mcp.json', path.join(desk.home, cursorFile));
    expect(await errorOf('cursor')).toContain('lead in a circle');
    mkdirSync(path.join(desk.home, '.config/Claude'));
    symlinkSync('/dev/zero', path.join(desk.home, '.config/Claude/claude_desktop_config.json'));
    expect(await errorOf('claude-desktop')).toContain('not a regular file');
  });

  test('what may not be read', async () => {
    desk.put(cursorFile, '{}');
    const file = desk.put(codeFile, '{}');
    chmodSync(file, 0);
    chmodSync(path.join(desk.home, '.cursor'), 0);
    chmodSync(desk.root, 0o755);
    expect(await asNobody(() => errorOf('claude-code'))).toContain('You may not read it');
    expect(await asNobody(() => errorOf('cursor'))).toContain('You may not read it');
    chmodSync(path.join(desk.home, '.cursor'), 0o755);
  });

  test.each([
    ['nothing', '', 'It is empty'],
    ['half a file', '{"mcpServers": {"a"', 'not valid JSON'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00]), 'not UTF-8'],
    ['a bomb', '['.repeat(100_000), 'nested more than'],
    ['a list', '[]', 'does not hold a JSON object'],
    ['a name twice', '{"mcpServers": {"a": 1, "a": 2}}', 'is there twice'],
    ['too much', Buffer.alloc(10 * 1024 * 1024 + 1, 0x20), 'larger than 10 MB'],
  ])('a file that holds %s', async (_, content, sentence) => {
    desk.put(cursorFile, content);
    expect(await errorOf('cursor')).toContain(sentence);
  });

  test('a file in the place of a folder', async () => {
    desk.put('.cursor', 'not a folder');
    expect(await errorOf('cursor')).toBeUndefined();
  });
});

test('a home that is not there, or not a path, has nothing in it', async () => {
  expect((await scanNow({ home: path.join(desk.home, 'gone') })).clients).toEqual([]);
  const odd = await scanNow({ home: '/nul\0' });
  expect(
    odd.clients.flatMap((client) => client.files.map(({ entries }) => entries)).flat(),
  ).toEqual([]);
});
