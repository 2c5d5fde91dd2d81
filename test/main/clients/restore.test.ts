// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../main/clients/config-file.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { FileChange, FilePreview } from '../../../shared/client.ts';
import { bridgeFile, type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { anyConfig } from '../../fakes/configs/generate.ts';
import { formats } from '../../fakes/configs/round-trip.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const vscodeFile = '.config/Code/User/mcp.json';
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

describe('our entry in another file', () => {
  beforeEach(async () => {
    desk.put(
      vscodeFile,
      `{"servers": {"files": {
      "type": "stdio", // mine
      "command": "npx", "args": ["a", /* b */ "c",], "env": {"T": "literal-1", "U": "\${env:U}"}}}}`,
    );
    await protectAll();
  });
  const copied = () => {
    const { files } = parse(read(vscodeFile)).servers;
    return JSON.stringify({ mcpServers: { imported: { ...files, own: true } } }, null, 2);
  };

  test('is found and put back as plain JSON, for the client that copied it', async () => {
    desk.put(codeFile, copied());
    const changes = await restoreAll();
    expect(changes.map(({ clientId, result }) => [clientId, result])).toEqual([
      ['claude-code', 'restored-entries'],
      ['vscode', 'restored-exact'],
    ]);
    expect(JSON.parse(read(codeFile))).toEqual({
      mcpServers: {
        imported: {
          type: 'stdio',
          command: 'npx',
          args: ['a', 'c'],
          env: { U: '${env:U}', T: 'literal-1' },
          own: true,
        },
      },
    });
    expect(desk.keychain()).toEqual({});
  });

  test('keeps its connection alive until it is put back, too', async () => {
    desk.put(codeFile, copied());
    const chosen = await previewRestore(desk.ports, { clientId: 'vscode' });
    expect(await restore(desk.ports, chosen)).toMatchObject([{ result: 'restored-exact' }]);
    expect(desk.connections()[0]?.restoredAt).toBeUndefined();
    expect(Object.keys(desk.keychain())).toHaveLength(1);
    expect(await restoreAll()).toMatchObject([
      { clientId: 'claude-code' },
      { clientId: 'vscode', result: 'unchanged' },
    ]);
    expect(desk.connections()[0]?.restoredAt).toBeDefined();
    expect(desk.keychain()).toEqual({});
  });

  test('from a machine we do not know is told, and left', async () => {
    const foreign = `{"mcpServers": {"e": {"command": ${JSON.stringify(bridgeFile)}, "args": ["con_foreign"]}}}`;
    desk.put(codeFile, foreign);
    const [preview] = await previewRestore(desk.ports, { clientId: 'claude-code' });
    expect(preview?.refused).toContain('"e" leads to Airlock, but what it was before is not known');
    await restoreAll();
    expect(read(codeFile)).toBe(foreign);
  });
});

test('a file whose place has moved is still found by the journal', async () => {
  const folder = path.join(desk.home, 'moved');
  desk.put('moved/.claude.json', config);
  const ports = {
    ...desk.ports,
    machine: { ...desk.ports.machine, env: { CLAUDE_CONFIG_DIR: folder } },
  };
  await protect(ports, await previewProtect(ports, {}));
  expect(await restoreAll()).toMatchObject([{ clientId: 'claude-code', result: 'restored-exact' }]);
  expect(read('moved/.claude.json')).toBe(config);
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
