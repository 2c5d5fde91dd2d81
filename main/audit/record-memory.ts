import type { EntryInput } from '../../shared/audit.ts';
import type { Agent, Call, ConnectionRef } from '../../shared/call.ts';
import type { Decision } from '../../shared/policy.ts';
import type { ServerIdentity } from '../../shared/server.ts';
import { settle } from './canonical.ts';

/** Who takes part in a call, as entries name them. */
export type Parties = Pick<EntryInput, 'person' | 'agent' | 'connection' | 'process' | 'server'>;

/** What was made of the parties of a session, while they and the masking stay the same. */
interface Known {
  readonly connection: ConnectionRef;
  readonly server: ServerIdentity;
  readonly version: unknown;
  readonly parties: Parties;
}

/**
 * Names the parties of a call for its entries. They are the same for every call of a session, so they are masked and
 * written out once; `version` tells when masking has changed.
 */
export function makePartyMemory(name: (text: string) => string, version: () => unknown) {
  const byAgent = new WeakMap<Agent, Known>();
  return (call: Call): Parties => {
    const { agent, connection, server } = call;
    const known = byAgent.get(agent);
    const now = version();
    if (
      known !== undefined &&
      known.connection === connection &&
      known.server === server &&
      known.version === now
    )
      return known.parties;
    const parties = partiesOf(call, name);
    byAgent.set(agent, { connection, server, version: now, parties });
    return parties;
  };
}

function partiesOf({ agent, connection, server }: Call, name: (text: string) => string): Parties {
  const { process, person } = agent;
  return {
    person: name(person),
    agent: settle({ id: agent.clientId, name: name(agent.clientName) }),
    connection: settle({
      id: connection.id,
      name: name(connection.name),
      sessionId: connection.sessionId,
    }),
    ...(process === undefined
      ? {}
      : {
          process: settle({
            pid: process.pid,
            ...(process.command === undefined ? {} : { command: name(process.command) }),
          }),
        }),
    server: settle({
      id: server.id,
      label: name(server.label),
      ...(server.reported === undefined
        ? {}
        : { name: name(server.reported.name), version: name(server.reported.version) }),
    }),
  };
}

/**
 * Names decisions for entries. The policy hands out the same frozen list of rules for the same kind of call: such a
 * decision is written out once. A list that could still change is copied every time.
 */
export function makeDecisionMemory() {
  const byRules = new WeakMap<object, Map<string, NonNullable<EntryInput['decision']>>>();
  return (decision: Decision): NonNullable<EntryInput['decision']> => {
    const { rules, risk } = decision;
    if (!Object.isFrozen(rules)) return decisionEntry(decision);
    const known = byRules.get(rules) ?? new Map<string, NonNullable<EntryInput['decision']>>();
    const key = `${decision.decision} ${risk.level}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const fresh = settle(decisionEntry(decision));
    known.set(key, fresh);
    byRules.set(rules, known);
    return fresh;
  };
}

const decisionEntry = ({
  decision,
  rules,
  risk,
}: Decision): NonNullable<EntryInput['decision']> => ({
  decision,
  rules: rules.map((rule) => ({ ...rule })),
  risk: risk.level,
});
