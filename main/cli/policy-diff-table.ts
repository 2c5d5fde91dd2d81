import type { Decision } from '../../shared/policy.ts';
import { columns } from './output.ts';
import { type Doubt, doubts } from './policy-doubt.ts';
import type { PastCall } from './policy-history.ts';

/** Calls that would be decided differently in the same way. */
export interface DiffRow {
  readonly tool: string;
  readonly server: string;
  readonly was: Decision['decision'];
  readonly would: Decision['decision'];
  /** The rule that would decide. */
  readonly rule: string;
  readonly calls: number;
  /** How many of them cannot be told for certain. */
  readonly uncertain: number;
}

/** What a policy would have changed. */
export interface DiffSummary {
  readonly days: number;
  readonly against: string;
  readonly calls: number;
  readonly same: number;
  readonly changed: number;
  /** Of all calls, changed or not. */
  readonly uncertain: number;
  readonly doubts: Readonly<Partial<Record<Doubt, number>>>;
  readonly rows: readonly DiffRow[];
  /** Calls that were stopped or broken off before they were decided. */
  readonly undecided: number;
}

/** Most kinds of changes that are told apart; the rest is one row, so that memory stays bounded. */
const mostRows = 2_000;

/** Counts what would change. */
export function makeTally() {
  const rows = new Map<string, { -readonly [K in keyof DiffRow]: DiffRow[K] }>();
  const counted: Partial<Record<Doubt, number>> = {};
  let calls = 0;
  let changed = 0;
  let uncertain = 0;
  return {
    add(past: PastCall, was: Decision['decision'], will: Decision, why: readonly Doubt[]): void {
      calls += 1;
      if (why.length > 0) uncertain += 1;
      for (const doubt of why) counted[doubt] = (counted[doubt] ?? 0) + 1;
      if (was === will.decision) return;
      changed += 1;
      const { call } = past;
      const named = call.target === '' ? call.method : call.target;
      const rule = will.rules[0]?.id ?? 'default';
      const whole = { tool: named, server: call.server.label, was, would: will.decision, rule };
      const room = rows.size < mostRows || rows.has(JSON.stringify(whole));
      const kind = room ? whole : { ...whole, tool: '(others)', server: '', rule: '' };
      const key = JSON.stringify(kind);
      const row = rows.get(key) ?? { ...kind, calls: 0, uncertain: 0 };
      row.calls += 1;
      if (why.length > 0) row.uncertain += 1;
      rows.set(key, row);
    },
    result: () => ({
      calls,
      same: calls - changed,
      changed,
      uncertain,
      doubts: counted,
      rows: [...rows.values()].sort((a, b) => b.calls - a.calls),
    }),
  };
}

const days = (n: number): string => (n === 1 ? 'the last day' : `the last ${n} days`);
/** What comes from a trail must not move the cursor or hide in a terminal. */
const plain = (text: string, most: number): string => {
  const visible = text
    .toWellFormed()
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return visible.length > most ? `${visible.slice(0, most - 1)}…` : visible;
};

const mostShown = 50;

/** The summary for people. */
export function diffText(summary: DiffSummary): string {
  const { calls, same, changed, rows, uncertain, undecided } = summary;
  if (calls === 0) return `The trail holds no decided call of ${days(summary.days)}.`;
  const lines = [
    `${calls} calls of ${days(summary.days)}: ${same} would be decided as before, ${changed} differently.`,
  ];
  if (changed > 0) {
    const shown = rows
      .slice(0, mostShown)
      .map((row) => [
        `${row.was} → ${row.would}`,
        plain(row.tool, 60),
        String(row.calls),
        row.uncertain === 0 ? '' : `${row.uncertain}`,
        row.rule,
        plain(row.server, 60),
      ]);
    lines.push(
      '',
      columns([['change', 'tool', 'calls', 'uncertain', 'by rule', 'server'], ...shown]),
    );
    if (rows.length > mostShown) lines.push(`… and ${rows.length - mostShown} more kinds.`);
  }
  if (uncertain > 0) {
    lines.push('', `${uncertain} of the ${calls} cannot be told for certain:`);
    for (const [doubt, sentence] of Object.entries(doubts)) {
      const count = summary.doubts[doubt as Doubt] ?? 0;
      if (count > 0) lines.push(`  ${count}: ${sentence}.`);
    }
  }
  if (undecided > 0) {
    lines.push(
      '',
      `${undecided} calls were stopped or broken off before they were decided; they are left out.`,
    );
  }
  return lines.join('\n');
}
