import type { Entry } from '../../shared/audit.ts';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import type { Decision, Rule } from '../../shared/policy.ts';
import type { ServerIdentity, ToolView } from '../../shared/server.ts';
import { readEntry } from '../audit/stored-entry.ts';
import { readTrail } from '../audit/trail-reader.ts';
import { openReadOnly } from '../storage/database.ts';

/** A call of the trail, put together again as far as the trail tells. */
export interface PastCall {
  readonly call: Call;
  /** What was found in the request; not what was found in the answer. */
  readonly findings: readonly Finding[];
  /** As it was decided then. */
  readonly was: Decision['decision'];
  readonly rules: readonly Rule[];
  /** The level of the risk as it was then. */
  readonly risk: string;
  /** Secrets in the arguments are masked, or the arguments are cut: they are not what was decided on. */
  readonly argumentsHidden: boolean;
  /** The definition of the tool is the one that was in force then. */
  readonly definitionKnown: boolean;
}

/** The tool whose definition has this pin, where it is still known. */
export type ToolOfPin = (serverId: string, tool: string, pin: string) => ToolView | undefined;

const actions: Readonly<Record<string, Call['action']>> = {
  'tools/call': 'callTool',
  'resources/read': 'readResource',
  'prompts/get': 'getPrompt',
  'sampling/createMessage': 'sample',
  'elicitation/create': 'elicit',
};

/**
 * Reads the calls of a trail from a time on (Unix milliseconds), in the order in which they ended, at flat memory.
 * `undecided` counts those that never came to the policy, because they were stopped or broken off before.
 */
export async function readHistory(
  trail: string,
  since: number,
  toolOf: ToolOfPin,
  take: (past: PastCall) => void,
): Promise<Result<{ readonly undecided: number }>> {
  const open = new Map<string, Entry>();
  let undecided = 0;
  const read = await readTrail(trail, openReadOnly, {
    entry(row) {
      // As the canonical text has it; what a client wrote is a string in there, whose quotes are escaped.
      const opens = row.body.includes('"kind":"call.opened"');
      if (!opens && !row.body.includes('"kind":"call.closed"')) return;
      const entry = readEntry(row);
      if (entry?.callId === undefined || entry.time < since) return;
      if (opens) {
        open.set(entry.callId, entry);
        return;
      }
      const before = open.get(entry.callId);
      open.delete(entry.callId);
      const past = before === undefined ? undefined : pastCall(before, entry, toolOf);
      if (past !== undefined) take(past);
      else if (before !== undefined) undecided += 1;
    },
    checkpoint: () => undefined,
    pause: () => new Promise((resume) => setImmediate(resume)),
  });
  return read.ok ? ok({ undecided }) : read;
}

function pastCall(opened: Entry, closed: Entry, toolOf: ToolOfPin): PastCall | undefined {
  const { decision } = closed;
  const action = actions[opened.method ?? ''];
  const { agent, connection, server: named } = opened;
  if (decision === undefined || action === undefined) return undefined;
  if (agent === undefined || connection === undefined || named === undefined) return undefined;
  const argumentsText = opened.arguments ?? '{}';
  const parsed = parse(argumentsText);
  const target = opened.tool?.name ?? '';
  const pin = opened.tool?.pin ?? '';
  const findings = (closed.findings ?? []).filter(({ place }) => !place.startsWith('result'));
  const found = action === 'callTool' ? toolOf(named.id, target, pin) : undefined;
  const state = pinState(pin, decision.rules);
  const tool: ToolView = {
    ...(found ?? { serverId: named.id, name: target, annotations: {}, findings: [] }),
    pin,
    state,
  };
  return {
    call: {
      id: opened.callId ?? '',
      at: opened.time,
      action,
      method: opened.method ?? '',
      target,
      connection: { id: connection.id, name: connection.name, sessionId: '' },
      agent: { clientId: agent.id, clientName: agent.name, person: opened.person ?? '' },
      server: serverOf(named),
      ...(action === 'callTool' ? { tool } : {}),
      requestId: '1',
      argumentsText,
      arguments: parsed ?? {},
      argumentsHash: opened.argumentsHash ?? '',
      ambiguous: findings.some(({ code }) => code === 'ambiguous-arguments'),
      bytes: opened.bytesIn ?? 0,
    },
    findings,
    was: decision.decision,
    rules: decision.rules,
    risk: decision.risk,
    argumentsHidden: parsed === undefined || argumentsText.includes('[masked]'),
    definitionKnown: action !== 'callTool' || found !== undefined || state === 'unlisted',
  };
}

/** The arguments as they were written; undefined where they were cut or left out. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An entry does not say how the pin stood, but the rule that held the tool back does. */
function pinState(pin: string, rules: readonly Rule[]): ToolView['state'] {
  const held = (id: string) => rules.some((rule) => rule.id === id && rule.source === 'built-in');
  if (held('held-changed')) return 'changed';
  if (pin !== '') return 'accepted';
  return held('held-quarantined') ? 'quarantined' : 'unlisted';
}

/** An entry does not say the transport, but a label is a URL or a command line. */
const serverOf = ({ id, label }: NonNullable<Entry['server']>): ServerIdentity => ({
  id,
  label,
  transport: /^wss?:/i.test(label) ? 'ws' : /^https?:/i.test(label) ? 'http' : 'stdio',
});
