const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const shortClock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

const sameDay = (a: number, b: number): boolean => day.format(a) === day.format(b);

/** A time of day with seconds, in the machine's zone; `ms` is Unix milliseconds. */
export const clockTime = (ms: number): string => clock.format(ms);

/** The time alone for today, else date and time. */
export const dateTime = (ms: number, now: number): string =>
  sameDay(ms, now) ? shortClock.format(ms) : `${day.format(ms)}, ${shortClock.format(ms)}`;

/** The time to the second for today, else day and time: as short as a table's column. */
export const rowTime = (ms: number, now: number): string =>
  sameDay(ms, now) ? clock.format(ms) : `${shortDay.format(ms)} ${shortClock.format(ms)}`;

/** Date and time to the second, for records. */
export const fullTime = (ms: number): string => `${day.format(ms)}, ${clock.format(ms)}`;

/** Whole seconds until `deadline`, never below zero: a started second counts, so that 0 means over. */
export const secondsLeft = (deadline: number, now: number): number =>
  Math.max(0, Math.ceil((deadline - now) / 1000));

/** A length of time in words, short: `12 ms`, `1.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

/** How long something still lasts: `42 s`, `9 min 12 s`. */
export const timeLeft = (deadline: number, now: number): string => {
  const seconds = secondsLeft(deadline, now);
  return seconds < 60 ? `${seconds} s` : duration(seconds * 1000);
};
