import type { Agent } from '../../shared/call.ts';
import { type Person, personKey } from '../../shared/person.ts';
import type { ProcessVerdict } from './process-verdict.ts';

/**
 * Makes the function that brings a session's agent up to the moment: a person may sign in or out while a client
 * stays connected, and what is known of its process comes a moment after it. Gives the same object as long as
 * nothing changed, as the policy remembers by it.
 */
export function makePresentAgent(
  person: () => Person,
  verdict: () => ProcessVerdict | undefined,
): (agent: Agent) => Agent {
  let last:
    | {
        readonly agent: Agent;
        readonly who: Person;
        readonly how: ProcessVerdict | undefined;
        readonly present: Agent;
      }
    | undefined;

  return (agent) => {
    const who = person();
    const how = verdict();
    if (last?.agent === agent && last.who === who && last.how === how) return last.present;
    const present: Agent = {
      ...agent,
      person: personKey(who),
      signedIn: who.kind === 'oidc',
      ...(how === undefined ? {} : { processVerdict: how.verdict }),
    };
    last = { agent, who, how, present };
    return present;
  };
}
