import type { After } from './human-wait.ts';
import { defaultLineLimit } from './line-framer.ts';
import type { SessionLimits } from './session-ports.ts';

/** Limits that fit what clients and servers were seen to do. */
export const defaultLimits: SessionLimits = {
  lineBytes: defaultLineLimit,
  flushMs: 5_000,
  cancelledMs: 30_000,
  progressMs: 5_000,
  unreadBytes: 16 * 1024 * 1024,
};

/** A timer that does not keep the process alive. */
export const realAfter: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
