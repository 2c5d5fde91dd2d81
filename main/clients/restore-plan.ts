import { fail, ok, type Result } from '../../shared/outcome.ts';
import { type Client, inForm } from './client-record.ts';
import { type ConfigBytes, sha256 } from './config-file.ts';
import { connectionOf } from './entry.ts';
import type { BackupStore, JournalRecord } from './journal.ts';
import { encodeConfig, type ParsedConfig, parseConfig } from './parse.ts';
import { putBack } from './put-back.ts';
import type { Original, Return } from './put-back-fields.ts';
import { attempt } from './rewrite.ts';
import { differsAt } from './verify.ts';

/** What a restore needs to know besides the file. */
export interface RestoreContext {
  readonly clients: readonly Client[];
  readonly bridgeFile: string;
  readonly backups: BackupStore;
  /** The whole journal. */
  readonly records: readonly JournalRecord[];
}

/** A restore that is ready to be written. */
export interface RestorePlan {
  readonly bytes: Buffer;
  readonly mode: number;
  /** `exact`: the file becomes, byte for byte, what it was before Airlock touched it. `nothing`: it stays as it is. */
  readonly kind: 'exact' | 'entries' | 'nothing';
  /** Names of the entries that are put back. */
  readonly entries: readonly string[];
  /** What could not be put back, each in one sentence. */
  readonly remarks: readonly string[];
  /** Records whose connections this file no longer leads to afterwards. */
  readonly records: readonly JournalRecord[];
}

/** True when a record is about this file, by the path it is known by or by where that leads. */
export const isAbout = (record: JournalRecord, file: { path: string; realPath: string }): boolean =>
  record.path === file.path || record.realPath === file.realPath;

/**
 * Plans how a file gets rid of us. While it still has the bytes that we wrote, it gets its original bytes and mode.
 * Otherwise only entries that still lead to a connection of ours are put back, and the rest of the file stays as it
 * is now: a snapshot never goes over newer content. Also finds our entries in a file we never wrote.
 */
export async function planRestore(
  file: ConfigBytes,
  client: Client,
  context: RestoreContext,
): Promise<Result<RestorePlan>> {
  const rewound = await rewind(file, context);
  if (!rewound.ok) return rewound;
  const { bytes, used } = rewound.value;
  const parsed = parseConfig(bytes, client);
  const base = { bytes, mode: used.at(-1)?.mode ?? file.mode, remarks: [], records: used };
  const names = used.flatMap(({ entries }) => entries.map(({ connection }) => connection.name));
  if (!parsed.ok) {
    if (used.length > 0) return ok({ ...base, kind: 'exact', entries: names });
    return fail(
      'unreadable-now',
      `${parsed.problem.message} Airlock puts its entries back once the file can be read again.`,
    );
  }
  const ours = await findOurs(parsed.value, file, context);
  if (!ours.ok) return ours;
  const { returns, remarks, records } = ours.value;
  if (returns.length === 0) {
    const kind = used.length > 0 ? 'exact' : 'nothing';
    return ok({ ...base, kind, entries: names, remarks });
  }
  const back = attempt(() => putBack(parsed.value, client, returns));
  if (back === undefined) return unplaceable();
  const after = encodeConfig(parsed.value.mark, back);
  const check = parseConfig(after, client);
  if (!check.ok || !isSound(parsed.value, check.value, returns, context.bridgeFile)) {
    return unplaceable();
  }
  const exact = context.records.find(
    (record) => isAbout(record, file) && record.beforeHash === sha256(after),
  );
  return ok({
    bytes: after,
    mode: exact?.mode ?? base.mode,
    kind: exact === undefined ? 'entries' : 'exact',
    entries: [...names, ...returns.map(({ present }) => present.name)],
    remarks,
    records: [...new Set([...used, ...records])],
  });
}

const unplaceable = () =>
  fail('unplaceable', 'The original entries no longer fit into this file. Edit it by hand.');

/** True when nothing but the returned entries changed, and none of them leads to us any more. */
function isSound(
  before: ParsedConfig,
  after: ParsedConfig,
  returns: readonly Return[],
  bridgeFile: string,
): boolean {
  const places = returns.map(({ present }) => present.keyPath);
  if (differsAt(before.root, after.root, places) !== undefined) return false;
  const paths = new Set(places.map((path) => JSON.stringify(path)));
  return after.entries.every(
    (entry) =>
      !paths.has(JSON.stringify(entry.keyPath)) || connectionOf(entry, bridgeFile) === undefined,
  );
}

/** Goes back over our own writes, newest first, as long as the bytes are exactly the ones that we wrote. */
async function rewind(
  file: ConfigBytes,
  { records, backups }: RestoreContext,
): Promise<Result<{ bytes: Buffer; used: JournalRecord[] }>> {
  const own = records.filter((record) => isAbout(record, file)).reverse();
  const used: JournalRecord[] = [];
  let bytes = file.bytes;
  for (;;) {
    const hash = sha256(bytes);
    const step = own.find((record) => record.afterHash === hash && !used.includes(record));
    if (step === undefined) return ok({ bytes, used });
    const original = await backups.load(step);
    if (!original.ok) return original;
    used.push(step);
    bytes = original.value;
  }
}

interface Ours {
  readonly returns: readonly Return[];
  readonly remarks: readonly string[];
  readonly records: readonly JournalRecord[];
}

async function findOurs(
  config: ParsedConfig,
  file: ConfigBytes,
  context: RestoreContext,
): Promise<Result<Ours>> {
  const returns: Return[] = [];
  const remarks: string[] = [];
  const records: JournalRecord[] = [];
  const sources = new Map<string, Source | undefined>();
  for (const present of config.entries) {
    const id = connectionOf(present, context.bridgeFile);
    if (id === undefined) continue;
    const record = context.records.find(({ entries }) =>
      entries.some(({ connection }) => connection.id === id),
    );
    if (record === undefined) {
      remarks.push(
        `"${present.name}" leads to Airlock, but what it was before is not known on this machine. Set it up again by hand.`,
      );
      continue;
    }
    if (!sources.has(record.id)) {
      const bytes = await context.backups.load(record);
      if (!bytes.ok) return bytes;
      sources.set(record.id, readSource(bytes.value, record, context));
    }
    const original = originalOf(id, record, sources.get(record.id), file);
    if (original === undefined) {
      remarks.push(
        `The original of "${present.name}" is not in the backup. Set it up again by hand.`,
      );
      continue;
    }
    returns.push({ present, original });
    records.push(record);
  }
  return ok({ returns, remarks, records });
}

interface Source {
  readonly client: Client;
  readonly config: ParsedConfig;
}

function readSource(
  bytes: Buffer,
  record: JournalRecord,
  { clients }: RestoreContext,
): Source | undefined {
  const known = clients.find(({ id }) => id === record.clientId);
  if (known === undefined) return undefined;
  const client = inForm(known, record.form);
  const config = parseConfig(bytes, client);
  return config.ok ? { client, config: config.value } : undefined;
}

function originalOf(
  id: string,
  record: JournalRecord,
  source: Source | undefined,
  file: ConfigBytes,
): Original | undefined {
  const kept = record.entries.find(({ connection }) => connection.id === id);
  if (source === undefined || kept === undefined) return undefined;
  const { connection, newHash } = kept;
  const entry = source.config.entries.find(
    ({ keyPath }) => JSON.stringify(keyPath) === JSON.stringify(connection.keyPath),
  );
  if (entry === undefined || entry.reading.kind === 'unknown') return undefined;
  const { client, config } = source;
  return { connection, text: config.text, client, entry, newHash, sameFile: isAbout(record, file) };
}
