import { describe, expect, test, vi } from 'vitest';
import { AuditUnavailable } from '../../../main/audit/audit-unavailable.ts';
import { entryHash, genesisHash } from '../../../main/audit/chain.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail, trailPath, walk, watchedOpen } from './trail-support.ts';

describe('an entry', () => {
  test("is sealed: sequence, id, time, chain and hashes are the trail's", () => {
    const trail = aTrail(trailPath(), { now: () => 1234 });
    const entry = trail.append(opened('c1'));
    expect(entry).toMatchObject({ ...opened('c1'), sequence: 2, time: 1234 });
    const [first] = trail.rowsFrom(1, 1);
    expect(entry.previousHash).toBe(first?.hash);
    const [, row] = trail.rowsFrom(1, 2);
    expect(row?.hash).toBe(entry.hash);
    expect(row?.hash).toBe(entryHash(entry.previousHash, row?.body ?? ''));
    expect(JSON.parse(row?.body ?? '')).toEqual({ ...entry, hash: undefined });
  });

  test('follows the entry that begins the trail', () => {
    const trail = aTrail();
    trail.append(said('one'));
    const [one, start] = trail.recent(10);
    expect(start).toMatchObject({ kind: 'trail.started', sequence: 1 });
    expect(start?.previousHash).toBe(genesisHash(start?.chain ?? ''));
    expect(one?.chain).toBe(start?.chain);
  });

  test('has its own id', () => {
    const trail = aTrail();
    const ids = trail.appendMany([said('a'), said('b'), said('c')]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  test('that says nothing in JSON is our mistake and harms no other', () => {
    const trail = aTrail();
    const bad = { ...said('bad'), durationMs: Number.NaN };
    expect(() => trail.append(bad)).toThrow(RangeError);
    expect(() => trail.appendSoon(bad)).toThrow(RangeError);
    expect(() => trail.appendMany([said('a'), bad])).toThrow(RangeError);
    expect(trail.append(said('good')).sequence).toBe(2);
    expect(trail.state().writable).toBe(true);
  });
});

describe('the chain', () => {
  test('goes on where it was after a restart', () => {
    const path = trailPath();
    const before = aTrail(path);
    const last = before.append(said('one'));
    before.close();
    const after = aTrail(path);
    expect(after.last()).toMatchObject({ chain: last.chain, sequence: 2, hash: last.hash });
    const next = after.append(said('two'));
    expect(next).toMatchObject({ sequence: 3, chain: last.chain, previousHash: last.hash });
  });

  test('is one where two write to it in turns', () => {
    const path = trailPath();
    const trails = [aTrail(path), aTrail(path)];
    for (let n = 0; n < 20; n += 1) trails[n % 2]?.append(said(String(n)));
    const entries = trails[0]?.recent(100).toReversed() ?? [];
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, n) => n + 1));
    for (const [n, entry] of entries.entries()) {
      expect(entry.previousHash).toBe(n === 0 ? genesisHash(entry.chain) : entries[n - 1]?.hash);
    }
    expect(entries.filter(({ kind }) => kind === 'trail.started')).toHaveLength(1);
  });

  test.each([
    "UPDATE entries SET body = '{}' WHERE sequence = 1",
    'DELETE FROM entries WHERE sequence = 1',
    "REPLACE INTO entries VALUES (1, 1, '{}', '')",
    "INSERT INTO entries VALUES (1, 1, '{}', '') ON CONFLICT DO UPDATE SET body = ''",
    "UPDATE checkpoints SET body = ''",
    'DELETE FROM checkpoints',
  ])('is append-only to SQL: %s', (sql) => {
    const { open, db } = watchedOpen();
    const trail = aTrail(trailPath(), { open });
    trail.append(said('one'));
    trail.addCheckpoint({
      chain: 'c',
      sequence: 1,
      hash: 'h',
      time: 1,
      publicKey: '',
      signature: '',
    });
    expect(() => db().exec(sql)).toThrow('append-only');
  });
});

describe('several entries at once', () => {
  test('are written in order', () => {
    const trail = aTrail();
    const entries = trail.appendMany([said('a'), said('b'), said('c')]);
    expect(entries.map(({ detail, sequence }) => [detail, sequence])).toEqual([
      ['a', 2],
      ['b', 3],
      ['c', 4],
    ]);
    expect(trail.appendMany([])).toEqual([]);
  });

  test('are written all or not at all', () => {
    const trail = aTrail();
    trail.append(said('before'));
    expect(() => trail.appendMany([said('a'), { ...said('b'), bytesIn: Number.NaN }])).toThrow();
    expect(trail.recent(10).map(({ detail }) => detail)).toEqual([
      'before',
      'A new audit trail begins.',
    ]);
  });
});

describe('an entry for later', () => {
  const details = (trail: ReturnType<typeof aTrail>) =>
    trail.rowsFrom(2, 100).map(({ body }) => JSON.parse(body).detail);

  test('is not written in this turn, but in the next', async () => {
    const onAppend = vi.fn();
    const trail = aTrail(trailPath(), { onAppend });
    trail.appendSoon(said('later'));
    expect(onAppend).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(onAppend).toHaveBeenCalledOnce());
    expect(details(trail)).toEqual(['later']);
  });

  test('comes before what is written after it', () => {
    const trail = aTrail();
    trail.appendSoon(said('one'));
    trail.appendSoon(said('two'));
    const three = trail.append(said('three'));
    trail.appendSoon(said('four'));
    const more = trail.appendMany([said('five'), said('six')]);
    expect(three.sequence).toBe(4);
    expect(more.map(({ detail }) => detail)).toEqual(['five', 'six']);
    expect(details(trail)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  test('carries the time it was handed in at', () => {
    let time = 1;
    const trail = aTrail(trailPath(), { now: () => time });
    trail.appendSoon(said('early'));
    time = 9;
    trail.append(said('late'));
    expect(trail.recent(2).map((entry) => entry.time)).toEqual([9, 1]);
  });

  test.each([
    ['recent', (trail: ReturnType<typeof aTrail>) => trail.recent(1)[0]?.detail],
    ['last', (trail: ReturnType<typeof aTrail>) => trail.last()?.sequence === 2 && 'soon'],
    ['state', (trail: ReturnType<typeof aTrail>) => trail.state().sequence === 2 && 'soon'],
    [
      'page',
      (trail: ReturnType<typeof aTrail>) =>
        trail.page({ limit: 1, search: 'soon', outcome: 'all' })[0]?.detail,
    ],
  ])('is there for every read: %s', (_, read) => {
    const trail = aTrail();
    trail.appendSoon(said('soon'));
    expect(read(trail)).toBe('soon');
  });

  test('is written on close', () => {
    const path = trailPath();
    const trail = aTrail(path);
    trail.appendSoon(said('last words'));
    trail.close();
    expect(aTrail(path).recent(1)[0]?.detail).toBe('last words');
  });
});

describe('entries that come together', () => {
  const kinds = (trail: ReturnType<typeof aTrail>) =>
    trail.rowsFrom(2, 100).map(({ body }) => {
      const { kind, callId } = JSON.parse(body);
      return `${kind} ${callId}`;
    });

  test('are written by one commit, in order, with what waited before them', () => {
    const onAppend = vi.fn();
    const trail = aTrail(trailPath(), { onAppend });
    trail.appendSoon(closed('c0'));
    const staged = Array.from({ length: 40 }, (_, n) => trail.stage(opened(`c${n + 1}`)));
    expect(onAppend).not.toHaveBeenCalled();
    trail.commit();
    expect(onAppend).toHaveBeenCalledOnce();
    expect(staged.some(({ dropped }) => dropped)).toBe(false);
    expect(kinds(trail)).toEqual([
      'call.closed c0',
      ...Array.from({ length: 40 }, (_, n) => `call.opened c${n + 1}`),
    ]);
    walk(trail);
  });

  test('are written by another entry that cannot wait', () => {
    const trail = aTrail();
    trail.stage(opened('c1'));
    trail.append(said('now'));
    trail.commit();
    expect(kinds(trail)).toEqual(['call.opened c1', 'problem undefined']);
  });

  test.each([2, 16, 17, 40])('%i of them find their place beside another process', (count) => {
    const path = trailPath();
    const [one, two] = [aTrail(path), aTrail(path)];
    for (const round of [1, 2]) {
      one.append(said(`one ${round}`));
      two.append(said(`two ${round}`));
      for (let n = 0; n < count; n += 1) one.stage(opened(`c${round}-${n}`));
      one.commit();
    }
    expect(walk(one)).toHaveLength(1 + 2 * (2 + count));
    expect(walk(two)).toEqual(walk(one));
  });

  test('are dropped whole where they cannot be written, with what was said of them since', () => {
    const { open, db } = watchedOpen();
    const trail = aTrail(trailPath(), { open });
    trail.append(said('before'));
    trail.appendSoon(closed('c0'));
    db().exec('PRAGMA query_only = ON');
    expect(() => trail.append(said('between'))).toThrow(AuditUnavailable);
    const staged = [trail.stage(opened('c1')), trail.stage(opened('c2'))];
    trail.appendSoon(closed('c1'));
    expect(() => trail.commit()).toThrow(AuditUnavailable);
    expect(staged.map(({ dropped }) => dropped)).toEqual([true, true]);
    db().exec('PRAGMA query_only = OFF');
    trail.commit();
    trail.append(said('after'));
    expect(kinds(trail)).toEqual(['problem undefined', 'call.closed c0', 'problem undefined']);
    walk(trail);
  });
});

test('the newest entries are the same from memory and from the file', () => {
  const path = trailPath();
  const [one, two] = [aTrail(path), aTrail(path)];
  for (let n = 0; n < 70; n += 1) one.append({ ...opened(`c${n}`), findings: [] });
  expect(one.recent(64)).toEqual(two.recent(64));
  expect(one.recent(3)).toEqual(two.recent(3));
  two.append(said('of another'));
  expect(one.recent(2).map(({ detail }) => detail)).toEqual(['of another', undefined]);
  one.append(said('own'));
  expect(one.recent(66)).toEqual(two.recent(66));
  expect(one.recent(1)).toEqual(two.recent(1));
});

test('the head is told after every write', () => {
  const onAppend = vi.fn();
  const trail = aTrail(trailPath(), { onAppend });
  const entry = trail.append(said('a'));
  expect(onAppend).toHaveBeenLastCalledWith(
    expect.objectContaining({ sequence: 2, hash: entry.hash }),
  );
});

test('an append that must outlast the power is synced before it returns', async () => {
  const trail = aTrail();
  expect(trail.append(opened('c1'), { sync: true }).sequence).toBe(2);
  trail.appendSoon(closed('c1'));
  await trail.flush();
  expect(trail.size()).toEqual({ entries: 3, bytes: expect.any(Number) });
  expect(trail.size().bytes).toBeGreaterThan(1_000);
});

test('a trail can be closed while syncs are under way', async () => {
  for (let n = 0; n < 20; n += 1) {
    const trail = aTrail();
    trail.append(said('a'));
    const flushes = [trail.flush(), trail.flush(), trail.flush()];
    trail.close();
    expect(await Promise.all(flushes)).toEqual([undefined, undefined, undefined]);
  }
});

test('a closed trail takes nothing more', () => {
  const trail = aTrail();
  trail.close();
  trail.close();
  expect(() => trail.append(said('too late'))).toThrow('closed');
});

test('checkpoints are kept in order', () => {
  const trail = aTrail();
  expect(trail.lastCheckpoint()).toBeUndefined();
  const checkpoint = { chain: 'c', hash: 'h', time: 1, publicKey: 'k', signature: 's' };
  for (const sequence of [1, 2, 3]) trail.addCheckpoint({ ...checkpoint, sequence });
  expect(
    trail.checkpointsAfter(1, 10).map(({ n, body }) => [n, JSON.parse(body).sequence]),
  ).toEqual([
    [2, 2],
    [3, 3],
  ]);
  expect(trail.lastCheckpoint()).toBe(
    '{"chain":"c","hash":"h","publicKey":"k","sequence":3,"signature":"s","time":1}',
  );
});
