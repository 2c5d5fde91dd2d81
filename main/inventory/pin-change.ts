import type { EntryInput } from '../../shared/audit.ts';
import { type Finding, owasp } from '../../shared/finding.ts';
import type { Gathered } from './listed-tools.ts';
import type { PinRow } from './pin-store.ts';

/** What a sighting makes of a tool: the row to keep, and the entry to record with its sentence. */
export interface PinChange {
  readonly row: PinRow;
  readonly kind: Extract<EntryInput['kind'], 'tool.pinned' | 'tool.held'>;
  readonly detail: string;
}

const finding = (code: string, place: string, message: string): Finding => ({
  code,
  severity: 'high',
  place,
  message,
  owasp: owasp.MCP03,
});

const ambiguous = finding(
  'duplicate-tool-name',
  'name',
  'The server lists two tools under this one name, so nobody can tell which would run.',
);

const repeated = finding(
  'repeated-key',
  'definition',
  'The definition holds the same key twice, so the assistant may read another text than the one inspected.',
);

const unacceptable = new Set([ambiguous.code, 'definition-too-deep', 'definition-not-json']);

/** Why not even a person can take the waiting definition, or undefined where one can. */
export const whyUnacceptable = (row: PinRow): string | undefined =>
  row.findings.find(({ code }) => unacceptable.has(code))?.message;

/** Why a held tool is withheld, as a sentence. */
export const whyHeld = (row: PinRow): string =>
  whyUnacceptable(row) ??
  (row.state === 'changed'
    ? 'Its definition changed since it was accepted; a person has to look at it in Airlock.'
    : 'Its definition looks dangerous; a person has to look at it in Airlock.');

/** What the list itself says of a tool, before its definition is inspected. */
export const listFindings = (tool: Gathered): readonly Finding[] => [
  ...(tool.twice ? [ambiguous] : []),
  ...(tool.hashed.repeatedKeys ? [repeated] : []),
  ...(tool.problem === undefined
    ? []
    : [finding(tool.problem.code, 'definition', tool.problem.message)]),
];

/** Which server a sighting belongs to, and when it was; Unix milliseconds. */
export interface Sighting {
  readonly serverId: string;
  readonly serverLabel: string;
  readonly at: number;
}

/**
 * What the sighting of a definition other than the last one seen makes of a tool: pinned at first sight where
 * nothing grave was found, back at the accepted definition, or held.
 */
export function changeAfter(
  old: PinRow | undefined,
  tool: Gathered,
  findings: readonly Finding[],
  { serverId, serverLabel, at }: Sighting,
): PinChange {
  const { hash, text } = tool.hashed;
  const base = {
    serverId,
    serverLabel,
    tool: tool.name,
    findings: [...findings],
    firstSeenAt: old?.firstSeenAt ?? at,
    changedAt: at,
  };
  const accepted = old !== undefined && old.acceptedHash !== '';
  if (accepted && old.acceptedHash === hash) {
    const row: PinRow = { ...old, ...base, state: 'accepted', heldHash: '', heldText: '' };
    return { row, kind: 'tool.pinned', detail: 'The tool is back at its accepted definition.' };
  }
  if (!accepted && !findings.some(({ severity }) => severity === 'high')) {
    const row: PinRow = {
      ...base,
      state: 'accepted',
      acceptedHash: hash,
      acceptedText: text,
      heldHash: '',
      heldText: '',
      acceptedAt: at,
      acceptedBy: 'first-sight',
    };
    return { row, kind: 'tool.pinned', detail: 'The tool was pinned at first sight.' };
  }
  const row: PinRow = {
    ...base,
    state: accepted ? 'changed' : 'quarantined',
    acceptedHash: accepted ? old.acceptedHash : '',
    acceptedText: accepted ? old.acceptedText : '',
    ...(accepted ? { acceptedAt: old.acceptedAt, acceptedBy: old.acceptedBy } : {}),
    heldHash: hash,
    heldText: text,
  };
  return { row, kind: 'tool.held', detail: whyHeld(row) };
}
