import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Platform } from './client-record.ts';
import { codeOf } from './config-file.ts';
import { listOwnFiles, writeOwnFile } from './durable-file.ts';
import { JournalRecord, type JournalStore } from './journal.ts';

/**
 * A journal of one file per record in `<data>/journal/`, so that damage to one leaves the others. A damaged file is
 * reported and kept for a person to look at.
 */
export function fileJournal(dataFolder: string, platform: Platform): JournalStore {
  const folder = path.join(dataFolder, 'journal');
  const fileOf = (id: string) => path.join(folder, `${id}.json`);
  return {
    async list() {
      const names = await listOwnFiles(folder, '.json');
      const records: JournalRecord[] = [];
      const problems: string[] = [];
      for (const read of await Promise.all(names.map((name) => readRecord(folder, name)))) {
        if (read.ok) records.push(read.value);
        else problems.push(read.problem.message);
      }
      records.sort((a, b) => a.plannedAt - b.plannedAt || (a.id < b.id ? -1 : 1));
      return { records, problems };
    },
    put: (record) =>
      saved(() =>
        writeOwnFile(fileOf(record.id), `${JSON.stringify(record, null, 2)}\n`, platform),
      ),
    remove: (id) => saved(() => rm(fileOf(id), { force: true })),
  };
}

async function saved(write: () => Promise<void>): Promise<Result<null>> {
  try {
    await write();
    return ok(null);
  } catch (error) {
    return fail(
      'journal-unwritable',
      `Airlock could not write its journal (${codeOf(error) ?? 'unknown error'}). Check the free space and permissions of its data folder.`,
    );
  }
}

async function readRecord(folder: string, name: string): Promise<Result<JournalRecord>> {
  const file = path.join(folder, name);
  const damaged = (why: string) =>
    fail('journal-damaged', `The journal record ${file} could not be read (${why}); it was kept.`);
  try {
    const parsed = JournalRecord.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!parsed.success) return damaged('it does not have the form of a record');
    if (`${parsed.data.id}.json` !== name) return damaged('it names another record');
    return ok(parsed.data);
  } catch (error) {
    return damaged(codeOf(error) ?? 'it is not valid JSON');
  }
}
