import { fail, ok, type Result } from '../../shared/outcome.ts';

/** Milliseconds a card must have been on screen unchanged before a yes counts, so that no click meant for something else lands on it. */
export const settleMs = 600;

/** How fresh the real input behind a yes must be when the answer arrives, in milliseconds. */
const inputFreshMs = 1_000;

/** What main itself knows about the moment of an answer; nothing here is the page's word alone. */
export interface Moment {
  readonly now: number;
  /** When this revision of the card was first painted; undefined while it has not been. */
  readonly shownAt: number | undefined;
  /** When the operating system last delivered a key or button press to the approval window. */
  readonly realInputAt: number | undefined;
}

/**
 * Whether a yes may count: a person must have seen this very content for `settleMs`, and a real press must have
 * reached the approval window after that, just now. Script in the page can produce neither.
 */
export function passGate(moment: Moment): Result<null> {
  const { now, shownAt, realInputAt } = moment;
  if (shownAt === undefined || now - shownAt < settleMs) {
    return fail(
      'too-soon',
      'The request appeared or changed just now. Read it, then answer again.',
    );
  }
  if (
    realInputAt === undefined ||
    now - realInputAt > inputFreshMs ||
    realInputAt < shownAt + settleMs
  ) {
    return fail(
      'no-real-input',
      'Only a real click or key press in the approval window can allow a call.',
    );
  }
  return ok(null);
}
