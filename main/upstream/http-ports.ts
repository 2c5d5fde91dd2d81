import type { Agent } from 'node:http';
import type { Problem, Result } from '../../shared/outcome.ts';
import type { ProxyChoice } from './proxy.ts';

/** Header fields by name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** A remote server as an entry names it. */
export interface HttpTarget {
  readonly url: string;
  /** `sse`: the entry says that the server speaks HTTP+SSE (2024-11-05); of `http` that is found out. */
  readonly kind: 'http' | 'sse';
}

/** What a request is for: enough to pick a token, not the message itself. */
export interface RequestContext {
  readonly url: URL;
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** The method of the JSON-RPC request it carries, where it carries one. */
  readonly mcpMethod?: string;
}

/** The server wants other credentials: 401, or 403 for a scope (RFC 6750, section 3.1 `insufficient_scope`). */
export interface Challenge extends RequestContext {
  readonly status: 401 | 403;
  /** The WWW-Authenticate field; empty where the server sent none. */
  readonly wwwAuthenticate: string;
  /** The Authorization field of the request that was refused, so that a stale refusal can be told from a new one. */
  readonly sent: string | undefined;
}

/** Sizes in bytes and times in milliseconds; each has a default in `defaultHttpLimits`. */
export interface HttpLimits {
  /** One message, as the relay takes it. */
  readonly lineBytes: number;
  /** All messages of a session together that are not complete yet. */
  readonly heldBytes: number;
  /** What may be on its way to the server before no more is taken from the relay. */
  readonly uploadBytes: number;
  readonly headerBytes: number;
  /** An answer that is an error is read up to here. */
  readonly errorBytes: number;
  /** Requests under way at once. */
  readonly inFlight: number;
  readonly redirects: number;
  readonly connectMs: number;
  /** From a request to the head of its answer. */
  readonly headMs: number;
  /** Between two pieces of an answer. */
  readonly idleMs: number;
  /** A connection without a request is closed after this: many servers close theirs after 5 s. */
  readonly keepAliveMs: number;
  /** How long an answer may go on after it answered everything it was asked. */
  readonly lingerMs: number;
  /** How long the answer to a cancelled request may still come. */
  readonly cancelledMs: number;
  /** The first wait before a stream is opened again where the server names none; doubled each time, with jitter. */
  readonly retryMs: number;
  readonly retryCapMs: number;
  /** How often in a row a broken answer is asked for again in vain. */
  readonly resumeTries: number;
  /** How long the server may take to confirm the end of a session. */
  readonly stopMs: number;
}

/** What a connection to a remote server needs from outside. */
export interface HttpPorts {
  /** The entry's own header fields with their secrets filled in; asked once, and again only after a problem. */
  readonly entryHeaders: () => Promise<Result<HeaderFields>>;
  /** The fields that prove who asks; they win over the entry's. A problem is the answer to the request. */
  readonly authorize?: (request: RequestContext) => Promise<Result<HeaderFields>>;
  /** Tries to get better credentials. The request is sent again on `retry`: once after a 401 and once after a 403. */
  readonly challenged?: (challenge: Challenge) => Promise<'retry' | Problem>;
  /** True where plain http to this host was allowed; to this machine itself it always is. */
  readonly allowPlainHttp?: (url: URL) => boolean;
  /** The proxy through which an address is reached; none unless told. */
  readonly proxyOf?: (url: URL) => ProxyChoice;
  /** Makes the pool of connections of one session in another way, e.g. with more authorities. */
  readonly makeAgent?: (url: URL) => Agent;
  /** Hears of everything that went wrong, in one sentence each, secrets masked. */
  readonly report?: (sentence: string) => void;
  /** A tool that no client may use over HTTP, because its `x-mcp-header` breaks the rules (2026-07-28). */
  readonly unfitTool?: (name: string, reason: string) => void;
  readonly limits?: Partial<HttpLimits>;
  /** In [0, 1). */
  readonly random?: () => number;
}

const mebibyte = 1024 * 1024;

/** Limits that fit what remote servers were seen to do. */
export const defaultHttpLimits: HttpLimits = {
  lineBytes: 64 * mebibyte,
  heldBytes: 160 * mebibyte,
  uploadBytes: 16 * mebibyte,
  headerBytes: 32 * 1024,
  errorBytes: 64 * 1024,
  inFlight: 256,
  redirects: 5,
  connectMs: 15_000,
  headMs: 600_000,
  idleMs: 600_000,
  keepAliveMs: 4_000,
  lingerMs: 5_000,
  cancelledMs: 30_000,
  retryMs: 1_000,
  retryCapMs: 30_000,
  resumeTries: 5,
  stopMs: 2_000,
};
