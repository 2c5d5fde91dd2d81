import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { recover } from '../../../main/clients/recover.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { type Desk, makeDesk, openDesk } from '../../fakes/configs/desk.ts';
import { bundleChild, runChild } from '../../fakes/configs/run-child.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const config =
  '{"mcpServers": {"a": {"command": "npx", "env": {"T": "literal-1"}}, "b": {"command": "uvx"}}}';
const read = () => readFileSync(path.join(desk.home, cursorFile), 'utf8');
const active = () => desk.connections().filter(({ restoredAt }) => restoredAt === undefined);
const states = async () => (await desk.ports.journal.list()).records.map(({ state }) => state);
const leftovers = () =>
  readdirSync(desk.root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tmp'),
  );
const protectAll = async () => protect(desk.ports, await previewProtect(desk.ports, {}));
const restoreAll = async () => restore(desk.ports, await previewRestore(desk.ports, {}));

const writing = [
  'checked',
  'created',
  'filled',
  'dressed',
  'synced',
  'rechecked',
  'renamed',
  'folder-synced',
].map((step) => `write: ${step}`);

/** What must hold at every start after a crash: file, journal, connections and keychain tell one story. */
async function expectOneStory(protectedNow: boolean) {
  const ids = active().map(({ id }) => id);
  if (protectedNow) {
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(read()).toContain(id);
    expect(Object.keys(desk.keychain())).toEqual([active().find(({ name }) => name === 'a')?.id]);
    expect(await states()).toEqual(['written']);
  } else {
    expect(read()).toBe(config);
    expect(ids).toEqual([]);
    expect(desk.keychain()).toEqual({});
    expect((await states()).filter((state) => state !== 'restored')).toEqual([]);
  }
  expect(leftovers()).toEqual([]);
}

describe('a crash while protecting', () => {
  const steps = [
    'journal planned',
    'secrets stored',
    'backup sealed',
    ...writing,
    'connections put',
    'journal written',
  ];
  test.each(steps)(
    'after "%s" loses nothing',
    async (step) => {
      desk.put(cursorFile, config);
      const child = await bundleChild('crash-child.ts', desk.root);
      const end = await runChild(child, [desk.root, 'protect', step]);
      expect(end.signal).toBe('SIGKILL');
      expect(end.out.trim().split('\n')).toEqual(steps.slice(0, steps.indexOf(step) + 1));
      const written = steps.indexOf(step) >= steps.indexOf('write: renamed');
      expect(read() === config).toBe(!written);

      desk = openDesk(desk.root);
      const { problems } = await recover(desk.ports);
      expect(problems).toEqual([]);
      await expectOneStory(written);

      if (!written) expect(await protectAll()).toMatchObject([{ result: 'changed' }]);
      expect(await restoreAll()).toMatchObject([{ result: 'restored-exact' }]);
      await expectOneStory(false);
    },
    30_000,
  );
});

describe('a crash while restoring', () => {
  const steps = ['restore noted', ...writing];
  test.each(steps)(
    'after "%s" loses nothing',
    async (step) => {
      desk.put(cursorFile, config);
      await protectAll();
      const child = await bundleChild('crash-child.ts', desk.root);
      const end = await runChild(child, [desk.root, 'restore', step]);
      expect(end.signal).toBe('SIGKILL');
      const written = steps.indexOf(step) >= steps.indexOf('write: renamed');
      expect(read() === config).toBe(written);

      desk = openDesk(desk.root);
      await recover(desk.ports);
      await expectOneStory(!written);
      if (!written) expect(await restoreAll()).toMatchObject([{ result: 'restored-exact' }]);
      await expectOneStory(false);
    },
    30_000,
  );
});

test('without a crash the child does the whole work', async () => {
  desk.put(cursorFile, config);
  const child = await bundleChild('crash-child.ts', desk.root);
  expect((await runChild(child, [desk.root, 'protect', ''])).out).toContain('done changed');
  expect((await runChild(child, [desk.root, 'restore', ''])).out).toContain('done restored-exact');
  expect(read()).toBe(config);
}, 30_000);

describe('a planned write', () => {
  /** Stops right before the given step, as a crash would, by an exception nobody catches. */
  const crashAt = async (last: string) => {
    desk.put(cursorFile, config);
    const onStep = (step: string) => {
      if (step === last) throw new Error('crash');
    };
    const chosen = await previewProtect(desk.ports, {});
    await expect(protect({ ...desk.ports, onStep }, chosen)).rejects.toThrow('crash');
    expect(await states()).toEqual(['planned']);
  };

  test('whose file a client has written anew since is finished', async () => {
    await crashAt('write: folder-synced');
    const rewritten = JSON.stringify({ ...JSON.parse(read()), numStartups: 2 }, null, 4);
    desk.put(cursorFile, rewritten);
    expect(await recover(desk.ports)).toMatchObject({
      finished: [path.join(desk.home, cursorFile)],
    });
    expect(read()).toBe(rewritten);
    expect(active()).toHaveLength(2);
    expect(await restoreAll()).toMatchObject([{ result: 'restored-entries' }]);
    expect(JSON.parse(read())).toEqual({ ...JSON.parse(config), numStartups: 2 });
  });

  test('whose file a person has changed before it was written is undone', async () => {
    await crashAt('backup sealed');
    desk.put(cursorFile, '{"mcpServers": {}}');
    expect(await recover(desk.ports)).toMatchObject({ undone: [path.join(desk.home, cursorFile)] });
    expect(read()).toBe('{"mcpServers": {}}');
    expect(desk.keychain()).toEqual({});
    expect(await states()).toEqual([]);
    expect(readdirSync(path.join(desk.data, 'backups'))).toEqual([]);
  });

  test('whose file is gone is undone', async () => {
    await crashAt('backup sealed');
    rmSync(path.join(desk.home, cursorFile));
    expect(await recover(desk.ports)).toMatchObject({ undone: [path.join(desk.home, cursorFile)] });
    expect(desk.keychain()).toEqual({});
  });

  test('whose file cannot be read stays for the next start', async () => {
    await crashAt('backup sealed');
    rmSync(path.join(desk.home, cursorFile));
    desk.put(`${cursorFile}/folder`, '');
    expect(await recover(desk.ports)).toMatchObject({
      problems: [expect.stringContaining('tried again')],
    });
    expect(await states()).toEqual(['planned']);
    expect(Object.keys(desk.keychain())).toHaveLength(1);
  });

  test('stays while the keychain is locked', async () => {
    await crashAt('backup sealed');
    desk.locked = 'The keychain is locked.';
    expect((await recover(desk.ports)).problems).toEqual(['The keychain is locked.']);
    expect(await states()).toEqual(['planned']);
    desk.locked = undefined;
    await recover(desk.ports);
    await expectOneStory(false);
  });
});

test('secrets that could not be removed are removed at the next start', async () => {
  desk.put(cursorFile, config);
  await protectAll();
  const chosen = await previewRestore(desk.ports, {});
  const onStep = (step: string) => {
    if (step === 'write: folder-synced') desk.locked = 'The keychain is locked.';
  };
  expect(await restore({ ...desk.ports, onStep }, chosen)).toMatchObject([
    { result: 'restored-exact' },
  ]);
  expect(active()).toEqual([]);
  expect(await states()).toEqual(['restoring']);
  desk.locked = undefined;
  await recover(desk.ports);
  await expectOneStory(false);
});

test('a damaged record is reported, and the others are brought in line', async () => {
  desk.put(cursorFile, config);
  await protectAll();
  const damaged = path.join(desk.data, 'journal', `jrn_${'z'.repeat(20)}.json`);
  writeFileSync(damaged, '{');
  expect((await recover(desk.ports)).problems).toEqual([expect.stringContaining(damaged)]);
  expect(await restoreAll()).toMatchObject([{ result: 'restored-exact' }]);
});

test('closed records and their backups go after thirty days', async () => {
  desk.put(cursorFile, config);
  await protectAll();
  await restoreAll();
  desk.now += 29 * 24 * 60 * 60_000;
  await recover(desk.ports);
  expect(await states()).toEqual(['restored']);
  desk.now += 2 * 24 * 60 * 60_000;
  await recover(desk.ports);
  expect(await states()).toEqual([]);
  expect(readdirSync(path.join(desk.data, 'backups'))).toEqual([]);
});
