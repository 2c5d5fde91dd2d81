import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JournalRecord, JournalStore } from '../../../main/clients/journal.ts';
import { fileJournal } from '../../../main/clients/journal-file.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { aRecord } from '../../fakes/configs/record.ts';

let desk: Desk;
let journal: JournalStore;
let folder: string;
beforeEach(() => {
  desk = makeDesk();
  journal = fileJournal(desk.data, 'linux');
  folder = path.join(desk.data, 'journal');
});
afterEach(() => desk.close());

const id = (letter: string) => `jrn_${letter.repeat(20)}`;
const put = async (more: Partial<JournalRecord>) => {
  const record = aRecord(more);
  expect((await journal.put(record)).ok).toBe(true);
  return record;
};

describe('the journal', () => {
  test('is empty where nothing was written yet', async () => {
    expect(await journal.list()).toEqual({ records: [], problems: [] });
  });

  test('gives records back whole, oldest first, and another process sees them', async () => {
    const late = await put({ id: id('a'), plannedAt: 2 });
    const early = await put({ id: id('b'), plannedAt: 1, linkTarget: 'x', writtenAt: 5 });
    expect(await fileJournal(desk.data, 'linux').list()).toEqual({
      records: [early, late],
      problems: [],
    });
  });

  test('keeps one record per id', async () => {
    await put({ id: id('a') });
    const written = await put({ id: id('a'), state: 'written' });
    expect((await journal.list()).records).toEqual([written]);
    await journal.remove(id('a'));
    await journal.remove(id('a'));
    expect((await journal.list()).records).toEqual([]);
  });

  test('can be read by its owner alone', async () => {
    await put({ id: id('a') });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(folder, `${id('a')}.json`)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, 100)],
    ['empty', () => ''],
    ['zeroed', () => '\0'.repeat(4096)],
    ['of another form', () => '{"version": 2}'],
    ['a copy under another name', (text: string) => text],
  ])('reports a record that is %s and keeps it and the others', async (_, damage) => {
    const good = await put({ id: id('a') });
    await put({ id: id('c') });
    const file = path.join(folder, `${id('b')}.json`);
    writeFileSync(file, damage(readFileSync(path.join(folder, `${id('c')}.json`), 'utf8')));
    await journal.remove(id('c'));
    const { records, problems } = await journal.list();
    expect(records).toEqual([good]);
    expect(problems).toEqual([
      expect.stringContaining(`The journal record ${file} could not be read`),
    ]);
    expect(existsSync(file)).toBe(true);
  });

  test('reports what is no file', async () => {
    mkdirSync(path.join(folder, `${id('d')}.json`), { recursive: true });
    expect((await journal.list()).problems).toEqual([expect.stringContaining('EISDIR')]);
  });

  test('sweeps what a crash left half-written', async () => {
    await put({ id: id('a') });
    writeFileSync(path.join(folder, `${id('b')}.json.${'0'.repeat(16)}.tmp`), '{"half');
    expect((await journal.list()).problems).toEqual([]);
    expect(readdirSync(folder)).toEqual([`${id('a')}.json`]);
  });

  test('says so when it cannot be written', async () => {
    writeFileSync(desk.data, 'a file in the place of the folder');
    const result = await journal.put(aRecord({}));
    expect(result).toMatchObject({ ok: false, problem: { code: 'journal-unwritable' } });
  });
});
