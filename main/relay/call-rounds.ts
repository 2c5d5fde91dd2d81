import type { Call } from '../../shared/call.ts';
import { calledBefore, givenUp } from './come-back.ts';
import { type CallContext, callOf, type GovernedAction } from './governed-call.ts';
import type { Flight, Pending } from './lane.ts';
import type { Request, WholeResponse } from './message.ts';
import { firstRound, isFurtherRound, makeRounds } from './rounds.ts';

/** What a call is among the rounds of one logical call. */
type RoundStanding = Pick<Flight, 'first' | 'earlier' | 'turnedDown'>;

/** The rounds of a session's calls: those its server asked for, and those that come back to a form of ours. */
export interface CallRounds {
  standing(call: Call, action: GovernedAction, request: Request, pending: Pending): RoundStanding;
  /** The answer of this call, an `input_required` one, is on its way to the client. */
  wanted(flight: Flight, answer: WholeResponse): void;
}

/** Keeps the rounds of one session. */
export function makeCallRounds(context: () => CallContext): CallRounds {
  const rounds = makeRounds(() => context().now());

  return {
    standing(call, action, request, { back }) {
      const here = call.argumentsHash;
      if (back !== undefined) {
        const before = calledBefore(call, back, context().now());
        if (!('callId' in before)) return { first: here, earlier: undefined, turnedDown: before };
        const turnedDown = back.answer === 'declined' ? givenUp : undefined;
        return { first: here, earlier: { ...before, approval: undefined }, turnedDown };
      }
      if (!isFurtherRound(request))
        return { first: here, earlier: undefined, turnedDown: undefined };
      const begun = firstRound(request);
      const same =
        begun && callOf(begun.request, action, 0, { ...context(), newId: () => call.id });
      const first = typeof same === 'object' ? same.argumentsHash : here;
      return { first, earlier: rounds.goesOn(call, first, request), turnedDown: undefined };
    },
    wanted: ({ call, first, approval }, answer) =>
      rounds.wanted(call, first, approval, answer.value.result),
  };
}
