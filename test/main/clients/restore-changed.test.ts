// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
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

describe('a file that was changed meanwhile', () => {
  beforeEach(async () => {
    desk.put(cursorFile, config);
    await protectAll();
  });
  const result = async () => (await restoreAll())[0];

  test('keeps the change, and every entry that nobody touched gets its own text back', async () => {
    const change = (text: string) => text.replace('{', '{\n  "added": [1, 2],');
    edit(cursorFile, change);
    expect(await result()).toMatchObject({
      result: 'restored-entries',
      entries: ['files', 'other'],
    });
    expect(read(cursorFile)).toBe(change(config));
    expect(desk.keychain()).toEqual({});
  });

  test('keeps what was changed inside our entry', async () => {
    edit(cursorFile, (text) => text.replace('"files": {', '"files": {\n      "timeout": 5,'));
    await result();
    expect(read(cursorFile)).toBe(
      config
        .replace('"files": {', '"files": {\n      "timeout": 5,')
        .replace(
          '"TOKEN": "literal-1", "MODE": "${env:MODE}"',
          '"MODE": "${env:MODE}", "TOKEN": "literal-1"',
        ),
    );
  });

  test('keeps a variable that was set anew, and does not bring back one that was removed', async () => {
    edit(cursorFile, (text) => text.replace('"MODE": "${env:MODE}"', '"TOKEN": "newer"'));
    await result();
    expect(parse(read(cursorFile)).mcpServers.files.env).toEqual({ TOKEN: 'newer' });
  });

  test('finds an entry by its connection, also under another name', async () => {
    edit(cursorFile, (text) => text.replace('"files"', '"renamed"'));
    expect(await result()).toMatchObject({ entries: ['renamed', 'other'] });
    expect(read(cursorFile)).toBe(config.replace('"files"', '"renamed"'));
  });

  test('does not touch an entry that is not ours any more', async () => {
    const { id } = desk.connections()[1] ?? { id: '' };
    edit(cursorFile, (text) => text.replace(/"other": \{.*\}/, '"other": { "command": "mine" }'));
    expect(await result()).toMatchObject({ result: 'restored-entries', entries: ['files'] });
    expect(read(cursorFile)).toBe(config.replace('uvx', 'mine'));
    expect(desk.connections().find((one) => one.id === id)?.restoredAt).toBeDefined();
  });

  test('is exact again when the change was undone by hand', async () => {
    edit(cursorFile, (text) => `${text} `);
    edit(cursorFile, (text) => text.slice(0, -1));
    expect(await result()).toMatchObject({ result: 'restored-exact' });
  });

  test('written anew by its client has the same meaning afterwards', async () => {
    edit(cursorFile, (text) => JSON.stringify({ more: 1, ...JSON.parse(text) }));
    expect(await result()).toMatchObject({ result: 'restored-entries' });
    expect(JSON.parse(read(cursorFile))).toEqual({ more: 1, ...JSON.parse(config) });
    expect(read(cursorFile)).not.toContain('\n');
  });

  test('to something unreadable is left alone until it can be read', async () => {
    edit(cursorFile, (text) => text.slice(0, -4));
    const broken = read(cursorFile);
    const [preview] = await previewRestore(desk.ports, {});
    expect(preview?.refused).toContain('puts its entries back once the file can be read again');
    expect(await result()).toMatchObject({ result: 'refused' });
    expect(read(cursorFile)).toBe(broken);
    expect(desk.connections().every(({ restoredAt }) => restoredAt === undefined)).toBe(true);
    expect(Object.keys(desk.keychain())).toHaveLength(1);
    desk.put(cursorFile, `${broken}\n}}\n`);
    expect(await result()).toMatchObject({ result: 'restored-entries' });
  });

  test('whose env is no map any more gets the original one', async () => {
    edit(cursorFile, (text) => text.replace(/"env": \{.*\}/, '"env": null'));
    expect(await result()).toMatchObject({ entries: ['files', 'other'] });
    expect(parse(read(cursorFile)).mcpServers.files).toEqual({
      command: 'npx',
      args: ['-y', 'x'],
      env: { TOKEN: 'literal-1' },
    });
  });

  test('between preview and write is refused', async () => {
    const chosen = await previewRestore(desk.ports, {});
    edit(cursorFile, (text) => `${text} `);
    const before = read(cursorFile);
    expect(await restore(desk.ports, chosen)).toMatchObject([
      { result: 'refused', reason: expect.stringContaining('changed since you saw the preview') },
    ]);
    expect(read(cursorFile)).toBe(before);
    expect(await states()).toEqual(['written']);
  });

  test('at the last moment is refused, and can be restored afterwards', async () => {
    const chosen = await previewRestore(desk.ports, {});
    const onStep = (step: string) => {
      if (step === 'write: synced') edit(cursorFile, (text) => `${text} `);
    };
    expect(await restore({ ...desk.ports, onStep }, chosen)).toMatchObject([{ result: 'refused' }]);
    expect(await states()).toEqual(['written']);
    expect(Object.keys(desk.keychain())).toHaveLength(1);
    expect(await result()).toMatchObject({ result: 'restored-entries' });
    expect(read(cursorFile)).toBe(`${config} `);
  });

  test('so that nothing of us is left in it only closes the journal', async () => {
    desk.put(cursorFile, '{}');
    const [preview] = await previewRestore(desk.ports, {});
    expect(preview).toMatchObject({ diff: '', entries: [] });
    expect(await result()).toMatchObject({
      result: 'unchanged',
      reason: expect.stringContaining('Nothing in it leads to Airlock'),
    });
    expect(read(cursorFile)).toBe('{}');
    expect(desk.keychain()).toEqual({});
    expect(await states()).toEqual(['restored']);
  });

  test('by being removed only closes the journal', async () => {
    rmSync(path.join(desk.home, cursorFile));
    const [preview] = await previewRestore(desk.ports, {});
    expect(preview).toMatchObject({
      path: path.join(desk.home, cursorFile),
      basedOn: '',
      entries: [],
    });
    expect(await result()).toMatchObject({
      result: 'unchanged',
      reason: expect.stringContaining('no longer there'),
    });
    expect(await states()).toEqual(['restored']);
    expect(desk.keychain()).toEqual({});
  });

  test('by being made read-only is refused', async () => {
    chmodSync(path.join(desk.home, cursorFile), 0o400);
    expect(await result()).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining('read-only'),
    });
  });
});
