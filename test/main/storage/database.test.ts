import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { type OpenedDatabase, openDatabase, openReadOnly } from '../../../main/storage/database.ts';
import { problemOfError } from '../../../main/storage/sqlite-problem.ts';
import { tempFolder } from './temp-folder.ts';

const create = 'CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT) STRICT;';
const schema = {
  what: 'the test data',
  applicationId: 0x1234,
  probe: 'SELECT n, text FROM t LIMIT 0',
  migrations: [create],
};

const opened = (path: string, over: Partial<typeof schema> & { suspect?: boolean } = {}) => {
  const result = openDatabase(path, { ...schema, ...over }, () => 77);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};

const texts = ({ db }: OpenedDatabase) => db.prepare('SELECT text FROM t').all();
const dbPath = () => join(tempFolder(), 'test.db');

/** A database file with some hundred rows, closed. */
function filled(): string {
  const path = dbPath();
  const { db, close } = opened(path);
  db.exec(`WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 300)
           INSERT INTO t SELECT n, 'row ' || n || ' ' || hex(zeroblob(50)) FROM r`);
  close();
  return path;
}

describe('a new database', () => {
  test('is made for this user alone, in WAL mode, with our mark', () => {
    const path = dbPath();
    const { db, setAside, close } = opened(path);
    db.exec("INSERT INTO t (text) VALUES ('a')");
    expect(setAside).toBeUndefined();
    for (const file of readdirSync(join(path, '..'))) {
      expect(statSync(join(path, '..', file)).mode & 0o777).toBe(0o600);
    }
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
    expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    expect(db.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x1234 });
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    close();
  });

  test('keeps what was committed when it is opened again', () => {
    const path = dbPath();
    const first = opened(path);
    first.db.exec("INSERT INTO t (text) VALUES ('a')");
    first.close();
    const second = opened(path);
    expect(texts(second)).toEqual([{ text: 'a' }]);
    second.close();
  });
});

describe('migrations', () => {
  const more = [
    create,
    'ALTER TABLE t ADD COLUMN size INTEGER;',
    "INSERT INTO t VALUES (1,'m',2);",
  ];

  test('run from where the file stands, once', () => {
    const path = filled();
    const { db, close } = opened(path, { migrations: more.slice(0, 2) });
    expect(db.prepare('SELECT count(size) n FROM t').get()).toEqual({ n: 0 });
    close();
    const again = opened(path, { migrations: more.slice(0, 2) });
    expect(again.db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    again.close();
  });

  test('a step that fails leaves nothing of itself', () => {
    const path = filled();
    expect(() =>
      opened(path, { migrations: [create, 'CREATE TABLE u (n); SELECT nothing;'] }),
    ).toThrow('nothing');
    const { db, close } = opened(path);
    expect(db.prepare("SELECT count(*) n FROM sqlite_schema WHERE name = 'u'").get()).toEqual({
      n: 0,
    });
    close();
  });

  test('a file of a newer version is refused and left as it was', () => {
    const path = dbPath();
    opened(path, { migrations: more }).close();
    const before = readFileSync(path);
    expect(openDatabase(path, schema)).toMatchObject({
      ok: false,
      problem: { code: 'database-newer' },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a damaged file', () => {
  const damage: [string, (path: string) => void][] = [
    ['is no database', (path) => writeFileSync(path, 'not a database at all, but long enough')],
    ['has a torn header', (path) => writeFileSync(path, readFileSync(path).fill(0xff, 20, 60))],
    ['is cut short', (path) => truncateSync(path, 4096 + 100)],
    [
      "is another program's database",
      (path) => {
        const db = new DatabaseSync(path);
        db.exec('PRAGMA application_id=99');
        db.close();
      },
    ],
    [
      'has lost its table',
      (path) => {
        const db = new DatabaseSync(path);
        db.exec('ALTER TABLE t RENAME TO u');
        db.close();
      },
    ],
    [
      "is another program's, unmarked",
      (path) => {
        writeFileSync(path, '');
        const db = new DatabaseSync(path);
        db.exec('CREATE TABLE theirs (n)');
        db.close();
      },
    ],
  ];

  test.each(damage)('that %s is kept aside and a new one starts', (_, spoil) => {
    const path = filled();
    spoil(path);
    const spoilt = readFileSync(path);
    writeFileSync(`${path}-wal`, 'old log');
    const database = opened(path, { suspect: true });
    expect(database.setAside).toBe(`${path}.damaged-77`);
    expect(readFileSync(`${path}.damaged-77`).subarray(0, spoilt.length).equals(spoilt)).toBe(true);
    expect(readFileSync(`${path}.damaged-77-wal`, 'utf8')).toBe('old log');
    expect(texts(database)).toEqual([]);
    database.close();
  });

  test('is found on suspicion even where the damage lies deep', () => {
    const path = filled();
    const bytes = readFileSync(path);
    // A page in the middle of the table.
    writeFileSync(path, bytes.fill(0xee, 4096 * 4, 4096 * 5));
    const careless = opened(path);
    expect(careless.setAside).toBeUndefined();
    careless.close();
    const careful = opened(path, { suspect: true });
    expect(careful.setAside).toBe(`${path}.damaged-77`);
    careful.close();
  });

  test('a sound file passes the suspicion', () => {
    const database = opened(filled(), { suspect: true });
    expect(database.setAside).toBeUndefined();
    expect(texts(database)).toHaveLength(300);
    database.close();
  });
});

describe('what stands in the way', () => {
  test('a folder that is not there', () => {
    expect(openDatabase(join(tempFolder(), 'no', 'test.db'), schema)).toMatchObject({
      ok: false,
      problem: { code: 'not-writable' },
    });
  });

  test('a folder in the place of the file', () => {
    const path = dbPath();
    mkdirSync(path);
    expect(openDatabase(path, schema)).toMatchObject({
      ok: false,
      problem: { code: 'disk-error' },
    });
    expect(existsSync(path)).toBe(true);
  });

  test('a full disk is told by its code, and passes when there is room again', () => {
    const database = opened(dbPath());
    const { db } = database;
    const { page_count: pages } = db.prepare('PRAGMA page_count').get();
    db.exec(`PRAGMA max_page_count=${pages}`);
    const insert = db.prepare('INSERT INTO t (text) VALUES (?)');
    let thrown: unknown;
    try {
      for (let n = 0; n < 100; n += 1) insert.run('x'.repeat(1000));
    } catch (error) {
      thrown = error;
    }
    expect(database.problemOf(thrown)).toMatchObject({
      code: 'disk-full',
      message: 'The disk is full, so the test data cannot be written. Free some space.',
    });
    db.exec('PRAGMA max_page_count=100000');
    expect(insert.run('x'.repeat(5000)).changes).toBe(1);
    database.close();
  });

  test('another connection that holds the file', () => {
    const path = dbPath();
    const { db, problemOf, close } = opened(path);
    const other = new DatabaseSync(path, { timeout: 0 });
    db.exec('BEGIN IMMEDIATE');
    let thrown: unknown;
    try {
      other.exec('BEGIN IMMEDIATE');
    } catch (error) {
      thrown = error;
    }
    expect(problemOf(thrown)).toMatchObject({ code: 'database-busy' });
    other.close();
    close();
  });

  test('our own mistakes are no problem of the world', () => {
    const database = opened(dbPath());
    for (const sql of ['SELEC', "INSERT INTO t VALUES (1, 'a'), (1, 'b')"]) {
      let thrown: unknown;
      try {
        database.db.exec(sql);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(Error);
      expect(database.problemOf(thrown)).toBeUndefined();
    }
    expect(problemOfError('text', 'it')).toBeUndefined();
    database.close();
  });
});

describe('opening to read', () => {
  const first = ({ db }: OpenedDatabase) => db.prepare('SELECT n FROM t LIMIT 1').get();

  const readable = (path: string) => {
    const result = openReadOnly(path, schema);
    if (!result.ok) throw new Error(result.problem.message);
    return result.value;
  };

  test('sees what another connection has written, and cannot write itself', () => {
    const path = filled();
    const writer = opened(path);
    writer.db.exec("UPDATE t SET text = 'new' WHERE n = 1");
    const reader = readable(path);
    expect(reader.db.prepare('SELECT text FROM t WHERE n = 1').get()).toEqual({ text: 'new' });
    expect(() => reader.db.exec('DELETE FROM t')).toThrow('readonly');
    reader.close();
    writer.close();
  });

  test('works where no log can be made, as on a medium that cannot be written', () => {
    const path = filled();
    mkdirSync(`${path}-shm`);
    const reader = readable(path);
    expect(first(reader)).toEqual({ n: 1 });
    reader.close();
  });

  test.each<[string, (path: string) => void, string]>([
    ['not there', (path) => rmSync(path), 'no-database'],
    ['no database', (path) => writeFileSync(path, 'x'.repeat(5_000)), 'database-damaged'],
    ['empty', (path) => writeFileSync(path, ''), 'database-damaged'],
    [
      'newer',
      (path) => {
        const db = new DatabaseSync(path);
        db.exec('PRAGMA user_version = 9');
        db.close();
      },
      'database-newer',
    ],
  ])('a file that is %s is a problem, and is left as it is', (_, spoil, code) => {
    const path = filled();
    spoil(path);
    const before = existsSync(path) ? readFileSync(path) : undefined;
    expect(openReadOnly(path, schema)).toMatchObject({ ok: false, problem: { code } });
    expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before);
  });
});
