import type { TurnedAway } from './endpoint-ports.ts';

const windowMs = 60_000;
const perWindow = 10;

/**
 * Tells of those who were turned away, but not of each of a flood: whoever knocks a thousand times a second must not
 * fill the trail. The next one told says how many were left out.
 */
export function sparingly(
  tell: (what: TurnedAway) => void,
  now: () => number,
): (what: TurnedAway) => void {
  let since = Number.NEGATIVE_INFINITY;
  let told = 0;
  let left = 0;
  return (what) => {
    const at = now();
    if (at - since >= windowMs) {
      since = at;
      told = 0;
    }
    if (told >= perWindow) {
      left += 1;
      return;
    }
    told += 1;
    const more = left === 0 ? '' : ` (${left} more were turned away before.)`;
    left = 0;
    tell({ ...what, message: `${what.message}${more}` });
  };
}
