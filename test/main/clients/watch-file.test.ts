import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { bridgeFile } from '../../fakes/configs/desk.ts';
import { makeWatchDesk, type WatchDesk } from '../../fakes/configs/watch-desk.ts';

let desk: WatchDesk;
beforeEach(() => {
  desk = makeWatchDesk();
});
afterEach(() => {
  expect(desk.errors).toEqual([]);
  desk.close();
});

const cursorFile = '.cursor/mcp.json';
const server = (command: string) => ({ command, args: ['-y', 'x'], env: { TOKEN: 'literal-1' } });
const config = (servers: Record<string, unknown>, more: object = {}) =>
  JSON.stringify({ ...more, mcpServers: servers }, null, 2);
const now = () => JSON.parse(desk.read(cursorFile)) as Record<string, unknown>;
const servers = () => now().mcpServers as Record<string, { command: string }>;

async function protectedFile(all: Record<string, unknown> = { files: server('npx') }) {
  desk.put(cursorFile, config(all));
  await desk.protectAll();
  const file = desk.file('cursor', cursorFile);
  await file.look();
  expect(desk.events).toEqual([]);
  return file;
}

describe('an entry of ours', () => {
  test('that its client wiped is routed again, and what else the client changed stays', async () => {
    const file = await protectedFile({ files: server('npx'), wiki: server('uvx') });
    const { wiki } = servers();
    desk.put(cursorFile, config({ files: server('npx'), wiki }, { theme: 'dark', launches: 7 }));
    await file.look();
    expect(desk.kinds()).toEqual(['drifted reapply', 'reapplied']);
    expect(desk.routes(cursorFile)).toEqual({ files: true, wiki: true });
    expect(now()).toMatchObject({ theme: 'dark', launches: 7 });
    expect(servers().wiki).toEqual(wiki);
    expect(desk.read(cursorFile)).not.toContain('literal-1');
    const files = desk.active().find(({ name }) => name === 'files');
    expect(desk.keychain()[files?.id ?? '']).toEqual({ 'env.TOKEN': 'literal-1' });
    expect(desk.active()).toHaveLength(2);
  });

  test('tells who, where, what and what comes of it', async () => {
    const file = await protectedFile();
    const [connection] = desk.active();
    desk.put(cursorFile, config({ files: server('npx') }, { theme: 'dark' }));
    await file.look();
    expect(desk.events[0]).toEqual({
      kind: 'drifted',
      clientId: 'cursor',
      clientName: 'Cursor',
      file: path.join(desk.home, cursorFile),
      entry: 'files',
      keyPath: ['mcpServers', 'files'],
      connectionId: connection?.id,
      action: 'reapply',
      sentence:
        '"files" of Cursor was changed back and starts its server directly, past Airlock. Airlock routes it again.',
      detectedAt: expect.any(Number),
    });
    expect(desk.events[1]?.sentence).toContain('"files" of Cursor leads to Airlock now.');
  });

  test('that leads to another server says so, and gets a connection of its own', async () => {
    const file = await protectedFile();
    const [old] = desk.active();
    desk.put(cursorFile, config({ files: server('other') }));
    await file.look();
    expect(desk.events[0]?.sentence).toContain('leads to another server');
    const [connection, ...rest] = desk.active();
    expect(rest).toEqual([]);
    expect(connection).toMatchObject({ command: 'other' });
    expect(connection?.serverId).not.toBe(old?.serverId);
  });

  test('whose whole file was put back as it was says so', async () => {
    const file = await protectedFile();
    desk.put(cursorFile, config({ files: server('npx') }));
    await file.look();
    expect(desk.kinds()).toEqual(['restored-by-hand reapply', 'reapplied']);
  });

  test('that is gone is told once and put back by nobody; back again, it is routed', async () => {
    const file = await protectedFile({ files: server('npx'), wiki: server('uvx') });
    const { files, wiki } = servers();
    desk.put(cursorFile, config({ wiki }));
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual(['removed']);
    expect(Object.keys(servers())).toEqual(['wiki']);
    desk.put(cursorFile, config({ files, wiki }));
    await file.look();
    expect(desk.kinds()).toEqual(['removed']);
    desk.put(cursorFile, config({ files: server('npx'), wiki }));
    await file.look();
    expect(desk.kinds()).toEqual(['removed', 'drifted reapply', 'reapplied']);
  });

  test('that is gone keeps its connection when another one of the file is routed again', async () => {
    const file = await protectedFile({ files: server('npx'), wiki: server('uvx') });
    const { wiki } = servers();
    desk.put(cursorFile, config({ files: server('npx') }));
    await file.look();
    expect(desk.kinds()).toEqual(['removed', 'drifted reapply', 'reapplied']);
    const { files } = servers();
    desk.put(cursorFile, config({ files, wiki }));
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true, wiki: true });
    desk.put(cursorFile, config({ files, wiki: server('uvx') }));
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true, wiki: true });
    expect(desk.active()).toHaveLength(2);
  });

  test('that was copied, with the direct one in its place, has drifted', async () => {
    const file = await protectedFile();
    const { files } = servers();
    desk.put(cursorFile, config({ files: server('npx'), copy: files }));
    await file.look();
    expect(desk.kinds()).toEqual(['drifted reapply', 'reapplied']);
    expect(desk.routes(cursorFile)).toEqual({ files: true, copy: true });
  });

  test.each(['leave', 'ask'] as const)('is not touched where policy says "%s"', async (action) => {
    desk.close();
    desk = makeWatchDesk({ onDrift: () => action });
    const file = await protectedFile();
    const wiped = config({ files: server('npx') }, { theme: 'dark' });
    desk.put(cursorFile, wiped);
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual([`drifted ${action}`]);
    expect(desk.read(cursorFile)).toBe(wiped);

    file.decide(['mcpServers', 'files'], 'reapply');
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true });
  });

  test('that a person leaves as it is ends its connection, and is no news after that', async () => {
    desk.close();
    desk = makeWatchDesk({ onDrift: () => 'ask' });
    const file = await protectedFile();
    desk.put(cursorFile, config({ files: server('npx') }, { theme: 'dark' }));
    await file.look();
    file.decide(['mcpServers', 'files'], 'leave');
    await file.look();
    expect(desk.active()).toEqual([]);
    expect(desk.keychain()).toEqual({});
    await file.look();
    expect(desk.kinds()).toEqual(['drifted ask']);
  });

  test('that drifted while nobody watched is noticed at the first look', async () => {
    await protectedFile();
    desk.put(cursorFile, config({ files: server('npx') }, { theme: 'dark' }));
    await desk.file('cursor', cursorFile).look();
    expect(desk.kinds()).toEqual(['drifted reapply', 'reapplied']);
  });

  test('that Airlock itself put back is no news', async () => {
    const file = await protectedFile();
    await restore(desk.ports, await previewRestore(desk.ports, {}));
    await file.look();
    expect(desk.events).toEqual([]);
    expect(servers().files?.command).toBe('npx');
  });

  test('is routed in a running app that must be quit too, and the person is told to', async () => {
    desk.close();
    desk = makeWatchDesk({}, { isRunning: async () => false });
    const desktopFile = '.config/Claude/claude_desktop_config.json';
    desk.put(desktopFile, config({ files: server('npx') }));
    await desk.protectAll();
    Object.assign(desk.ports, { isRunning: async () => true });
    const file = desk.file('claude-desktop', desktopFile);
    for (const launches of [1, 2]) {
      desk.put(desktopFile, config({ files: server('npx') }, { launches }));
      await file.look();
      await file.look();
      expect(desk.read(desktopFile)).toContain(bridgeFile);
    }
    expect(desk.kinds().filter((kind) => kind === 'reapplied')).toHaveLength(2);
    expect(desk.events.at(-1)?.sentence).toContain('Quit Claude Desktop fully');
  });
});

describe('a new entry', () => {
  const withNew = () => config({ ...servers(), evil: server('curl') }, { theme: 'dark' });

  test('is asked about and stays as it is, told once', async () => {
    const file = await protectedFile();
    desk.put(cursorFile, withNew());
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual(['new-entry ask']);
    expect(desk.events[0]).toMatchObject({ entry: 'evil', keyPath: ['mcpServers', 'evil'] });
    expect(desk.routes(cursorFile)).toEqual({ files: true, evil: false });
  });

  test('is not routed along with one that drifted', async () => {
    const file = await protectedFile();
    desk.put(cursorFile, config({ files: server('npx'), evil: server('curl') }));
    await file.look();
    expect(desk.kinds()).toEqual(['drifted reapply', 'new-entry ask', 'reapplied']);
    expect(desk.routes(cursorFile)).toEqual({ files: true, evil: false });
  });

  test('is routed when policy or the person says so', async () => {
    const file = await protectedFile();
    desk.put(cursorFile, withNew());
    await file.look();
    file.decide(['mcpServers', 'evil'], 'route');
    await file.look();
    expect(desk.kinds()).toEqual(['new-entry ask', 'routed']);
    expect(desk.routes(cursorFile)).toEqual({ files: true, evil: true });
    expect(now()).toMatchObject({ theme: 'dark' });
  });

  test('is blocked before the relay knows its connection', async () => {
    desk.close();
    const order: string[] = [];
    desk = makeWatchDesk({
      onNewEntry: () => 'block',
      block: ({ name }) => {
        order.push(`${name} ${desk.active().length}`);
      },
    });
    const file = await protectedFile();
    desk.put(cursorFile, withNew());
    await file.look();
    expect(order).toEqual(['evil 1']);
    expect(desk.kinds()).toEqual(['new-entry block', 'routed']);
    expect(desk.routes(cursorFile)).toEqual({ files: true, evil: true });
  });

  test('is asked about where nothing could block it', async () => {
    desk.close();
    desk = makeWatchDesk({ onNewEntry: () => 'block' });
    const file = await protectedFile();
    desk.put(cursorFile, withNew());
    await file.look();
    expect(desk.kinds()).toEqual(['new-entry ask']);
  });

  test('is every server of a file that appears, and none of one that was there', async () => {
    desk.put(cursorFile, config({ a: server('a'), b: server('b') }));
    await desk.file('cursor', cursorFile).look();
    expect(desk.events).toEqual([]);
    await desk.file('cursor', cursorFile, { appeared: true }).look();
    expect(desk.events.map(({ entry }) => entry)).toEqual(['a', 'b']);
  });

  test('is one that leads to another server than before', async () => {
    desk.put(cursorFile, config({ a: server('a') }));
    const file = desk.file('cursor', cursorFile);
    await file.look();
    desk.put(cursorFile, config({ a: server('b') }, { theme: 'dark' }));
    await file.look();
    expect(desk.kinds()).toEqual(['new-entry ask']);
  });
});

describe('what must not be written', () => {
  test('in a git work tree is told with the reason and left, whatever policy says', async () => {
    desk.close();
    const asked: string[] = [];
    desk = makeWatchDesk({
      onNewEntry: ({ entry }) => {
        asked.push(entry);
        return 'route';
      },
    });
    const file = await protectedFile();
    mkdirSync(path.join(desk.home, '.cursor/.git'));
    const theirs = config({ files: server('npx'), added: server('uvx') });
    desk.put(cursorFile, theirs);
    await file.look();
    file.decide(['mcpServers', 'added'], 'route');
    await file.look();
    expect(desk.read(cursorFile)).toBe(theirs);
    expect(asked).toEqual([]);
    expect(desk.kinds()).toEqual(['drifted leave', 'new-entry leave']);
    for (const { sentence } of desk.events) expect(sentence).toContain('git work tree');
  });

  test('is not tried for ever: a locked keychain is told, then given up, and tried after quiet', async () => {
    const file = await protectedFile();
    desk.locked = 'The keychain is locked.';
    const theirs = config({ files: server('npx') }, { theme: 'dark' });
    desk.put(cursorFile, theirs);
    const looks = [];
    for (let n = 0; n < 6; n += 1) looks.push(await file.look());
    expect(desk.kinds()).toEqual(['drifted reapply', 'refused', 'gave-up']);
    expect(desk.events[1]?.sentence).toContain('The keychain is locked.');
    expect(looks.map(({ againMs }) => againMs)).toEqual([
      15_000, 15_000, 15_000, 60_000, 60_000, 60_000,
    ]);
    expect(desk.read(cursorFile)).toBe(theirs);
    desk.locked = undefined;
    desk.clock += 60_000;
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true });
  });
});

describe('a client that writes its old settings back every time', () => {
  test('is answered three times in a minute, then told about once and left until it is quiet', async () => {
    const file = await protectedFile();
    const wipe = async (n: number) => {
      desk.put(cursorFile, config({ files: server('npx') }, { launches: n }));
      return file.look();
    };
    for (let n = 0; n < 20; n += 1) await wipe(n);
    expect(desk.kinds().filter((kind) => kind === 'reapplied')).toHaveLength(3);
    expect(desk.kinds().filter((kind) => kind === 'gave-up')).toHaveLength(1);
    expect(desk.events.at(-1)?.sentence).toContain('Quit Cursor');
    expect(desk.routes(cursorFile)).toEqual({ files: false });

    desk.clock += 59_999;
    await wipe(20);
    desk.clock += 59_999;
    expect(await file.look()).toEqual({ againMs: 1 });
    expect(desk.routes(cursorFile)).toEqual({ files: false });
    desk.clock += 1;
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true });
    expect(now()).toMatchObject({ launches: 20 });
  });

  test('is answered at once when the person says so', async () => {
    const file = await protectedFile();
    for (let n = 0; n < 5; n += 1) {
      desk.put(cursorFile, config({ files: server('npx') }, { launches: n }));
      await file.look();
    }
    file.decide(['mcpServers', 'files'], 'reapply');
    await file.look();
    expect(desk.routes(cursorFile)).toEqual({ files: true });
  });
});

describe('a file that cannot be read', () => {
  test('is told of when it still is so at a second look, and once', async () => {
    const file = await protectedFile();
    const whole = desk.read(cursorFile);
    desk.put(cursorFile, whole.slice(0, 20));
    expect(await file.look()).toEqual({ againMs: 200 });
    expect(desk.events).toEqual([]);
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual(['unreadable']);
    expect(desk.events[0]?.sentence).toContain('is not known any more');
    desk.put(cursorFile, whole);
    await file.look();
    desk.put(cursorFile, '');
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual(['unreadable', 'unreadable']);
  });

  test('for a moment, while it is written, is no news', async () => {
    const file = await protectedFile();
    const whole = desk.read(cursorFile);
    for (const part of [whole.slice(0, 9), '', whole.slice(0, 12), whole]) {
      desk.put(cursorFile, part);
      await file.look();
    }
    expect(desk.events).toEqual([]);
  });

  test('because it is gone took our entries with it', async () => {
    const file = await protectedFile();
    rmSync(path.join(desk.home, cursorFile));
    await file.look();
    expect(desk.events).toEqual([]);
    await file.look();
    await file.look();
    expect(desk.kinds()).toEqual(['removed']);
  });
});
