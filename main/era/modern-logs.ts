import type { EraLimits } from './era-ports.ts';
import type { Notification } from './message.ts';
import type { ServerAsks } from './server-asks.ts';
import { logLevels } from './vocabulary.ts';

/**
 * The log level of a legacy server, which has one for the whole session, from those of single requests: it is set to
 * the most talkative that is wanted, and what no waiting request asked for is kept back (2026-07-28: a request without
 * a level gets no log).
 */
export function makeModernLogs(asks: ServerAsks, limits: EraLimits) {
  let current: number | undefined;
  return {
    /** A request with this level is about to be sent. */
    want(level: string) {
      const index = logLevels.indexOf(level);
      if (current !== undefined && current <= index) return;
      current = index;
      asks.ask('logging/setLevel', JSON.stringify({ level }), limits.subscribeMs, () => undefined);
    },
    /** True where one of the waiting requests with these levels wants to hear this. */
    wanted({ params }: Notification, levels: readonly string[]): boolean {
      const level = typeof params.level === 'string' ? logLevels.indexOf(params.level) : -1;
      return levels.some((one) => logLevels.indexOf(one) <= level);
    },
  };
}
