import type { Readable, Writable } from 'node:stream';

/**
 * The two directions of one client as newline-framed bytes: what it says comes from `in`, what it hears goes to `out`.
 * The governed session reads and writes these, whatever the client's own transport is.
 */
export interface Streams {
  readonly in: Readable;
  readonly out: Writable;
}

/** What is known of a client when its session begins. All but the remote port is its own word. */
export interface ClientFacts {
  /** Legacy clients hold a session (2025-11-25 and before), modern ones send each request alone (2026-07-28). */
  readonly era: 'legacy' | 'modern';
  /** The loopback port the request came from, which on this machine leads to the process behind it. */
  readonly remotePort: number | undefined;
  readonly userAgent: string | undefined;
  /** Name and version as reported in `initialize` or in the request's `_meta`. */
  readonly reported: { readonly name: string; readonly version: string } | undefined;
  /** A header field of the first request, for those that an entry hands on. */
  readonly header: (name: string) => string | undefined;
}

/** A session that was taken in. */
export interface Accepted {
  /** Settles once the session and whatever serves it are gone; how it settles does not matter. */
  readonly closed: Promise<unknown>;
}

/** Somebody was turned away, or a part of ours failed: for the trail, in one sentence. */
export interface TurnedAway {
  readonly code:
    | 'bad-host'
    | 'bad-origin'
    | 'bad-token'
    | 'no-token'
    | 'bad-request'
    | 'too-large'
    | 'too-many'
    | 'too-slow'
    | 'internal-error';
  readonly message: string;
  /** The connection the request named, where it named one. Nothing proves that the sender belongs to it. */
  readonly connectionId?: string;
}

/** Sizes in bytes, times in milliseconds, counts; each has a default. */
export interface EndpointLimits {
  /** All headers of one request together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** One request's body. A line of the governed session must hold it and its newline. */
  readonly bodyBytes: number;
  /** All bodies that were read and that no session has taken yet. */
  readonly heldBytes: number;
  /** How long the headers of a request may take. */
  readonly headersMs: number;
  /** How long a whole request may take to arrive. */
  readonly requestMs: number;
  /** Between two pieces of a body. */
  readonly bodyIdleMs: number;
  /** How long an idle socket is kept for the next request. */
  readonly keepAliveMs: number;
  readonly sockets: number;
  /** Messages of a batch (2025-03-26). */
  readonly batch: number;
  /** Requests of one connection that wait for their answer. */
  readonly inFlight: number;
  /** Event streams of one connection that are open at once. */
  readonly streams: number;
  /** Sessions of one connection, those that are still closing included. */
  readonly sessions: number;
  /** A session nobody used for so long is ended. */
  readonly idleMs: number;
  /** How often idle sessions are looked for. */
  readonly sweepMs: number;
  /** A request that has no answer by then gets an event stream, so that its client sees it is alive. */
  readonly streamAfterMs: number;
  /** Between two comments on a quiet event stream. */
  readonly pingMs: number;
  /** Bytes a slow reader of an event stream may have waiting before its session is paused. */
  readonly unreadBytes: number;
  /** A reader that does not catch up in so long, while its session is paused, loses its stream. */
  readonly stallMs: number;
  /** Events kept for one stream until its client resumes it. */
  readonly storedEvents: number;
  readonly storedBytes: number;
  /** Streams of one session whose events are kept. */
  readonly storedStreams: number;
  /** How long a cancelled request keeps its id when its server does not answer it any more. */
  readonly cancelledMs: number;
}

/** What the endpoint is made of and needs from outside. */
export interface EndpointPorts {
  /** The port of the last run, since client configs point at it; 0 takes any free one. */
  readonly port: number;
  /**
   * SHA-256 hashes of the tokens a connection accepts now: one, or two while it is rotated. Empty for a connection that
   * is not (any more) known.
   */
  readonly tokenHashes: (connectionId: string) => readonly Uint8Array[];
  /** Takes a new session in. `streams` carry it from here on; the end of `in` is the client's good-bye. */
  readonly accept: (connectionId: string, facts: ClientFacts, streams: Streams) => Accepted;
  readonly refused: (what: TurnedAway) => void;
  /** Origins that may call from a browser (`https://app.example`); none unless given. */
  readonly origins?: readonly string[];
  readonly limits?: Partial<EndpointLimits>;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** The open endpoint. */
export interface Endpoint {
  /** Where it listens. Differs from the wanted port when somebody else holds that: configs must be written anew. */
  readonly port: number;
  /** The URL for a client's entry. */
  url(connectionId: string): string;
  /** Ends what a connection has open, so that a withdrawn token or entry holds at once. */
  endConnection(connectionId: string): void;
  /** Lets nobody in any more and ends every session; resolves once all are gone. */
  close(): Promise<void>;
}
