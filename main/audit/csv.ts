import type { Entry } from '../../shared/audit.ts';
import { readEntry, type StoredEntry, unreadableEntry } from './stored-entry.ts';

type Cell = string | number | undefined;

/** The columns, in the order of a person's questions: when, who, what, how it ended, why; then what ties it down. */
const columns: Readonly<Record<string, (entry: Entry) => Cell>> = {
  sequence: (e) => e.sequence,
  time: (e) => (e.time === 0 ? undefined : new Date(e.time).toISOString()),
  kind: (e) => e.kind,
  person: (e) => e.person,
  client: (e) => e.agent?.name,
  connection: (e) => e.connection?.name,
  server: (e) => e.server?.label,
  tool: (e) => e.tool?.name,
  method: (e) => e.method,
  outcome: (e) => e.outcome,
  decision: (e) => e.decision?.decision,
  rules: (e) => e.decision?.rules.map(({ id, source }) => `${id} (${source})`).join('; '),
  risk: (e) => e.decision?.risk,
  approver: (e) => e.approver?.by,
  approval: (e) => e.approver?.how,
  lookedMs: (e) => e.approver?.lookedMs,
  durationMs: (e) => e.durationMs,
  bytesIn: (e) => e.bytesIn,
  bytesOut: (e) => e.bytesOut,
  findings: (e) => e.findings?.map(({ code, severity }) => `${code} (${severity})`).join('; '),
  detail: (e) => e.detail,
  arguments: (e) => e.arguments,
  argumentsHash: (e) => e.argumentsHash,
  resultHash: (e) => e.resultHash,
  monitor: (e) => (e.monitor === undefined ? undefined : String(e.monitor)),
  callId: (e) => e.callId,
  id: (e) => e.id,
  chain: (e) => e.chain,
  hash: (e) => e.hash,
};

/** The first line: the names of the columns. */
export const csvHeader: string = Object.keys(columns).join(',');

/** One entry as a line of CSV (RFC 4180) without its end. */
export function csvLine(row: StoredEntry): string {
  const entry = readEntry(row) ?? unreadableEntry(row);
  return Object.values(columns)
    .map((column) => cell(column(entry)))
    .join(',');
}

/**
 * A text that a spreadsheet would take for a formula gets a quote in front, as tool names and sentences come from
 * outside (OWASP: CSV Injection).
 */
function cell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
