import type { ApprovalCard } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { Decision } from '../../shared/policy.ts';
import { changedArguments } from './changes.ts';
import { offersFor } from './grants.ts';

/** Makes untrusted text safe to show: secrets masked, hidden characters visible, bounded. */
export interface Display {
  /** One line of untrusted text. */
  text(value: string): string;
  /** Arguments from their raw JSON text, pretty-printed with duplicate keys and big numbers kept. */
  json(raw: string): string;
  /** The same with secrets masked but still plain JSON, for comparing with the last approved ones. */
  masked(raw: string): string;
}

/** Calls with the same key are one question: same connection, server, pin, method, target and exact arguments. */
export const cardKey = (call: Call): string =>
  JSON.stringify([
    call.connection.id,
    call.server.id,
    call.tool?.pin ?? '',
    call.method,
    call.target,
    call.argumentsHash,
  ]);

/** Calls with the same key are of one tool through one connection, for telling what changed since the last one. */
export const toolKey = (call: Call): string =>
  JSON.stringify([call.connection.id, call.server.id, call.target]);

/** What a card says about a call; times, state and count are the queue's. */
export type CardFace = Omit<
  ApprovalCard,
  'id' | 'revision' | 'state' | 'count' | 'askedAt' | 'deadline'
>;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Masked text that is no JSON any more is compared as text.
    return text;
  }
};

/** Builds the face of a card: who, what, why and with which arguments, all of it safe to show. */
export function cardFace(
  call: Call,
  decision: Decision,
  findings: readonly Finding[],
  display: Display,
  lastApproved: string | undefined,
): CardFace {
  const { scopes, durations } = offersFor(call, decision, findings);
  const { process, reported } = call.agent;
  const command = process?.command ?? (process ? `process ${process.pid}` : undefined);
  const title = call.tool?.title ?? call.tool?.annotations.title;
  return {
    clientName: display.text(call.agent.clientName),
    ...(command
      ? {
          process: display.text(
            reported ? `${reported.name} ${reported.version} · ${command}` : command,
          ),
        }
      : {}),
    person: display.text(call.agent.person),
    connectionId: call.connection.id,
    connectionName: display.text(call.connection.name),
    serverLabel: display.text(call.server.label),
    ...(call.server.reported
      ? {
          serverVersion: display.text(
            `${call.server.reported.name} ${call.server.reported.version}`,
          ),
        }
      : {}),
    method: call.method,
    tool: display.text(call.target),
    ...(title ? { toolTitle: display.text(title) } : {}),
    ...(call.tool?.description ? { toolDescription: display.text(call.tool.description) } : {}),
    pin: call.tool?.pin ?? '',
    argumentsText: display.json(call.argumentsText),
    argumentsHash: call.argumentsHash,
    changes:
      lastApproved === undefined
        ? []
        : changedArguments(parse(lastApproved), parse(display.masked(call.argumentsText))).map(
            (line) => display.text(line),
          ),
    risk: decision.risk,
    rules: decision.rules,
    findings: [...findings],
    scopes,
    durations,
  };
}
