// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { bridgeFile, type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

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
