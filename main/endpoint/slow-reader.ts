import type { ServerResponse } from 'node:http';
import type { EndpointLimits } from './endpoint-ports.ts';

/**
 * A promise while more waits for the reader of a response than it may, which settles once the reader has caught up or
 * is gone. One that does not catch up in time loses its response, since others of its session wait for it.
 */
export function untilRead(
  response: ServerResponse,
  limits: Pick<EndpointLimits, 'unreadBytes' | 'stallMs'>,
): Promise<void> | undefined {
  if (response.destroyed || response.writableLength <= limits.unreadBytes) return undefined;
  return new Promise((resolve) => {
    const stall = setTimeout(() => response.destroy(), limits.stallMs);
    stall.unref();
    const caughtUp = () => {
      clearTimeout(stall);
      for (const event of events) response.off(event, caughtUp);
      resolve();
    };
    for (const event of events) response.on(event, caughtUp);
  });
}

/** A response that was ended tells its end by `finish` and never by `drain`. */
const events = ['drain', 'finish', 'close'] as const;
