import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Stages } from '../../shared/stages.ts';
import type { Flight, Pending } from './lane.ts';

/** The stages as the calls of one session walk them: what goes upstream goes through `flyingOf` its call. */
export function flightStages(
  stages: Omit<Stages, 'upstream'>,
  flyingOf: (call: Call) => { readonly pending: Pending; readonly flight: Flight },
): Stages {
  return {
    ...stages,
    inspection: {
      request: (call) => stages.inspection.request(call),
      answer(call, answer) {
        const inspected = stages.inspection.answer(call, answer);
        // A newline inside would end the message early, and what follows would be read as another one.
        const { bytes } = inspected.answer;
        const newline = bytes === answer.bytes ? -1 : bytes.indexOf(0x0a);
        if (newline >= 0 && newline < bytes.length - 1)
          throw new Error('An inspector made an answer of more than one line.');
        return inspected;
      },
    },
    approval: {
      granted(call, decision, findings) {
        const { flight } = flyingOf(call);
        // A person was asked about this very call in an earlier round.
        const before = flight.earlier?.approval;
        return approved(flight, before ?? stages.approval.granted(call, decision, findings));
      },
      async ask(call, ...rest) {
        return approved(flyingOf(call).flight, await stages.approval.ask(call, ...rest));
      },
    },
    upstream: {
      call(call) {
        const { pending, flight } = flyingOf(call);
        return new Promise((resolve) => {
          flight.settle = resolve;
          pending.place.forward(flight);
        });
      },
    },
  };
}

/** Remembers the yes that a call goes with. */
function approved<T extends ApprovalOutcome | undefined>(flight: Flight, outcome: T): T {
  if (outcome?.answer === 'allow') flight.approval = outcome;
  return outcome;
}
