import type { ServerIdentity, ToolView } from './server.ts';

/** The actions of the policy language (design §6). `callToolUnattended` is asked by the policy stage itself. */
export type Action = 'connect' | 'callTool' | 'readResource' | 'getPrompt' | 'sample' | 'elicit';

/** A client as principal of a policy, with what is known of the process behind it and the signed-in person. */
export interface Agent {
  readonly clientId: string;
  readonly clientName: string;
  /** Name and version from `initialize`; self-reported, shown only. */
  readonly reported?: { readonly name: string; readonly version: string };
  readonly process?: {
    readonly pid: number;
    readonly parentPid?: number;
    readonly command?: string;
  };
  /** The operating system's user name until a person signs in; see `personKey`. */
  readonly person: string;
  /** True where the person signed in with the company's identity provider; absent means the OS account. */
  readonly signedIn?: boolean;
  /** Whether the calling process is one that the client is known to run as; absent means not looked at. */
  readonly processVerdict?: 'matches' | 'unexpected' | 'unknown';
}

/** Which entry of which client a call came through: the unit of routing, identity and kill. */
export interface ConnectionRef {
  /** Stable id of the config entry under Airlock. */
  readonly id: string;
  /** The entry's key in the client's config; never renamed. */
  readonly name: string;
  /** Fresh for every live session through this connection. */
  readonly sessionId: string;
}

/** One governed request on its way, parsed once. The bytes that are forwarded are the client's own. */
export interface Call {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly action: Exclude<Action, 'connect'>;
  readonly method: string;
  /** Tool name, resource URI or prompt name; empty for sampling and elicitation. */
  readonly target: string;
  readonly connection: ConnectionRef;
  readonly agent: Agent;
  readonly server: ServerIdentity;
  /** The pinned definition, for tools. */
  readonly tool?: ToolView;
  /** The JSON-RPC id exactly as sent (JSON text). */
  readonly requestId: string;
  /** The arguments exactly as sent (JSON text), `{}` where absent. */
  readonly argumentsText: string;
  /** The same, parsed; duplicate keys collapsed. Decide on this only where `ambiguous` is false. */
  readonly arguments: unknown;
  /** Hex SHA-256 of the arguments: over their RFC 8785 form where that loses nothing, else over the raw text. */
  readonly argumentsHash: string;
  /** True where an object in the arguments holds the same key twice, so that readers may disagree on it. */
  readonly ambiguous: boolean;
  /** Size of the whole message in bytes. */
  readonly bytes: number;
  /** W3C trace context found in `params._meta`. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}
