import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test, vi } from 'vitest';
import { AuditUnavailable } from '../../../main/audit/audit-unavailable.ts';
import type { Trail } from '../../../main/audit/trail.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail, trailPath, walk, watchedOpen } from './trail-support.ts';

/** The problem that an append runs into. */
function refusal(trail: Trail) {
  try {
    trail.append(said('x'.repeat(2_000)));
  } catch (error) {
    if (error instanceof AuditUnavailable) return error.problem;
    throw error;
  }
  return undefined;
}

/** Appends until the disk is full. */
function fill(trail: Trail): void {
  for (let n = 0; n < 10_000; n += 1) if (refusal(trail) !== undefined) return;
  throw new Error('The disk never filled.');
}

describe('a full disk', () => {
  /** A trail whose file may not grow; `room` lets it grow again. */
  function full() {
    const { open, db } = watchedOpen();
    const onState = vi.fn();
    const trail = aTrail(trailPath(), { open, onState });
    trail.append(said('before'));
    db().exec('PRAGMA max_page_count = 30');
    return { trail, onState, room: () => db().exec('PRAGMA max_page_count = 100000') };
  }

  test('refuses with a sentence, and passes by itself when there is room', () => {
    const { trail, onState, room } = full();
    fill(trail);
    expect(refusal(trail)).toEqual({
      code: 'disk-full',
      message: 'The disk is full, so the audit trail cannot be written. Free some space.',
    });
    expect(trail.state()).toMatchObject({ writable: false, problem: refusal(trail)?.message });
    expect(onState).toHaveBeenCalledTimes(1);
    const { sequence } = trail.state();
    expect(sequence).toBeGreaterThan(2);
    room();
    expect(trail.append(said('after')).sequence).toBe(sequence + 1);
    expect(trail.state()).toMatchObject({ writable: true, problem: '' });
    expect(onState).toHaveBeenCalledTimes(2);
    walk(trail);
  });

  test('keeps what waits to be written, in order', async () => {
    const { trail, room } = full();
    trail.append(opened('c1'));
    fill(trail);
    trail.appendSoon(closed('c1', { detail: 'y'.repeat(3_000) }));
    trail.appendSoon(closed('c2', { detail: 'z'.repeat(3_000) }));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(trail.state().writable).toBe(false);
    room();
    trail.append(said('after'));
    expect(trail.recent(3).map(({ callId, detail }) => callId ?? detail)).toEqual([
      'after',
      'c2',
      'c1',
    ]);
  });

  test('stays refused until something could be written', async () => {
    const { trail } = full();
    fill(trail);
    await trail.flush();
    expect(trail.closeInterrupted()).toBe(0);
    expect(trail.state().writable).toBe(false);
  });

  test('still shows what is there', () => {
    const { trail } = full();
    fill(trail);
    expect(trail.recent(1)).toHaveLength(1);
    expect(trail.page({ limit: 5, search: '', outcome: 'all' })).toHaveLength(5);
    expect(trail.page({ limit: 5, search: 'nothing', outcome: 'all' })).toEqual([]);
  });

  test('writes nothing of several entries that do not all fit', () => {
    const { trail, room } = full();
    const many = Array.from({ length: 200 }, (_, n) => said(`${n} ${'x'.repeat(1_000)}`));
    expect(() => trail.appendMany(many)).toThrow(AuditUnavailable);
    room();
    expect(trail.last()?.sequence).toBe(2);
    expect(trail.appendMany(many)).toHaveLength(200);
    walk(trail);
  });
});

describe('a trail that cannot be opened', () => {
  test('refuses every append with the reason, and works once it can', () => {
    const file = path.join(path.dirname(trailPath()), 'sub', 'audit.db');
    const onState = vi.fn();
    const trail = aTrail(file, { onState });
    expect(trail.state()).toEqual({
      chain: '',
      sequence: 0,
      writable: false,
      problem: expect.stringContaining('may not write'),
    });
    expect(onState).not.toHaveBeenCalled();
    expect(refusal(trail)).toMatchObject({ code: 'not-writable' });
    expect(trail.recent(5)).toEqual([]);
    expect(trail.last()).toBeUndefined();
    mkdirSync(path.dirname(file));
    expect(trail.append(said('there')).sequence).toBe(2);
    expect(trail.state().writable).toBe(true);
    expect(onState).toHaveBeenCalledOnce();
    trail.close();
    rmSync(path.dirname(file), { recursive: true });
  });

  test('of a newer version is left alone', () => {
    const file = trailPath();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA application_id = 0x414c5431; PRAGMA user_version = 99; CREATE TABLE x (n)');
    db.close();
    expect(refusal(aTrail(file))).toMatchObject({ code: 'database-newer' });
    expect(readdirSync(path.dirname(file)).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a damaged file', () => {
  const detailOfFirst = (trail: Trail) => JSON.parse(trail.rowsFrom(1, 1)[0]?.body ?? '{}').detail;

  test('is kept at the start, and the new trail says so', () => {
    const file = trailPath();
    writeFileSync(file, 'no database, whatever the name may say');
    const trail = aTrail(file);
    trail.append(said('a'));
    expect(detailOfFirst(trail)).toMatch(/was damaged and is kept as .*audit\.db\.damaged-\d+\./);
    expect(readdirSync(path.dirname(file)).some((name) => name.includes('.damaged-'))).toBe(true);
  });

  test('at run time refuses one call, then a new trail names the end of the old', () => {
    const { open, db } = watchedOpen();
    const file = trailPath();
    const trail = aTrail(file, { open });
    const many = Array.from({ length: 300 }, (_, n) => said(`${n} ${'x'.repeat(500)}`));
    const last = trail.appendMany(many).at(-1);
    db().exec('PRAGMA wal_checkpoint(TRUNCATE)');
    // The page that every append changes, and a page cache that has forgotten it.
    spoil(file, db());
    expect(refusal(trail)).toMatchObject({ code: 'database-damaged' });
    expect(trail.state().writable).toBe(false);
    const first = trail.append(said('on the new one'));
    expect(first.sequence).toBe(2);
    expect(first.chain).not.toBe(last?.chain);
    expect(detailOfFirst(trail)).toContain(`${last?.sequence} of chain ${last?.chain}`);
    expect(detailOfFirst(trail)).toContain(last?.hash);
    expect(trail.state()).toMatchObject({ writable: true, sequence: 2 });
    expect(existsSync(`${file}.damaged-77`)).toBe(true);
  });

  test('whose last entry was overwritten is not built upon', () => {
    const file = trailPath();
    const before = aTrail(file);
    before.append(said('a'));
    before.close();
    const db = new DatabaseSync(file);
    db.exec("DROP TRIGGER entries_stay; UPDATE entries SET body = '{}' WHERE sequence = 2");
    db.close();
    const trail = aTrail(file);
    expect(refusal(trail)).toMatchObject({ code: 'database-damaged' });
  });
});

/** Overwrites the pages of the table `entries` on the disk, from another file handle. */
function spoil(file: string, db: ReturnType<ReturnType<typeof watchedOpen>['db']>): void {
  const { rootpage } = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'")
    .get();
  const other = new DatabaseSync(file);
  other.enableDefensive(false);
  other.exec('PRAGMA writable_schema = ON');
  // The root page now reads as a page of an index: what any look at the table runs into.
  other.exec(
    `UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'entries' AND rootpage = ${rootpage}`,
  );
  other.exec('PRAGMA schema_version = 999');
  other.close();
}

describe('a file that is taken away while the trail is open', () => {
  test.each([
    ['removed', (file: string) => rmSync(file)],
    ['moved', (file: string) => renameSync(file, `${file}.elsewhere`)],
  ])('%s: the next trail says what was there', async (_, take) => {
    const file = trailPath();
    const trail = aTrail(file);
    const last = trail.append(said('before'));
    take(file);
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 5_000 });
    const [note, start] = trail.recent(2);
    expect(start?.kind).toBe('trail.started');
    expect(note?.detail).toContain('removed or replaced');
    expect(note?.detail).toContain(
      `${last.sequence} of chain ${last.chain} with hash ${last.hash}`,
    );
    expect(trail.append(said('after')).previousHash).toBe(note?.hash);
    walk(trail);
  });
});

test('a read-only folder refuses without losing what is there', () => {
  const file = trailPath();
  const before = aTrail(file);
  before.append(said('a'));
  before.close();
  const { open, db } = watchedOpen();
  const trail = aTrail(file, { open });
  db().exec('PRAGMA query_only = ON');
  expect(refusal(trail)).toMatchObject({ code: 'not-writable' });
  expect(trail.recent(1)[0]?.detail).toBe('a');
  db().exec('PRAGMA query_only = OFF');
  expect(trail.append(said('b')).sequence).toBe(3);
});
