import type { Entry } from '../../shared/audit.ts';

/** What the dashboard can filter by; `all` shows every entry, the others only how calls ended. */
export type OutcomeFilter = 'all' | 'refused' | 'asked' | 'calls';

/** The filters as bits, so that one number tells which of them an entry passes. */
export const filterBits = { all: 0, calls: 1, asked: 2, refused: 4 } as const;

/**
 * The filters an entry passes. Only `call.closed` stands for a call, so that each call shows once: `calls` are all,
 * `asked` those that a person was asked for or a grant answered for, `refused` those that Airlock stopped.
 */
export function filtersOf(entry: Entry): number {
  if (entry.kind !== 'call.closed') return 0;
  const asked = entry.approver !== undefined || entry.decision?.decision === 'ask';
  return (
    filterBits.calls |
    (asked ? filterBits.asked : 0) |
    (isRefused(entry.outcome) ? filterBits.refused : 0)
  );
}

const isRefused = (outcome: Entry['outcome']): boolean =>
  outcome === 'refused' || outcome?.startsWith('denied-') === true;

/** The text that a search looks at: tool, server, client, connection and sentence, one a line, in lower case. */
export function searchText(entry: Entry): string {
  const parts = [
    entry.tool?.name,
    entry.server?.label,
    entry.server?.name,
    entry.agent?.name,
    entry.connection?.name,
    entry.detail,
  ];
  return parts
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
}

/** Most words of a search that count; more would not find more. */
const maxWords = 8;

/** The words of a search, in lower case; an entry matches when its text holds every one of them. */
export const searchWords = (search: string): string[] =>
  search.toLowerCase().split(/\s+/).filter(Boolean).slice(0, maxWords);
