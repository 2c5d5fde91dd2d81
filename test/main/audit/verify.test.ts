import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../../main/audit/canonical.ts';
import { entryHash, entryText, genesisHash } from '../../../main/audit/chain.ts';
import {
  publicKeyText,
  readCheckpoint,
  sealCheckpoint,
} from '../../../main/audit/checkpoint-seal.ts';
import { verifyTrail } from '../../../main/audit/verify.ts';
import { openReadOnly } from '../../../main/storage/database.ts';
import { deviceKey, reportOn, sealedTrail, tampered } from './sealed-trail.ts';
import { said } from './trail-child.ts';
import { aTrail, trailPath } from './trail-support.ts';

type Db = InstanceType<typeof DatabaseSync>;

/** Every row of evidence, to tell whether a flip of a bit reached any. */
function evidence(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = ['entries', 'checkpoints'].map((table) =>
    db.prepare(`SELECT * FROM ${table}`).all(),
  );
  db.close();
  return JSON.stringify(rows);
}

/** Rewrites the chain from a sequence on, hashes and all, as only the missing signatures could betray. */
function rewrite(db: Db, from: number): void {
  const rows = db.prepare('SELECT * FROM entries WHERE sequence >= ? ORDER BY sequence').all(from);
  const update = db.prepare('UPDATE entries SET body = ?, hash = ? WHERE sequence = ?');
  let previous: string | undefined;
  for (const { sequence, body } of rows) {
    const entry = JSON.parse(body);
    if (sequence === from) entry.person = 'mallory';
    if (previous !== undefined) entry.previousHash = previous;
    const text = entryText(entry);
    previous = entryHash(entry.previousHash, text);
    update.run(text, previous, sequence);
  }
}

let good = '';
beforeEach(() => {
  good = sealedTrail();
});

describe('a trail that nobody touched', () => {
  test('verifies whole', async () => {
    expect(await reportOn(good, { trustedKeys: [publicKeyText(deviceKey)] })).toEqual({
      ok: true,
      chain: expect.stringMatching(/^[0-9a-f]{32}$/),
      entries: 51,
      checkpoints: 6,
      firstSequence: 1,
      lastSequence: 51,
      lastHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      problems: [],
    });
  });

  test('verifies while it is written to', async () => {
    const path = trailPath();
    const trail = aTrail(path);
    trail.appendMany(Array.from({ length: 2_000 }, (_, n) => said(String(n))));
    const [report] = await Promise.all([
      reportOn(path),
      (async () => {
        for (let n = 0; n < 20; n += 1) {
          trail.append(said('meanwhile'));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    ]);
    expect(report).toMatchObject({ ok: true, firstSequence: 1 });
    expect((await reportOn(path)).entries).toBe(2_021);
  });

  test('verifies when it is empty', async () => {
    const path = trailPath();
    aTrail(path).close();
    expect(await reportOn(path)).toMatchObject({ ok: true, entries: 0, lastSequence: 0 });
  });

  test('agrees with what is known of it elsewhere', async () => {
    const db = new DatabaseSync(good, { readOnly: true });
    const known = db
      .prepare('SELECT body FROM checkpoints')
      .all()
      .map(({ body }) => readCheckpoint(body))
      .filter((checkpoint) => checkpoint !== undefined);
    db.close();
    expect(known).toHaveLength(6);
    expect(await reportOn(good, { known })).toMatchObject({ ok: true, checkpoints: 12 });
  });
});

describe('a change below the last checkpoint is found:', () => {
  const at = fc.integer({ min: 1, max: 51 });
  const finds = (
    change: (db: Db, ...numbers: number[]) => void,
    ...numbers: fc.Arbitrary<number>[]
  ) =>
    fc.assert(
      fc.asyncProperty(fc.tuple(...numbers), async (chosen) => {
        const before = evidence(good);
        const path = tampered(good, (db) => change(db, ...chosen));
        fc.pre(evidence(path) !== before);
        const report = await reportOn(path);
        expect(report.ok).toBe(false);
        expect(report.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 12 },
    );

  const flip = (text: string, bit: number): string => {
    const bytes = Buffer.from(text, 'latin1');
    const index = (bit >> 3) % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7));
    return bytes.toString('latin1');
  };
  const flipColumn =
    (table: string, column: string, key: string) => (db: Db, row: number, bit: number) => {
      const { value } = db
        .prepare(`SELECT ${column} value FROM ${table} WHERE ${key} = ?`)
        .get(row);
      const next = typeof value === 'number' ? value ^ (1 << (bit & 7)) : flip(value, bit);
      try {
        db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`).run(next, row);
      } catch {
        // The number is taken: nothing was changed.
      }
    };
  const bit = fc.nat(20_000);
  const checkpoint = fc.integer({ min: 1, max: 6 });

  test('one bit of an entry', () => finds(flipColumn('entries', 'body', 'sequence'), at, bit));
  test('one bit of a hash', () => finds(flipColumn('entries', 'hash', 'sequence'), at, bit));
  test('one bit of a sequence', () =>
    finds(flipColumn('entries', 'sequence', 'sequence'), at, bit));
  test('one bit of a checkpoint', () =>
    finds(flipColumn('checkpoints', 'body', 'n'), checkpoint, bit));

  test('a missing entry', () =>
    finds((db, n) => db.exec(`DELETE FROM entries WHERE sequence = ${n}`), at));

  test('a cut-off end', () =>
    finds(
      (db, n) => db.exec(`DELETE FROM entries WHERE sequence > ${n}`),
      fc.integer({ min: 0, max: 50 }),
    ));

  test('a cut-off beginning', () =>
    finds(
      (db, n) => db.exec(`DELETE FROM entries WHERE sequence < ${n}`),
      fc.integer({ min: 2, max: 51 }),
    ));

  test('two entries that changed places', () =>
    finds(
      (db, a, b) => {
        const [one, two] = [a, b].map((n) =>
          db.prepare('SELECT * FROM entries WHERE sequence = ?').get(n),
        );
        const update = db.prepare('UPDATE entries SET body = ?, hash = ? WHERE sequence = ?');
        update.run(two.body, two.hash, a);
        update.run(one.body, one.hash, b);
      },
      at,
      at,
    ));

  test('an entry put in between', () =>
    finds((db, n) => {
      db.exec(`UPDATE entries SET sequence = -sequence WHERE sequence >= ${n};
               UPDATE entries SET sequence = 1 - sequence WHERE sequence < 0;
               INSERT INTO entries SELECT ${n}, writer, body, hash FROM entries WHERE sequence = ${n} + 1`);
    }, at));

  test('a chain rewritten with fitting hashes', () => finds(rewrite, at));

  test('a chain rewritten, its checkpoints moved out of the way', () =>
    finds((db, n) => {
      rewrite(db, n);
      db.exec('UPDATE checkpoints SET sequence = n - 10');
    }, at));

  test('a chain rewritten and sealed with another key, where the key is known', async () => {
    const path = tampered(good, (db) => {
      rewrite(db, 2);
      const thief = generateKeyPairSync('ed25519').privateKey;
      for (const { n, sequence } of db.prepare('SELECT n, sequence FROM checkpoints').all()) {
        const row = db.prepare('SELECT body, hash FROM entries WHERE sequence = ?').get(sequence);
        const { chain } = JSON.parse(row.body);
        const forged = sealCheckpoint({ chain, sequence, hash: row.hash, time: 1 }, thief);
        db.prepare('UPDATE checkpoints SET body = ? WHERE n = ?').run(canonical({ ...forged }), n);
      }
    });
    const report = await reportOn(path, { trustedKeys: [publicKeyText(deviceKey)] });
    expect(report.problems[0]?.message).toContain('not the one of this device');
  });
});

describe('what only the checkpoints of the centre show:', () => {
  const lastCheckpoint = () => {
    const db = new DatabaseSync(good, { readOnly: true });
    const { body } = db.prepare('SELECT body FROM checkpoints ORDER BY n DESC LIMIT 1').get();
    db.close();
    const checkpoint = readCheckpoint(body);
    return checkpoint ? [checkpoint] : [];
  };

  test('a trail turned back together with its checkpoints', async () => {
    const path = tampered(good, (db) =>
      db.exec(
        'DELETE FROM entries WHERE sequence > 30; DELETE FROM checkpoints WHERE sequence > 30',
      ),
    );
    expect(await reportOn(path)).toMatchObject({ ok: true });
    const report = await reportOn(path, { known: lastCheckpoint() });
    expect(report.problems).toEqual([
      {
        sequence: 31,
        message: expect.stringContaining('signed entries up to 51: the end was cut off'),
      },
    ]);
  });

  test('a trail replaced by another', async () => {
    const report = await reportOn(sealedTrail(40), { known: lastCheckpoint() });
    expect(report.problems[0]?.message).toContain('another chain');
  });
});

test('the report names the first place that does not fit, and goes on', async () => {
  const path = tampered(good, (db) => {
    // In quotes: ids and hashes may hold these three letters too.
    db.exec(`UPDATE entries SET body = replace(body, '"ada"', '"eve"') WHERE sequence IN (7, 20)`);
    db.exec('DELETE FROM entries WHERE sequence IN (30, 31)');
  });
  const report = await reportOn(path);
  expect(report.problems).toEqual([
    { sequence: 7, message: 'This entry was changed: its hash does not fit.' },
    { sequence: 20, message: 'This entry was changed: its hash does not fit.' },
    { sequence: 32, message: 'Entries 30 to 31 are missing.' },
  ]);
  expect(report).toMatchObject({ ok: false, entries: 49, lastSequence: 51 });
});

test('an entry nested so deep that nothing can follow it is a change like any other', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const path = tampered(good, (db) =>
    db.prepare('UPDATE entries SET body = ? WHERE sequence = 9').run(deep),
  );
  expect((await reportOn(path)).problems[0]).toMatchObject({ sequence: 9 });
});

test('a trail without its triggers is reported', async () => {
  const path = tampered(good, () => {});
  const db = new DatabaseSync(path);
  db.exec('DROP TRIGGER entries_remain');
  db.close();
  expect((await reportOn(path)).problems).toEqual([
    { sequence: 0, message: expect.stringContaining('append-only') },
  ]);
});

test('a report stays small however much is wrong', async () => {
  const path = trailPath();
  const trail = aTrail(path);
  trail.appendMany(Array.from({ length: 500 }, (_, n) => said(String(n))));
  trail.close();
  const spoilt = tampered(path, (db) => db.exec("UPDATE entries SET hash = 'x'"));
  expect((await reportOn(spoilt)).problems).toHaveLength(100);
});

test('any one flipped bit of the file is found, or touched no evidence', async () => {
  const bytes = readFileSync(good);
  const before = evidence(good);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const path = trailPath();
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, copy);
      const report = await verifyTrail(path, { open: openReadOnly }).catch((error) => ({
        ok: false as const,
        problem: error,
      }));
      if (!report.ok || !report.value.ok) {
        found += 1;
        return;
      }
      expect(evidence(path)).toBe(before);
    }),
    { numRuns: 150 },
  );
  expect(found).toBeGreaterThan(15);
});

test('a file that is not there is a problem', async () => {
  expect(await verifyTrail(trailPath(), { open: openReadOnly })).toMatchObject({
    ok: false,
    problem: { code: 'no-database' },
  });
});

test('the first entry follows from the chain alone', async () => {
  const path = tampered(good, (db) => {
    const { body } = db.prepare('SELECT body FROM entries WHERE sequence = 1').get();
    const entry = { ...JSON.parse(body), previousHash: genesisHash('another') };
    db.prepare('UPDATE entries SET body = ? WHERE sequence = 1').run(entryText(entry));
  });
  expect((await reportOn(path)).problems[0]).toMatchObject({
    sequence: 1,
    message: expect.stringContaining('does not follow'),
  });
});
