import type { FileChange, FilePreview } from '../../shared/client.ts';
import { changedSentence, writeAtomically } from './atomic-write.ts';
import {
  type ChosenFile,
  changeable,
  changeOf,
  findChosen,
  notFound,
  previewOf,
  writeRules,
} from './change.ts';
import { underClientLock } from './client-lock.ts';
import { sha256 } from './config-file.ts';
import { unifiedDiff } from './diff.ts';
import type { JournalRecord } from './journal.ts';
import type { KnownFile, KnownPath } from './known-files.ts';
import { maskedText } from './masked-text.ts';
import { parseConfig } from './parse.ts';
import type { ClientPorts } from './ports.ts';
import { isAbout, planRestore, type RestorePlan } from './restore-plan.ts';
import { readAllFiles, settle } from './settle.ts';

/** One file that has to do with us, and what a restore would do to it. */
interface Case {
  readonly file: KnownPath;
  readonly preview: FilePreview;
  /** Where the file is, links followed; absent when it is not there. */
  readonly realPath?: string;
  /** Absent when it is refused. */
  readonly plan?: Pick<RestorePlan, 'kind' | 'bytes' | 'mode' | 'entries' | 'remarks' | 'records'>;
}

/**
 * Shows what restoring would do, file by file, with secrets hidden; of one client or of all. Looks at every known
 * file, also ones we never wrote, since a client may have copied our entry there. `basedOn` is empty for a file that
 * is no longer there: restoring it only closes the journal.
 */
export async function previewRestore(
  ports: ClientPorts,
  query: { readonly clientId?: string | undefined },
): Promise<FilePreview[]> {
  const cases = await findCases(ports);
  return cases
    .map(({ preview }) => preview)
    .filter(({ clientId }) => query.clientId === undefined || clientId === query.clientId);
}

/**
 * Puts the chosen files back, one after the other: to their exact original bytes and mode where nobody changed them
 * since, else entry by entry. Each that cannot be is refused with the reason, and the others go on. Connections that
 * no file leads to any more end with it, and their secrets leave the keychain.
 */
export async function restore(
  ports: ClientPorts,
  files: readonly ChosenFile[],
): Promise<FileChange[]> {
  const cases = await findCases(ports);
  const changes: FileChange[] = [];
  for (const chosen of files) {
    const file = findChosen(
      cases.map((found) => found.file),
      chosen,
    );
    const found = cases.find((one) => one.file === file);
    changes.push(found === undefined ? notFound(chosen) : await restoreFile(found, chosen, ports));
  }
  await settle(ports);
  return changes;
}

async function restoreFile(
  found: Case,
  chosen: ChosenFile,
  ports: ClientPorts,
): Promise<FileChange> {
  const { file, preview, plan } = found;
  const refused = (reason: string) => changeOf(file, 'refused', [], reason);
  if (preview.refused !== undefined) return refused(preview.refused);
  if (plan === undefined || preview.basedOn !== chosen.basedOn) return refused(changedSentence);
  for (const record of plan.records) {
    const noted = await ports.journal.put({ ...record, state: 'restoring' });
    if (!noted.ok) return refused(noted.problem.message);
  }
  await ports.onStep?.('restore noted');
  const reason = plan.remarks.join(' ');
  if (plan.kind === 'nothing') {
    const nothing = 'Nothing in it leads to Airlock any more, so it was left as it is.';
    return changeOf(file, 'unchanged', [], reason === '' ? nothing : reason);
  }
  const { bytes, mode } = plan;
  const written = await underClientLock(file.client, found.realPath ?? file.path, () =>
    writeAtomically({ path: file.path, bytes, basedOn: chosen.basedOn, mode }, writeRules(ports), {
      ...ports.writeHooks,
      onStep: (step) => ports.onStep?.(`write: ${step}`),
    }),
  );
  if (!written.ok) return refused(written.problem.message);
  const result = plan.kind === 'exact' ? 'restored-exact' : 'restored-entries';
  return changeOf(file, result, plan.entries, reason);
}

async function findCases(ports: ClientPorts): Promise<Case[]> {
  const { records } = await ports.journal.list();
  const files = await readAllFiles(ports, records);
  const cases = await Promise.all(files.map((file) => findCase(file, records, ports)));
  const there = new Set(files.map(({ client, path }) => `${client.id} ${path}`));
  return [
    ...cases.filter((found) => found !== undefined),
    ...openRecords(records)
      .filter(({ clientId, path }) => !there.has(`${clientId} ${path}`))
      .flatMap((record) => goneCase(record, records, ports)),
  ];
}

async function findCase(
  file: KnownFile,
  records: readonly JournalRecord[],
  ports: ClientPorts,
): Promise<Case | undefined> {
  if (file.sameAs !== undefined) return undefined;
  const open = openRecords(records).filter((record) =>
    file.read.ok ? isAbout(record, file.read.value) : record.path === file.path,
  );
  const refusal = (refused: string): Case => ({
    file,
    preview: previewOf(file, { diff: '', entries: [], refused }),
  });
  if (!file.read.ok) return open.length > 0 ? refusal(file.read.problem.message) : undefined;
  const current = file.read.value;
  const plan = await planRestore(current, file.client, { ...ports, records });
  if (!plan.ok) {
    const ours = open.length > 0 || current.bytes.includes(JSON.stringify(ports.bridgeFile));
    return ours ? refusal(plan.problem.message) : undefined;
  }
  const { kind, bytes, entries, remarks } = plan.value;
  if (kind === 'nothing' && open.length === 0) {
    return remarks.length === 0 ? undefined : refusal(remarks.join(' '));
  }
  const may = kind === 'nothing' ? undefined : await changeable(file, ports);
  if (may?.ok === false) return refusal(may.problem.message);
  const diff = unifiedDiff(shown(current.bytes, file, ports), shown(bytes, file, ports));
  // What the person removed by hand since is closed together with what is put back.
  const touched = [...new Set([...plan.value.records, ...open])];
  return {
    file,
    realPath: current.realPath,
    preview: previewOf(file, { diff, entries }),
    plan: { ...plan.value, records: touched },
  };
}

/** A file we wrote that is not there any more: nothing to put back, but its connections end. */
function goneCase(
  record: JournalRecord,
  records: readonly JournalRecord[],
  ports: ClientPorts,
): Case[] {
  const client = ports.clients.find(({ id }) => id === record.clientId);
  if (client === undefined) return [];
  const { path } = record;
  const first = openRecords(records).find((one) => one.path === path);
  if (first !== record) return [];
  return [
    {
      file: { client, path, scope: 'user' },
      preview: {
        clientId: client.id,
        clientName: client.name,
        path,
        diff: '',
        entries: [],
        basedOn: '',
      },
      plan: {
        kind: 'nothing',
        bytes: Buffer.alloc(0),
        mode: record.mode,
        entries: [],
        remarks: ['The file is no longer there, so there was nothing to put back.'],
        records: openRecords(records).filter((one) => one.path === path),
      },
    },
  ];
}

const openRecords = (records: readonly JournalRecord[]) =>
  records.filter(({ state }) => state !== 'restored');

/** The text of a file as a person may see it; of one that cannot be read as a config, nothing but its size and hash. */
function shown(bytes: Buffer, file: KnownFile, ports: ClientPorts): string {
  const parsed = parseConfig(bytes, file.client);
  if (!parsed.ok) return `(${bytes.length} bytes, SHA-256 ${sha256(bytes)})`;
  return maskedText(parsed.value, file.client, ports);
}
