// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../main/clients/config-file.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { fail } from '../../../shared/outcome.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const one = (env = 'literal-1') =>
  `{"mcpServers": {"files": {"command": "npx", "args": ["-y", "x"], "env": {"TOKEN": "${env}"}}}}`;

const previews = () => previewProtect(desk.ports, {});
const protectAll = async () => protect(desk.ports, await previews());
const read = (file: string) => readFileSync(path.join(desk.home, file), 'utf8');

describe('a file is refused with the reason, nothing of it is kept, and the others go on', () => {
  const alsoProtectsCode = async (expected: string) => {
    const chosen = await previews();
    return alsoProtects(chosen, expected);
  };
  const alsoProtects = async (chosen: Awaited<ReturnType<typeof previews>>, expected: string) => {
    const changes = await protect(desk.ports, chosen);
    const byClient = new Map(changes.map((change) => [change.clientId, change]));
    expect(byClient.get('cursor')).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining(expected),
    });
    expect(byClient.get('claude-code')?.result).toBe('changed');
    expect(desk.connections().map(({ clientId }) => clientId)).toEqual(['claude-code']);
    expect(Object.keys(desk.keychain())).toHaveLength(1);
    expect(readdirSync(path.join(desk.data, 'backups'))).toHaveLength(1);
    expect((await desk.ports.journal.list()).records).toHaveLength(1);
  };
  beforeEach(() => {
    desk.put(cursorFile, one());
    desk.put(codeFile, one());
  });

  test('changed since the preview', async () => {
    const chosen = await previews();
    desk.put(cursorFile, one('theirs'));
    await alsoProtects(chosen, 'has changed since you saw the preview');
    expect(read(cursorFile)).toBe(one('theirs'));
  });

  test('gone since the preview', async () => {
    const chosen = await previews();
    rmSync(path.join(desk.home, cursorFile));
    await alsoProtects(chosen, 'no longer there');
    expect(existsSync(path.join(desk.home, cursorFile))).toBe(false);
  });

  test('malformed', async () => {
    desk.put(cursorFile, '{"mcpServers": {');
    await alsoProtectsCode('not valid JSON');
    expect(read(cursorFile)).toBe('{"mcpServers": {');
  });

  test('hard-linked', async () => {
    linkSync(path.join(desk.home, cursorFile), path.join(desk.home, 'second'));
    await alsoProtectsCode('second name');
    expect(read('second')).toBe(one());
  });

  test('outside home', async () => {
    rmSync(path.join(desk.home, cursorFile));
    writeFileSync(path.join(desk.root, 'out.json'), one());
    symlinkSync(path.join(desk.root, 'out.json'), path.join(desk.home, cursorFile));
    await alsoProtectsCode('outside your home folder');
    expect(readFileSync(path.join(desk.root, 'out.json'), 'utf8')).toBe(one());
  });

  test('in a git work tree', async () => {
    mkdirSync(path.join(desk.home, '.cursor/.git'));
    await alsoProtectsCode('git work tree');
  });

  test('written to at the last moment', async () => {
    const chosen = await previews();
    let times = 0;
    const ports = {
      ...desk.ports,
      onStep: (step: string) => {
        // The other file goes first.
        if (step === 'write: synced' && ++times === 2) desk.put(cursorFile, one('theirs'));
      },
    };
    const changes = await protect(ports, chosen);
    expect(changes.map(({ result }) => result)).toEqual(['changed', 'refused']);
    expect(read(cursorFile)).toBe(one('theirs'));
    expect(Object.keys(desk.keychain())).toHaveLength(1);
    expect((await desk.ports.journal.list()).records).toHaveLength(1);
  });
});

test('an app that must be quit is asked for only where that matters', async () => {
  desk.put('.config/Claude/claude_desktop_config.json', one());
  desk.put(cursorFile, one());
  const ports = { ...desk.ports, isRunning: async () => true };
  const found = await previewProtect(ports, {});
  expect(found.map(({ refused }) => refused)).toEqual([
    'Claude Desktop is running and would write its old settings back. Quit it fully, then try again.',
    undefined,
  ]);
  expect((await protect(ports, found)).map(({ result }) => result)).toEqual(['refused', 'changed']);
});

test('without a keychain nothing is written anywhere', async () => {
  desk.put(cursorFile, one());
  desk.put(codeFile, '{"mcpServers": {"e": {"command": "no-secrets"}}}');
  const chosen = await previews();
  desk.locked = 'The keychain is locked. Unlock it and try again.';
  const changes = await protect(desk.ports, chosen);
  expect(changes.map(({ result, reason }) => [result, reason])).toEqual([
    ['refused', desk.locked],
    ['refused', desk.locked],
  ]);
  expect(read(cursorFile)).toBe(one());
  expect(desk.connections()).toEqual([]);
  expect(existsSync(path.join(desk.data, 'backups'))).toBe(false);
});

test('a keychain that takes the first secret only leaves none behind', async () => {
  desk.put(
    cursorFile,
    '{"mcpServers": {"a": {"command": "x", "env": {"T": "1"}}, "b": {"command": "x", "env": {"T": "2"}}}}',
  );
  let stored = 0;
  const store: typeof desk.ports.secrets.store = async (id, secrets) =>
    ++stored === 2
      ? fail('keychain-full', 'The keychain is full.')
      : desk.ports.secrets.store(id, secrets);
  const ports = { ...desk.ports, secrets: { ...desk.ports.secrets, store } };
  expect(await protect(ports, await previews())).toMatchObject([
    { result: 'refused', reason: 'The keychain is full.' },
  ]);
  expect(desk.keychain()).toEqual({});
  expect((await desk.ports.journal.list()).records).toEqual([]);
});

test('a journal that cannot be written refuses before anything is kept', async () => {
  desk.put(cursorFile, one());
  writeFileSync(desk.data, 'in the way');
  expect(await protectAll()).toMatchObject([
    { result: 'refused', reason: expect.stringContaining('could not write its journal') },
  ]);
  expect(desk.keychain()).toEqual({});
  expect(read(cursorFile)).toBe(one());
});

test('a path that is no known config is never written', async () => {
  const file = desk.put('notes.json', one());
  const chosen = { clientId: 'cursor', path: file, basedOn: sha256(one()) };
  expect(await protect(desk.ports, [chosen, { ...chosen, clientId: 'nobody' }])).toMatchObject([
    { result: 'refused', reason: expect.stringContaining('not a config file that Airlock knows') },
    { result: 'refused' },
  ]);
  expect(read('notes.json')).toBe(one());
});
