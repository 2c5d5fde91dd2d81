import type { SessionView } from '../shared/state.ts';

/** How long a failure stays in sight, in milliseconds. */
export const failureShownMs = 600_000;

/** The failures of sessions that are over, so that a person sees why a server died and not only that it is gone. */
export interface Failures {
  /** Keeps the last look at a session whose server failed. */
  keep(view: SessionView): void;
  /** The client connects again: what comes of that is what counts now. */
  reconnected(connectionId: string): void;
  views(): SessionView[];
}

/** One failure a connection, for ten minutes or until its client connects again. `onChange` hears of its end. */
export function makeFailures(ports: {
  readonly now: () => number;
  readonly onChange: () => void;
}): Failures {
  const kept = new Map<string, { readonly view: SessionView; readonly until: number }>();
  return {
    keep({ pid: _, ...view }) {
      kept.set(view.connectionId, { view, until: ports.now() + failureShownMs });
      setTimeout(ports.onChange, failureShownMs + 1).unref();
    },
    reconnected: (connectionId) => void kept.delete(connectionId),
    views() {
      for (const [connectionId, { until }] of kept) {
        if (until <= ports.now()) kept.delete(connectionId);
      }
      return [...kept.values()].map(({ view }) => view);
    },
  };
}
