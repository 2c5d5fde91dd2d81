import type { Agent, Call, ConnectionRef } from '../../shared/call.ts';
import type { ServerIdentity } from '../../shared/server.ts';
import { type CallFacts, codesOf, gravestOf } from './entities.ts';

interface Parties {
  readonly connection: ConnectionRef;
  readonly server: ServerIdentity;
  readonly text: string;
}

/**
 * Names the kind of a call by everything that a rule can read apart from the volatile context. Two texts never pass
 * for one: what is not one of a few fixed words is written as JSON, which says itself where it ends. What is the same
 * for all calls of a session is written once.
 */
export function makeDecisionKey(): (call: Call, facts: CallFacts) => string {
  const known = new WeakMap<Agent, Parties>();

  function partiesOf({ agent, connection, server }: Call): string {
    const before = known.get(agent);
    if (before !== undefined && before.connection === connection && before.server === server)
      return before.text;
    const text = JSON.stringify([
      agent.clientId,
      agent.clientName,
      agent.person,
      agent.signedIn ?? false,
      agent.processVerdict ?? 'unknown',
      connection.name,
      server.id,
      server.transport,
      server.label,
    ]);
    known.set(agent, { connection, server, text });
    return text;
  }

  return (call, facts) => {
    const { findings, groups } = facts;
    const found =
      findings.length === 0 ? '' : JSON.stringify([gravestOf(findings), codesOf(findings)]);
    const member = groups.length === 0 ? '' : JSON.stringify(groups);
    const state = call.tool?.state ?? 'none';
    return `${partiesOf(call)}${JSON.stringify(call.target)}${call.action} ${state} ${facts.riskLevel} ${facts.readOnly} ${facts.destructive} ${facts.openWorld} ${facts.trusted} ${facts.tooLarge} ${call.ambiguous} ${facts.hour} ${member} ${found}`;
  };
}

/** The local hour changes at quarters of an hour at most, wherever one is. */
const quarterMs = 15 * 60 * 1_000;

/** Tells the hour of the local day (0 to 23) of a time in Unix milliseconds; asks the calendar once a quarter. */
export function makeLocalHour(): (at: number) => number {
  let quarter = Number.NaN;
  let hour = 0;
  return (at) => {
    const now = Math.floor(at / quarterMs);
    if (now !== quarter) {
      quarter = now;
      hour = new Date(at).getHours();
    }
    return hour;
  };
}
