import { fail, ok } from '../../shared/outcome.ts';
import type { Answer, Stages } from '../../shared/stages.ts';
import { type AskedInput, askedInput } from './asked-input.ts';
import { type CallContext, callOf } from './governed-call.ts';
import type { Flight } from './lane.ts';
import type { WholeResponse } from './message.ts';
import { type CallPorts, type Ending, handleCall } from './tool-call.ts';

/** What judging a server's questions needs. */
export interface AskedCallsPorts extends Pick<CallPorts, 'flightSignal' | 'refusing' | 'waiting'> {
  readonly stages: Omit<Stages, 'upstream'>;
  readonly context: CallContext;
}

const withheld = 'Airlock withheld what the server asked for before it goes on';
const nothing = { bytes: new Uint8Array(), kind: 'result' } as const;

const unreadable =
  'The server asked for input in a way that can be read in two ways, so it was withheld. The server may have carried out a part of the call: check before you repeat it.';

/**
 * The answer to `flight` wants input of the client first: what it asks is judged, then it goes on like any other.
 * Resolves once the lines after it may follow, which is before a person has answered.
 */
export function judgeWanted(
  flight: Flight,
  wanted: WholeResponse,
  answer: Answer,
  ports: AskedCallsPorts,
): Promise<void> {
  const asked = askedInput(wanted, flight.call.requestId);
  if (asked === undefined) {
    flight.settle?.(fail('unreadable-answer', unreadable));
    return flight.done;
  }
  flight.wanted = wanted;
  return new Promise((release) => {
    const waiting = () => {
      release();
      return ports.waiting();
    };
    void judgeAsked(asked, flight, { ...ports, waiting })
      .then((refused) => {
        flight.settle?.(refused === undefined ? ok(answer) : fail('refused', refused));
        return flight.done;
      })
      .then(release, release);
  });
}

/** Aborts the wait of a call for a person. Made on first use: most calls wait for nobody. */
export function waitSignal(flight: Flight): AbortSignal {
  flight.wait ??= new AbortController();
  return flight.wait.signal;
}

/**
 * Takes what an `input_required` result asks for the same way as the requests that servers sent before: each is a call
 * of its own, recorded, inspected and judged by policy, and where that asks, by a person. Resolves to the sentence that
 * refuses the result, or to undefined where all of it may pass.
 */
async function judgeAsked(
  asked: readonly AskedInput[],
  flight: Flight,
  ports: AskedCallsPorts,
): Promise<string | undefined> {
  const { context } = ports;
  const ends = await Promise.all(
    asked.map(async ({ action, request }): Promise<string | undefined> => {
      const { params } = request;
      const bytes = params === undefined ? 0 : params.span.end - params.span.start;
      const call = callOf(request, action, bytes, context);
      if (typeof call === 'string') return `${withheld}: ${call}`;
      let ending: Ending | undefined;
      await handleCall(
        call,
        // The client's answer comes with the next round; here it only matters that it may be asked.
        { ...ports.stages, upstream: { call: async () => ok(nothing) } },
        {
          ...ports,
          waitSignal: () => waitSignal(flight),
          interruption: () => flight.interruption,
          unchanged: () => true,
          deliver(end) {
            ending = end;
          },
        },
      );
      if (ending?.kind === 'answered') return undefined;
      const why = ending?.kind === 'refused' ? ending.refusal.sentence : 'The call was cancelled.';
      return `${withheld} (${request.method}). ${why}`;
    }),
  );
  return ends.find((end) => end !== undefined);
}
