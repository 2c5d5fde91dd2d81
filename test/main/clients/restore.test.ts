// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../main/clients/config-file.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { FileChange, FilePreview } from '../../../shared/client.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { anyConfig } from '../../fakes/configs/generate.ts';
import { formats } from '../../fakes/configs/round-trip.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const config = `{
  "mcpServers": {
    "files": {
      "command": "npx",
      "args": ["-y", "x"],
      "env": { "TOKEN": "literal-1", "MODE": "\${env:MODE}" }
    },
    "other": { "command": "uvx" }
  }
}
`;

const protectAll = async () => protect(desk.ports, await previewProtect(desk.ports, {}));
const restoreAll = async () => restore(desk.ports, await previewRestore(desk.ports, {}));
const read = (file: string) => readFileSync(path.join(desk.home, file), 'utf8');
const edit = (file: string, change: (text: string) => string) => {
  const before = read(file);
  const after = change(before);
  expect(after).not.toBe(before);
  desk.put(file, after);
};
const states = async () => (await desk.ports.journal.list()).records.map(({ state }) => state);

describe('an untouched file', () => {
  test('comes back byte for byte with its mode, and its connections and secrets end', async () => {
    chmodSync(desk.put(cursorFile, config), 0o640);
    await protectAll();
    chmodSync(path.join(desk.home, cursorFile), 0o600);
    const [preview] = await previewRestore(desk.ports, {});
    expect(FilePreview.parse(preview)).toEqual(preview);
    expect(preview?.entries).toEqual(['files', 'other']);
    expect(preview?.diff).toContain('+      "command": "npx"');
    expect(preview?.diff).not.toContain('literal-1');
    const changes = await restoreAll();
    for (const change of changes) expect(FileChange.parse(change)).toEqual(change);
    expect(changes).toMatchObject([{ result: 'restored-exact', entries: ['files', 'other'] }]);
    expect(read(cursorFile)).toBe(config);
    expect(statSync(path.join(desk.home, cursorFile)).mode & 0o777).toBe(0o640);
    expect(desk.connections().every(({ restoredAt }) => restoredAt !== undefined)).toBe(true);
    expect(desk.keychain()).toEqual({});
    expect(await states()).toEqual(['restored']);
    expect(await previewRestore(desk.ports, {})).toEqual([]);
  });

  test.each(formats)(
    'comes back whatever it was, on disk as %s',
    async (format) => {
      const files = {
        'claude-desktop': '.config/Claude/claude_desktop_config.json',
        'claude-code': codeFile,
        cursor: cursorFile,
        vscode: '.config/Code/User/profiles/p/mcp.json',
      };
      await fc.assert(
        fc.asyncProperty(anyConfig(format), async ({ bytes }) => {
          desk.put(files[format], bytes);
          await protectAll();
          await restoreAll();
          expect(readFileSync(path.join(desk.home, files[format])).equals(bytes)).toBe(true);
          expect(desk.keychain()).toEqual({});
        }),
        { numRuns: 15 },
      );
    },
    60_000,
  );

  test('may be protected and restored again and again, with new connections', async () => {
    desk.put(cursorFile, config);
    const ids = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      await protectAll();
      for (const { id } of desk.connections()) ids.add(id);
      expect(await restoreAll()).toMatchObject([{ result: 'restored-exact' }]);
      expect(read(cursorFile)).toBe(config);
    }
    expect(ids.size).toBe(6);
  });

  test('protected in two steps goes back over both', async () => {
    desk.put(cursorFile, config);
    await protectAll();
    const grown = (text: string) =>
      text.replace(
        '"mcpServers": {',
        '"mcpServers": {\n    "new": {"command": "n", "env": {"K": "literal-2"}},',
      );
    edit(cursorFile, grown);
    expect(await protectAll()).toMatchObject([{ result: 'changed', entries: ['new'] }]);
    expect(await restoreAll()).toMatchObject([{ result: 'restored-entries' }]);
    expect(read(cursorFile)).toBe(grown(config));
    expect(desk.keychain()).toEqual({});
    expect(await states()).toEqual(['restored', 'restored']);
  });

  test('stays a link, and its target comes back', async () => {
    const real = desk.put('dotfiles/mcp.json', config);
    mkdirSync(path.join(desk.home, '.cursor'));
    symlinkSync('../dotfiles/mcp.json', path.join(desk.home, cursorFile));
    await protectAll();
    await restoreAll();
    expect(readFileSync(real, 'utf8')).toBe(config);
    expect(read(cursorFile)).toBe(config);
  });
});

test('without the key nothing is put back, and nothing ends', async () => {
  desk.put(cursorFile, config);
  await protectAll();
  const after = read(cursorFile);
  desk.locked = 'The keychain is locked.';
  expect(await restoreAll()).toMatchObject([
    { result: 'refused', reason: 'The keychain is locked.' },
  ]);
  expect(read(cursorFile)).toBe(after);
  desk.locked = undefined;
  expect(await restoreAll()).toMatchObject([{ result: 'restored-exact' }]);
});

test('a damaged backup is never written', async () => {
  desk.put(cursorFile, config);
  await protectAll();
  const after = read(cursorFile);
  const [record] = (await desk.ports.journal.list()).records;
  writeFileSync(path.join(desk.data, 'backups', `${record?.id}.bin`), 'garbage');
  expect(await restoreAll()).toMatchObject([
    { result: 'refused', reason: expect.stringContaining('damaged') },
  ]);
  expect(read(cursorFile)).toBe(after);
});

test('a path that is not in the preview is never written', async () => {
  const file = desk.put('notes.json', 'x');
  expect(
    await restore(desk.ports, [{ clientId: 'cursor', path: file, basedOn: sha256('x') }]),
  ).toMatchObject([{ result: 'refused' }]);
});
