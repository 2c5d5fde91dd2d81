/** Calls back after `ms` milliseconds; returns its cancel. */
export type After = (ms: number, call: () => void) => () => void;

/** Something a bridge noticed that others should know. */
export type EraFact =
  /** The server is not of the era it was taken for: its cached era is wrong. */
  | { readonly kind: 'wrong-era'; readonly message: string }
  /** A peer said something that has no place, and it went no further. */
  | { readonly kind: 'dropped'; readonly from: 'client' | 'server'; readonly message: string };

/** Times and sizes of a bridge; each has a default. */
export interface EraLimits {
  /** Bytes of one line, newline included. */
  readonly lineBytes: number;
  /** How long the server may take for `server/discover` or `initialize`, in milliseconds. */
  readonly helloMs: number;
  /** How long it may take to begin or change a subscription. */
  readonly subscribeMs: number;
  /** How long the client may take to answer what a server asks, its person included. */
  readonly answerMs: number;
  /** How long a question that belongs to no call waits for one. */
  readonly unattachedMs: number;
  /** How long the answer to a cancelled request may still come. */
  readonly cancelledMs: number;
  /** Between two tries of a request that only its server's state asks for again. */
  readonly retryMs: number;
  /** Between the answer to what a server asked before a call, and that call. */
  readonly settleMs: number;
  /** Requests of a client that wait at the same time. */
  readonly requests: number;
  /** Calls that wait for their client's answers at the same time, and their bytes. */
  readonly parked: number;
  readonly heldBytes: number;
  /** How often one call may ask for input. */
  readonly rounds: number;
  /** Questions of one round, and questions that wait for a call. */
  readonly questions: number;
  /** Subscriptions of one client, and resources it may watch. */
  readonly subscriptions: number;
  readonly watched: number;
}

/** Limits that fit what clients and servers were seen to do. */
export const defaultEraLimits: EraLimits = {
  lineBytes: 64 * 1024 * 1024,
  helloMs: 60_000,
  subscribeMs: 30_000,
  answerMs: 10 * 60_000,
  unattachedMs: 5 * 60_000,
  cancelledMs: 30_000,
  retryMs: 250,
  settleMs: 250,
  requests: 1024,
  parked: 64,
  heldBytes: 64 * 1024 * 1024,
  rounds: 10,
  questions: 16,
  subscriptions: 64,
  watched: 256,
};

/** What a bridge needs from outside. None of these may throw. */
export interface EraPorts {
  /** Sends a whole line, newline included, to the side that the client is on. */
  readonly toClient: (line: Buffer) => void;
  /** The same to the server's side. */
  readonly toServer: (line: Buffer) => void;
  readonly after: After;
  /** A text that nobody can guess, of at least 128 bits. */
  readonly randomToken: () => string;
  readonly noticed?: (fact: EraFact) => void;
  readonly limits?: Partial<EraLimits>;
}

/** A state machine between a client of one era and a server of the other. It holds no stream and no clock. */
export interface EraFront {
  /** Takes a whole line the client's side sent. */
  fromClient(line: Buffer): void;
  /** Takes a whole line the server sent. */
  fromServer(line: Buffer): void;
  /** True once the server has heard anything of the translated kind: before, the bridge can still be taken out. */
  begun(): boolean;
  /** Either side is gone: timers end, and nothing is said any more. Whoever still waits is answered by the relay. */
  end(): void;
}
