import { sweepTemporaryFiles } from './atomic-write.ts';
import { readConfigFile } from './config-file.ts';
import type { JournalRecord } from './journal.ts';
import type { ClientPorts } from './ports.ts';
import { forget } from './protect.ts';
import { settle } from './settle.ts';

/** A closed record and its sealed backup are kept this long, should a copy of an entry turn up late. */
const keepClosedMs = 30 * 24 * 60 * 60_000;

/** What a start found to tidy, and what it could not, each in one sentence. */
export interface Recovery {
  readonly finished: readonly string[];
  readonly undone: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Brings journal, keychain and connections in line with the files after a crash; call it once at every start, before
 * anything else here. A planned write that reached its file is finished, one that did not is undone; both are told by
 * the file itself. What cannot be decided now (file unreadable, keychain locked) stays for the next start.
 */
export async function recover(ports: ClientPorts): Promise<Recovery> {
  const { records, problems } = await ports.journal.list();
  const finished: string[] = [];
  const undone: string[] = [];
  const open: string[] = [...problems];
  for (const record of records) {
    if (record.state === 'restored') {
      await dropWhenOld(record, ports);
      continue;
    }
    if (record.state === 'written') continue;
    await sweepTemporaryFiles(record.realPath).catch(() => undefined);
    if (record.state === 'restoring') continue;
    const reached = await reachedFile(record);
    if (reached === undefined) {
      open.push(
        `${record.path} could not be read to finish what was begun; it is tried again at the next start.`,
      );
    } else if (reached) {
      for (const { connection } of record.entries) ports.connections.put(connection);
      await ports.journal.put({ ...record, state: 'written', writtenAt: ports.now() });
      finished.push(record.path);
    } else {
      const gone = await forget(record, ports);
      if (gone.ok) undone.push(record.path);
      else open.push(gone.problem.message);
    }
  }
  await settle(ports);
  return { finished, undone, problems: open };
}

/** Whether a planned write is in its file: by its hash, or by an id of ours when a client has rewritten it since. */
async function reachedFile(record: JournalRecord): Promise<boolean | undefined> {
  const read = await readConfigFile(record.path);
  if (!read.ok) return read.problem.code === 'absent' ? false : undefined;
  if (read.value.hash === record.beforeHash) return false;
  const { bytes, hash } = read.value;
  return (
    hash === record.afterHash ||
    record.entries.some(({ connection }) => bytes.includes(connection.id))
  );
}

async function dropWhenOld(record: JournalRecord, ports: ClientPorts): Promise<void> {
  if (ports.now() - (record.restoredAt ?? ports.now()) < keepClosedMs) return;
  const unsealed = await ports.backups.remove(record.id);
  if (unsealed.ok) await ports.journal.remove(record.id);
}
