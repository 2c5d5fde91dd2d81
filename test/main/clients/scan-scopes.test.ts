import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ScanInput, scan } from '../../../main/clients/discover.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { ScanReport } from '../../../shared/client.ts';
import { type Desk, hiding, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const scanNow = async (more: Partial<ScanInput> = {}) => {
  const report = await scan({
    ...desk.ports.machine,
    ...hiding,
    connections: desk.connections(),
    ...more,
  });
  expect(ScanReport.parse(report)).toEqual(report);
  return report;
};
const one = '{"mcpServers": {"w": {"command": "npx", "args": ["w"]}}}';

describe('the folders of projects', () => {
  const folder = () => path.join(desk.root, 'work');
  const put = (file: string, content: string) => {
    const full = path.join(folder(), file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  };

  test('that clients list themselves are shown and left alone', async () => {
    const other = path.join(desk.root, 'other');
    mkdirSync(path.join(other, '.codex'), { recursive: true });
    writeFileSync(path.join(other, '.codex/config.toml'), '[mcp_servers.t]\ncommand = "x"\n');
    const cursorFile = put('.cursor/mcp.json', one);
    desk.put(
      '.claude.json',
      JSON.stringify({ projects: { [folder()]: {}, '/gone': {}, [desk.home]: {} } }),
    );
    desk.put(
      '.config/Code/User/workspaceStorage/1a/workspace.json',
      JSON.stringify({ folder: pathToFileURL(other).href }),
    );
    desk.put(
      '.config/Code/User/workspaceStorage/2b/workspace.json',
      '{"folder": "vscode-remote://x/y"}',
    );
    const { clients } = await scanNow();
    const inWorkspace = clients.flatMap(({ id, files }) =>
      files
        .filter(({ scope }) => scope === 'workspace')
        .map(({ path: file, entries }) => ({ id, file, entries })),
    );
    expect(inWorkspace).toMatchObject([
      {
        id: 'cursor',
        file: cursorFile,
        entries: [{ name: 'w', notGovernable: expect.stringContaining('project folder') }],
      },
      { id: 'visual-studio', file: cursorFile },
      { id: 'codex', entries: [{ name: 't', transport: 'stdio' }] },
    ]);
    expect(await previewProtect(desk.ports, {})).toEqual([]);
  });

  test('that the person chose are routed and given back', async () => {
    const file = put('.cursor/mcp.json', one);
    const machine = { ...desk.ports.machine, workspaces: [folder()] };
    const ports = { ...desk.ports, machine, allowOutsideHome: true };
    const previews = await previewProtect(ports, { clientId: 'cursor' });
    expect(previews).toMatchObject([{ path: file, entries: ['w'] }]);
    await protect(ports, previews);
    expect(readFileSync(file, 'utf8')).toContain(hiding.bridgeFile);
    expect(desk.connections()[0]?.readers).toEqual(['visual-studio']);
    // Restoring needs no word of the folder: the journal knows where it wrote.
    const plain = { ...desk.ports, allowOutsideHome: true };
    await restore(plain, await previewRestore(plain, {}));
    expect(readFileSync(file, 'utf8')).toBe(one);
  });

  test('in a git work tree are refused with the reason', async () => {
    put('.cursor/mcp.json', one);
    mkdirSync(path.join(folder(), '.git'));
    const machine = { ...desk.ports.machine, workspaces: [folder()] };
    const [preview] = await previewProtect({ ...desk.ports, machine, allowOutsideHome: true }, {});
    expect(preview?.refused).toContain('git work tree');
  });

  test('may hold one file that several clients read', async () => {
    put('.mcp.json', one);
    const { clients } = await scanNow({ workspaces: [folder()] });
    const seen = clients.map(({ id, files }) => [id, files[0]?.error ?? '']);
    expect(seen).toEqual([
      ['claude-code', ''],
      ['cursor', expect.stringContaining('of Claude Code and is handled there')],
      ['vscode', expect.stringContaining('of Claude Code and is handled there')],
      ['copilot-cli', expect.stringContaining('of Claude Code and is handled there')],
      ['visual-studio', ''],
    ]);
  });
});

test('a settings file with servers at an older place is read and rewritten in that form', async () => {
  const file = desk.put(
    '.config/Code/User/settings.json',
    '{\n  // mine\n  "editor.fontSize": 12,\n  "mcp": {"servers": {"a": {"command": "npx"}}},\n  "mcp.servers": {"b": {"command": "uvx"}},\n}\n',
  );
  const before = readFileSync(file, 'utf8');
  await protect(desk.ports, await previewProtect(desk.ports, {}));
  expect(desk.connections().map(({ keyPath }) => keyPath)).toEqual([
    ['mcp', 'servers', 'a'],
    ['mcp.servers', 'b'],
  ]);
  writeFileSync(file, readFileSync(file, 'utf8').replace('12', '13'));
  await restore(desk.ports, await previewRestore(desk.ports, {}));
  expect(readFileSync(file, 'utf8')).toBe(before.replace('12', '13'));
});

describe('what no file governs', () => {
  test('is named with what IT can do, and only where it is', async () => {
    desk.put('.config/Claude/claude_desktop_config.json', '{}');
    desk.put(
      '.config/Claude/Claude Extensions/ant.dir.files/manifest.json',
      '{"name": "files", "display_name": "Files\\u202e"}',
    );
    desk.put('.config/Claude/Claude Extensions/broken/manifest.json', '{');
    desk.put('.config/CherryStudio/config.json', '{}');
    const { ungoverned = [] } = await scanNow();
    expect(ungoverned.map(({ clientId, kind, name }) => [clientId, kind, name])).toEqual([
      ['claude-desktop', 'extension', 'Desktop extension (MCPB, DXT): Files\\u{202e}'],
      ['claude-desktop', 'extension', 'Desktop extension (MCPB, DXT): broken'],
      ['claude-desktop', 'connector', 'Connectors of the account'],
      ['cherry-studio', 'database', expect.stringContaining('database')],
    ]);
    for (const { advice } of ungoverned) expect(advice).toMatch(/\.$/);
  });
});
