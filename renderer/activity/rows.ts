import type { CallOutcome, Entry } from '../../shared/audit.ts';
import type { Severity } from '../../shared/finding.ts';

/** What a person filters by; the same names as the contract's query. */
export type OutcomeFilter = 'all' | 'calls' | 'asked' | 'refused';

/** One line of the activity table: a call with all its entries joined, or an event of its own. */
export interface Row {
  readonly kind: 'call' | 'event';
  readonly key: string;
  /** The entries behind it, oldest first; never empty. */
  readonly entries: readonly Entry[];
  /** Sequence and time of the oldest of them. */
  readonly sequence: number;
  readonly time: number;
}

/** Joins the entries of one call into one row, and sorts the rows newest first. Entries may come in any order. */
export function joinRows(entries: Iterable<Entry>): Row[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = entry.callId === undefined ? `entry ${entry.id}` : `call ${entry.callId}`;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  const rows: Row[] = [];
  for (const [key, group] of groups) {
    group.sort((a, b) => a.sequence - b.sequence);
    const first = group[0];
    if (!first) continue;
    const { sequence, time } = first;
    const kind = first.callId === undefined ? 'event' : 'call';
    rows.push({ kind, key, entries: group, sequence, time });
  }
  return rows.sort((a, b) => b.sequence - a.sequence);
}

/** A row with further entries of its call taken in; those of other calls are left out, and so are repetitions. */
export function withEntries(row: Row, more: readonly Entry[]): Row {
  const callId = row.entries[0]?.callId;
  const own = more.filter((entry) => callId !== undefined && entry.callId === callId);
  const known = new Map([...own, ...row.entries].map((entry) => [entry.sequence, entry]));
  const [joined] = joinRows(known.values());
  return joined ?? row;
}

/** The newest value that any entry of a row holds. */
export function newest<T>(row: Row, pick: (entry: Entry) => T | undefined): T | undefined {
  for (let at = row.entries.length - 1; at >= 0; at -= 1) {
    const entry = row.entries[at];
    const value = entry ? pick(entry) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

const refusals: ReadonlySet<CallOutcome> = new Set([
  'denied-by-policy',
  'denied-by-person',
  'denied-by-timeout',
  'denied-by-kill',
  'refused',
]);

/** True when a row belongs under a filter, by what is known of it. */
export function passes(row: Row, filter: OutcomeFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'calls':
      return row.kind === 'call';
    case 'asked':
      return row.entries.some(
        (entry) => entry.kind === 'call.asked' || entry.decision?.decision === 'ask',
      );
    case 'refused':
      return row.entries.some(
        (entry) => entry.outcome !== undefined && refusals.has(entry.outcome),
      );
    default:
      return filter satisfies never;
  }
}

/** True when the text stands in tool, server, connection, client or sentence of a row; case does not matter. */
export function mentions(row: Row, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return row.entries.some((entry) =>
    [
      entry.tool?.name,
      entry.server?.label,
      entry.server?.name,
      entry.connection?.name,
      entry.agent?.name,
      entry.detail,
    ].some((field) => field?.toLowerCase().includes(wanted)),
  );
}

const weight: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3 };

/** The gravest finding of a row, if any. */
export function gravest(row: Row): Severity | undefined {
  let worst: Severity | undefined;
  for (const entry of row.entries) {
    for (const { severity } of entry.findings ?? []) {
      if (!worst || weight[severity] > weight[worst]) worst = severity;
    }
  }
  return worst;
}
