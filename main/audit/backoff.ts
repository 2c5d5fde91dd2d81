/** The first and the longest pause between tries. */
export const shortestPauseMs = 1_000;
export const longestPauseMs = 5 * 60_000;

/** The longest wait that an endpoint may ask for. */
const longestRetryAfterMs = 60 * 60_000;

/**
 * How long to pause after so many failures in a row: exponential with full jitter, so that a thousand machines do not
 * come back at once. `random` gives 0 to below 1. Milliseconds.
 */
export function pauseAfter(failures: number, random: () => number): number {
  const ceiling = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.max(0, failures - 1));
  return Math.max(1, Math.round(random() * ceiling));
}

/** The milliseconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); undefined without one. */
export function retryAfter(header: string | null, now: number): number | undefined {
  const value = header?.trim() ?? '';
  const seconds = /^\d{1,9}$/.test(value);
  // Date.parse takes almost anything for a date; an HTTP date begins with a day of the week.
  if (!seconds && !/^[A-Za-z]+, /.test(value)) return undefined;
  const wait = seconds ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, wait));
}
