import type { FileChange, FilePreview } from '../../shared/client.ts';
import { ok, type Result } from '../../shared/outcome.ts';
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
import { type ConfigBytes, sha256 } from './config-file.ts';
import { unifiedDiff } from './diff.ts';
import { newIdentifier } from './identifier.ts';
import type { JournalRecord } from './journal.ts';
import { type KnownFile, knownPaths, readersOf, readKnownFiles } from './known-files.ts';
import { maskedText } from './masked-text.ts';
import type { ClientPorts } from './ports.ts';
import { type ProtectPlan, planProtect } from './rewrite.ts';
import { settle } from './settle.ts';
import { loadVendorRules, type VerdictOn } from './vendor-rules.ts';

/** Stands in a preview for the connection ids, which are drawn only when a file is really changed. */
const previewId = 'con_(new)';

/**
 * Shows what protecting would do, file by file, with secrets hidden; of one client or of all. Files with nothing to
 * do are left out; those that will be left alone say why.
 */
export async function previewProtect(
  ports: ClientPorts,
  query: { readonly clientId?: string | undefined },
): Promise<FilePreview[]> {
  const current = await currentFiles(ports);
  const previews = await Promise.all(
    current.files
      .filter(({ client }) => query.clientId === undefined || client.id === query.clientId)
      .map((file) => previewFile(file, current, ports)),
  );
  return previews.filter((preview) => preview !== undefined);
}

async function previewFile(
  file: KnownFile,
  current: Current,
  ports: ClientPorts,
): Promise<FilePreview | undefined> {
  const refusal = (refused: string) => previewOf(file, { diff: '', entries: [], refused });
  if (!file.read.ok) return refusal(file.read.problem.message);
  const plan = plannedFor(file, file.read.value, current, ports, () => previewId);
  if (!plan.ok) return refusal(plan.problem.message);
  const { before, after, planned } = plan.value;
  if (planned.length === 0) return undefined;
  const may = await changeable(file, ports);
  const entries = planned.map(({ connection }) => connection.name);
  const diff = unifiedDiff(
    maskedText(before, file.client, ports),
    maskedText(after, file.client, ports),
  );
  return previewOf(file, { diff, entries, ...(may.ok ? {} : { refused: may.problem.message }) });
}

/**
 * Takes the chosen files over, one after the other; each that cannot be is refused with the reason, and the others go
 * on. Nothing is written before its original is sealed in a backup and its secrets are in the keychain. A crash at
 * any point leaves the file whole, old or new, and `recover` brings the rest in line at the next start.
 */
export async function protect(
  ports: ClientPorts,
  files: readonly ChosenFile[],
): Promise<FileChange[]> {
  const current = await currentFiles(ports);
  const changes: FileChange[] = [];
  for (const chosen of files) {
    const file = findChosen(current.files, chosen);
    changes.push(
      file === undefined ? notFound(chosen) : await protectFile(file, chosen, current, ports),
    );
  }
  return changes;
}

async function protectFile(
  file: KnownFile,
  { basedOn, places }: ChosenFile,
  current: Current,
  ports: ClientPorts,
): Promise<FileChange> {
  const refused = (reason: string) => changeOf(file, 'refused', [], reason);
  const may = await changeable(file, ports);
  if (!may.ok) return refused(may.problem.message);
  const original = may.value;
  if (original.hash !== basedOn) return refused(changedSentence);
  const plan = plannedFor(file, original, current, ports, () => newIdentifier('con_'), places);
  if (!plan.ok) return refused(plan.problem.message);
  const { bytes, planned } = plan.value;
  if (planned.length === 0) return changeOf(file, 'unchanged', []);

  const record = recordFor(file, original, plan.value, ports);
  const kept = await keepSafe(record, original, plan.value, ports);
  if (!kept.ok) {
    await forget(record, ports);
    return refused(kept.problem.message);
  }
  const written = await underClientLock(file.client, original.realPath, () =>
    writeAtomically({ path: file.path, bytes, basedOn }, writeRules(ports), {
      ...ports.writeHooks,
      onStep: (step) => ports.onStep?.(`write: ${step}`),
    }),
  );
  if (!written.ok) {
    await forget(record, ports);
    return refused(written.problem.message);
  }
  for (const { connection } of planned) ports.connections.put(connection);
  await ports.onStep?.('connections put');
  await ports.journal.put({ ...record, state: 'written', writtenAt: ports.now() });
  await ports.onStep?.('journal written');
  await supersede(record, ports);
  return changeOf(
    file,
    'changed',
    planned.map(({ connection }) => connection.name),
  );
}

/**
 * The journal goes first, so that whatever a crash leaves in the keychain or among the backups has a record that
 * tells `recover` what to remove.
 */
async function keepSafe(
  record: JournalRecord,
  original: ConfigBytes,
  plan: ProtectPlan,
  ports: ClientPorts,
): Promise<Result<null>> {
  const journalled = await ports.journal.put(record);
  if (!journalled.ok) return journalled;
  await ports.onStep?.('journal planned');
  for (const { connection, secrets } of plan.planned) {
    if (Object.keys(secrets).length === 0) continue;
    const stored = await ports.secrets.store(connection.id, secrets);
    if (!stored.ok) return stored;
  }
  await ports.onStep?.('secrets stored');
  const sealed = await ports.backups.save(record, original.bytes);
  if (!sealed.ok) return sealed;
  await ports.onStep?.('backup sealed');
  return ok(null);
}

/** Undoes what was kept for a write that did not happen. A record stays while its secrets could not be removed. */
export async function forget(record: JournalRecord, ports: ClientPorts): Promise<Result<null>> {
  for (const { connection } of record.entries) {
    const removed = await ports.secrets.remove(connection.id);
    if (!removed.ok) return removed;
  }
  const unsealed = await ports.backups.remove(record.id);
  return unsealed.ok ? ports.journal.remove(record.id) : unsealed;
}

/** Ends older connections of the same entries, and no others: a client had put the originals back behind our back. */
async function supersede(record: JournalRecord, ports: ClientPorts): Promise<void> {
  const places = new Set(record.entries.map(({ connection }) => placeOf(connection)));
  const { records } = await ports.journal.list();
  for (const older of records) {
    if (older.id === record.id || older.state !== 'written') continue;
    if (!older.entries.some(({ connection }) => places.has(placeOf(connection)))) continue;
    await ports.journal.put({ ...older, state: 'restoring' });
  }
  await settle(ports, (connection) => places.has(placeOf(connection)));
}

const placeOf = (connection: { clientId: string; file: string; keyPath: readonly string[] }) =>
  JSON.stringify([connection.clientId, connection.file, connection.keyPath]);

function recordFor(
  file: KnownFile,
  original: ConfigBytes,
  plan: ProtectPlan,
  ports: ClientPorts,
): JournalRecord {
  return {
    version: 1,
    id: newIdentifier('jrn_'),
    state: 'planned',
    clientId: file.client.id,
    ...(file.form === undefined ? {} : { form: file.form }),
    path: file.path,
    realPath: original.realPath,
    ...(original.linkTarget === undefined ? {} : { linkTarget: original.linkTarget }),
    mode: original.mode,
    beforeHash: original.hash,
    afterHash: sha256(plan.bytes),
    entries: plan.planned.map(({ connection, newHash }) => ({ connection, newHash })),
    plannedAt: ports.now(),
  };
}

/** The files as they are now, and the rules of clients and vendors. */
interface Current {
  readonly files: readonly KnownFile[];
  readonly verdict: VerdictOn;
}

const plannedFor = (
  file: KnownFile,
  { bytes }: ConfigBytes,
  { files, verdict }: Current,
  ports: ClientPorts,
  newId: () => string,
  places?: ChosenFile['places'],
) =>
  planProtect(bytes, file.client, {
    ...ports,
    file: file.path,
    readers: readersOf(file, files),
    verdict,
    newId,
    places,
    now: ports.now(),
  });

async function currentFiles(ports: ClientPorts): Promise<Current> {
  const { clients, machine } = ports;
  const [files, verdict] = await Promise.all([
    knownPaths(clients, machine).then(readKnownFiles),
    loadVendorRules(clients, machine, ports),
  ]);
  return { files, verdict };
}
