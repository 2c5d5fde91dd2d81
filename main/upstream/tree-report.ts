import type { KillItem } from '../../shared/kill.ts';
import type { ProcessRow } from './process-listing.ts';

/** What became of a session's processes. `verified`: a look at the end was possible and found none. */
export interface TreeReport {
  readonly items: readonly KillItem[];
  readonly survivors: readonly KillItem[];
  readonly verified: boolean;
}

/** Several reports as one. */
export const joinReports = (reports: readonly TreeReport[]): TreeReport => ({
  items: reports.flatMap((report) => report.items),
  survivors: reports.flatMap((report) => report.survivors),
  verified: reports.every((report) => report.verified),
});

/** A process as a report names it. */
export const processItem = (
  session: { readonly sessionId: string; readonly label: string },
  row: ProcessRow,
  stopped: boolean,
  detail: string,
): KillItem => ({
  kind: 'process',
  id: `${session.sessionId}/${row.pid}`,
  name: `${session.label}: ${row.name}`,
  pid: row.pid,
  stopped,
  detail,
});
