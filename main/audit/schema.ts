import type { AuditSchema } from './database-port.ts';

const appendOnly = (table: string) => `
  CREATE TRIGGER ${table}_stay BEFORE UPDATE ON ${table}
    BEGIN SELECT raise(ABORT, 'the trail is append-only'); END;
  CREATE TRIGGER ${table}_remain BEFORE DELETE ON ${table}
    BEGIN SELECT raise(ABORT, 'the trail is append-only'); END;`;

/**
 * The trail's file. `entries` holds what is evidence: `body` is the canonical text that `hash` covers, so that every
 * reader checks the same bytes; nothing else of an entry is stored, so nothing can contradict it. `writer` only
 * tells which process may still have a call open. The search tables are drawn from the bodies away from the hot path
 * and may be lost without loss.
 */
export const trailSchema: AuditSchema = {
  what: 'the audit trail',
  applicationId: 0x41_4c_54_31, // "ALT1"
  probe: `SELECT sequence, writer, body, hash FROM entries LIMIT 0;
    SELECT n, sequence, body FROM checkpoints LIMIT 0;
    SELECT id, pid, since, open_from FROM writers LIMIT 0;
    SELECT id, text, flags FROM search_terms LIMIT 0;
    SELECT term, sequence FROM search_entries LIMIT 0;
    SELECT through FROM search_progress LIMIT 0;`,
  migrations: [
    `CREATE TABLE entries (
       sequence INTEGER PRIMARY KEY, writer INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL
     ) STRICT;
     CREATE TABLE checkpoints (
       n INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, body TEXT NOT NULL
     ) STRICT;
     ${appendOnly('entries')}
     ${appendOnly('checkpoints')}
     CREATE TABLE writers (
       id INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL, since INTEGER NOT NULL,
       open_from INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE search_terms (
       id INTEGER PRIMARY KEY, text TEXT NOT NULL, flags INTEGER NOT NULL, UNIQUE (text, flags)
     ) STRICT;
     CREATE TABLE search_entries (
       term INTEGER NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (term, sequence)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE search_progress (
       one INTEGER PRIMARY KEY CHECK (one = 1), through INTEGER NOT NULL
     ) STRICT;
     INSERT INTO search_progress VALUES (1, 0);`,
  ],
};
