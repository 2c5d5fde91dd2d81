import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { sealCheckpoint } from '../../../main/audit/checkpoint-seal.ts';
import { type VerifyPorts, verifyTrail } from '../../../main/audit/verify.ts';
import { openReadOnly } from '../../../main/storage/database.ts';
import type { VerifyReport } from '../../../shared/audit.ts';
import { closed, opened } from './trail-child.ts';
import { aTrail, trailPath } from './trail-support.ts';

/** A device key for tests. */
export const deviceKey = generateKeyPairSync('ed25519').privateKey;

const made = new Map<number, Buffer>();

/** A closed trail of `calls` calls with a checkpoint after every tenth entry and after the last; made once. */
export function sealedTrail(calls = 25): string {
  const path = trailPath();
  const before = made.get(calls);
  if (before !== undefined) {
    writeFileSync(path, before);
    return path;
  }
  const trail = aTrail(path);
  const seal = () => {
    const head = trail.last();
    if (head) trail.addCheckpoint(sealCheckpoint({ ...head, time: head.sequence }, deviceKey));
  };
  for (let n = 0; n < calls; n += 1) {
    trail.append(opened(`c${n}`, { detail: `Größe ${n}` }));
    const { sequence } = trail.append(closed(`c${n}`));
    if (sequence % 10 < 2) seal();
  }
  seal();
  trail.close();
  made.set(calls, readFileSync(path));
  return path;
}

/** A copy of a closed trail, changed as somebody would who can write the file; the triggers are put back. */
export function tampered(
  path: string,
  change: (db: InstanceType<typeof DatabaseSync>) => void,
): string {
  const copy = trailPath();
  copyFileSync(path, copy);
  const db = new DatabaseSync(copy);
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  change(db);
  for (const { sql } of triggers) db.exec(sql);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return copy;
}

/** The report on a trail that can be read. */
export async function reportOn(
  path: string,
  ports: Partial<VerifyPorts> = {},
): Promise<VerifyReport> {
  const report = await verifyTrail(path, { open: openReadOnly, ...ports });
  if (!report.ok) throw new Error(report.problem.message);
  return report.value;
}
