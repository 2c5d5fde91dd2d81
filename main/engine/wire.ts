/** One end of a message channel, as worker_threads gives it. */
export interface WirePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

type Call = (...words: never[]) => unknown;

/** The calls of one side as the other side sees them: the same words, and an answer that takes its time. */
export type Remote<Calls> = {
  readonly [K in keyof Calls]: Calls[K] extends (...words: infer Words) => infer Answer
    ? (...words: Words) => Promise<Awaited<Answer>>
    : never;
};

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly words: unknown[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/** Both directions over one channel: what we serve, and what we ask of the other side. */
export interface Wire<Theirs> {
  readonly remote: Remote<Theirs>;
  /** Rejects everything that still waits, for when the other side is gone. */
  cut(reason: string): void;
}

/**
 * Joins two threads of this app. Messages keep their order; what is called must be a function of the served object
 * itself. A call that throws there rejects here with its message. Both sides are our own code, so shapes are the
 * compiler's business.
 */
export function makeWire<Theirs extends object>(
  port: WirePort,
  ours: Readonly<Record<string, unknown>>,
): Wire<Theirs> {
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  let last = 0;
  let gone: string | undefined;

  const call = (name: string, words: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (gone !== undefined) return reject(new Error(gone));
      last += 1;
      waiting.set(last, { resolve, reject });
      port.postMessage({ kind: 'call', id: last, name, words } satisfies Message);
    });

  async function serve({ id, name, words }: Extract<Message, { kind: 'call' }>): Promise<void> {
    try {
      const served = Object.hasOwn(ours, name) ? ours[name] : undefined;
      if (typeof served !== 'function') throw new Error(`There is no call named ${name}.`);
      const value = await (served as Call)(...(words as never[]));
      port.postMessage({ kind: 'answer', id, value } satisfies Message);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ kind: 'failure', id, message } satisfies Message);
    }
  }

  port.on('message', (received) => {
    const message = received as Message;
    if (message.kind === 'call') return void serve(message);
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(new Error(message.message));
  });

  const remote = new Proxy(Object.create(null) as Remote<Theirs>, {
    // Without this exception a remote that is returned from an async function would be taken for a promise.
    get: (_target, name) =>
      typeof name === 'symbol' || name === 'then'
        ? undefined
        : (...words: unknown[]) => call(name, words),
  });
  return {
    remote,
    cut(reason) {
      gone = reason;
      for (const { reject } of waiting.values()) reject(new Error(reason));
      waiting.clear();
    },
  };
}
