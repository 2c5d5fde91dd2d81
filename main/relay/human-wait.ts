/** Calls back after `ms` milliseconds; returns its cancel. */
export type After = (ms: number, call: () => void) => () => void;

/** What the client is told while it waits. */
const message = 'Waiting for approval in Airlock';

/**
 * Tells a client that gave a progress token that its call still lives while a person thinks, every `everyMs`. The
 * values rise by a millionth, so that those of the server, which come after, still rise (MCP: progress MUST increase).
 * `token` is the token's own JSON text. Returns what ends it.
 */
export function reportWaiting(
  token: string,
  everyMs: number,
  after: After,
  send: (line: string) => void,
): () => void {
  let ticks = 0;
  let cancel = after(everyMs, tick);

  function tick(): void {
    ticks += 1;
    const progress = (ticks / 1_000_000).toFixed(6);
    send(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${progress},"message":"${message}"}}`,
    );
    cancel = after(everyMs, tick);
  }

  return () => cancel();
}
