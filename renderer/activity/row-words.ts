import type { CallOutcome, Entry, EntryKind } from '../../shared/audit.ts';
import type { Tone } from '../components/risk-words.ts';
import { duration } from '../components/time-words.ts';
import { newest, type Row } from './rows.ts';

/** A word with its tone. */
export interface Word {
  readonly text: string;
  readonly tone: Tone;
}

const word = (text: string, tone: Tone): Word => ({ text, tone });

/** How the answer to an asked call came about, as the queue names it: short for the table, whole for the record. */
const answers: Readonly<Record<string, { readonly short: string; readonly whole: string }>> = {
  person: { short: 'By a person', whole: 'Pressed in the approval window' },
  grant: { short: 'By a grant', whole: 'A grant given before' },
  timeout: { short: 'No answer in time', whole: 'Nobody answered in time' },
  'window-closed': { short: 'Window closed', whole: 'The approval window was closed' },
  cancelled: { short: 'Cancelled', whole: 'The client gave the call up' },
  killed: { short: 'Killed', whole: 'The kill switch denied it' },
  flood: { short: 'Denied as a flood', whole: 'Denied with a flood of others' },
  unattended: { short: 'Nobody to ask', whole: 'There was nobody to ask' },
};

/** How an answer came about, for the record. */
export const answerHow = (how: string): string => answers[how]?.whole ?? how;

/** What was decided about a call, and by whom. */
export function decisionWord(row: Row): Word {
  const decision = newest(row, (entry) => entry.decision?.decision);
  const approver = newest(row, (entry) => entry.approver);
  const outcome = newest(row, (entry) => entry.outcome);
  if (approver?.how === 'grant') return word(`Grant of ${approver.by}`, 'ok');
  if (approver?.how === 'person') {
    return outcome === 'denied-by-person'
      ? word(`Denied by ${approver.by}`, 'danger')
      : word(`Allowed by ${approver.by}`, 'ok');
  }
  if (approver) return word(answers[approver.how]?.short ?? `Denied (${approver.how})`, 'danger');
  if (outcome === 'denied-by-kill') return word('Kill switch', 'danger');
  switch (decision) {
    case 'allow':
      return word('Allowed by rule', 'ok');
    case 'deny':
      return word('Denied by rule', 'danger');
    case 'ask':
      return outcome === undefined ? word('Waiting for you', 'warn') : word('Asked', 'warn');
    case undefined:
      return word(outcome === undefined ? '' : 'Not decided', 'neutral');
    default:
      return decision satisfies never;
  }
}

/** How a call ended. */
export function outcomeWord(outcome: CallOutcome): Word {
  switch (outcome) {
    case 'ok':
      return word('Done', 'ok');
    case 'tool-error':
      return word('Tool failed', 'warn');
    case 'protocol-error':
      return word('Server refused it', 'warn');
    case 'denied-by-policy':
    case 'denied-by-person':
    case 'denied-by-kill':
      return word('Denied', 'danger');
    case 'denied-by-timeout':
      return word('Timed out', 'danger');
    case 'refused':
      return word('Refused', 'danger');
    case 'cancelled':
      return word('Cancelled', 'neutral');
    case 'server-gone':
      return word('Server gone', 'warn');
    case 'interrupted':
      return word('Interrupted', 'warn');
    case 'internal-error':
      return word('Airlock failed', 'danger');
    default:
      return outcome satisfies never;
  }
}

/** What an entry records, in words. */
export function kindWord(kind: EntryKind): string {
  switch (kind) {
    case 'trail.started':
      return 'Audit trail started';
    case 'app.started':
      return 'Airlock started';
    case 'app.stopped':
      return 'Airlock stopped';
    case 'session.opened':
      return 'Session opened';
    case 'session.closed':
      return 'Session closed';
    case 'call.opened':
      return 'Call came in';
    case 'call.asked':
      return 'Person asked';
    case 'call.answered':
      return 'Person answered';
    case 'call.closed':
      return 'Call ended';
    case 'tool.pinned':
      return 'Tool pinned';
    case 'tool.held':
      return 'Tool held';
    case 'tool.accepted':
      return 'Tool accepted';
    case 'list.filtered':
      return 'Tool list filtered';
    case 'server.found':
      return 'Server found';
    case 'config.protected':
      return 'Config protected';
    case 'config.restored':
      return 'Config restored';
    case 'grant.given':
      return 'Grant given';
    case 'grant.revoked':
      return 'Grant revoked';
    case 'kill.thrown':
      return 'Kill switch thrown';
    case 'kill.verified':
      return 'Kill verified';
    case 'kill.lifted':
      return 'Resumed';
    case 'policy.loaded':
      return 'Policy loaded';
    case 'sign-in.started':
      return 'Sign-in started';
    case 'sign-in.finished':
      return 'Signed in';
    case 'sign-in.failed':
      return 'Sign-in failed';
    case 'token.renewed':
      return 'Sign-in renewed';
    case 'token.lost':
      return 'Sign-in lost';
    case 'signed-out':
      return 'Signed out';
    case 'settings.changed':
      return 'Settings changed';
    case 'problem':
      return 'Problem';
    default:
      return kind satisfies never;
  }
}

/** The cells of one row, ready to show. */
export interface Cells {
  readonly client: string;
  readonly server: string;
  readonly serverLabel: string;
  readonly what: string;
  readonly decision: Word;
  readonly outcome: Word;
  readonly took: string;
}

const isGrave = (entry: Entry): boolean =>
  entry.kind === 'problem' || entry.kind === 'kill.thrown' || entry.kind === 'tool.held';

/** What the table shows of a row. An event has its sentence where a call has decision and outcome. */
export function cells(row: Row): Cells {
  const server = newest(row, (entry) => entry.server?.label) ?? '';
  const took = newest(row, (entry) => entry.durationMs);
  const base = {
    client: newest(row, (entry) => entry.agent?.name) ?? '',
    server: newest(row, (entry) => entry.connection?.name) ?? server,
    serverLabel: server,
    took: took === undefined ? '' : duration(took),
  };
  const [first] = row.entries;
  if (row.kind === 'event' && first) {
    return {
      ...base,
      what: kindWord(first.kind),
      decision: word(first.detail ?? first.tool?.name ?? '', 'neutral'),
      outcome: isGrave(first) ? word('See details', 'warn') : word('', 'neutral'),
    };
  }
  const outcome = newest(row, (entry) => entry.outcome);
  const monitored = row.entries.some((entry) => entry.monitor);
  return {
    ...base,
    what:
      newest(row, (entry) => entry.tool?.name) ?? newest(row, (entry) => entry.method) ?? 'Call',
    decision: monitored ? word('Monitored only', 'warn') : decisionWord(row),
    outcome: outcome === undefined ? word('Running', 'info') : outcomeWord(outcome),
  };
}
