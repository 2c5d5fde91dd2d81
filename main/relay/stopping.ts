import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import { fail } from '../../shared/outcome.ts';
import type { Lane, Pending, Place } from './lane.ts';
import type { Invalid, Unreadable } from './message.ts';

/** What happens to a message that may not be passed on. */
export interface Stopping {
  /** Keeps a message from the other side, and tells whoever would wait for its effect. */
  stop(lane: Lane, what: Invalid, place: Place): void;
  /** The answer to `pending` came and could not be passed on: its asker need not wait for another. */
  giveUp(lane: Lane, pending: Pending, place: Place): void;
}

const unreadableAnswer =
  'The server answered in a way that Airlock could not pass on, so the answer was withheld. The server may have carried the request out: check before you repeat it.';

const tooLongAnswer =
  'The answer of the server is larger than Airlock takes (64 MiB in one message), so it was withheld. Ask for less at a time. The server may have carried the request out: check before you repeat it.';

/** `stopped` hears of everything that was kept back. */
export function makeStopping(
  stopped: (lane: Lane, what: Invalid, bytes: Uint8Array) => void,
): Stopping {
  function stop(lane: Lane, what: Invalid, place: Place): void {
    stopped(lane, what, place.bytes);
    const { idText, problem, message } = what;
    if (what.answers) {
      const pending = idText === undefined ? undefined : lane.answers.find(idText);
      const why = problem === 'too-long' ? tooLongAnswer : unreadableAnswer;
      if (pending !== undefined) giveUp(lane, pending, place, why);
    } else if (idText !== undefined || lane.speaker === 'client') {
      // What a server says that is no message (a stray log line) expects no answer; a client's garbage gets one.
      place.reply(errorAnswer(idText ?? 'null', codeOf(problem), message));
    }
  }

  function giveUp(lane: Lane, pending: Pending, place: Place, why = unreadableAnswer): void {
    const { flight } = pending;
    if (flight === undefined || pending.abandoned) {
      lane.answers.remove(pending);
      if (pending.abandoned) return;
      pending.place.reply(errorAnswer(pending.idText, answerCodes.unreadableAnswer, why));
    } else if (flight.settle !== undefined && flight.answer === undefined) {
      flight.answer = place;
      flight.settle(fail('unreadable-answer', why));
    }
  }

  return { stop, giveUp };
}

function codeOf(problem: Unreadable): number {
  switch (problem) {
    case 'too-long':
    case 'not-utf8':
    case 'not-json':
    case 'too-deep':
      return answerCodes.parseError;
    case 'bad-params':
      return answerCodes.invalidParams;
    case 'not-a-message':
    case 'ambiguous':
    case 'duplicate-id':
    case 'no-id':
    case 'unexpected-answer':
    case 'unasked-input':
      return answerCodes.invalidRequest;
    default:
      return problem satisfies never;
  }
}
