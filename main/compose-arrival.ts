import type { EntryInput } from '../shared/audit.ts';
import type { Agent } from '../shared/call.ts';
import type { Result } from '../shared/outcome.ts';
import type { ServerIdentity } from '../shared/server.ts';
import type { Session, SessionEnd, Streams } from './relay/session-ports.ts';
import type { HeaderFields, HttpTarget } from './upstream/http-ports.ts';
import type { Launch } from './upstream/launch-template.ts';

/** Where a session leads: to a process that is started for it, or to a server over the network. */
export type Destination =
  | { readonly kind: 'process'; readonly launch: Launch }
  | {
      readonly kind: 'remote';
      readonly target: HttpTarget;
      /** The entry's own header fields, with nothing left to fill in. */
      readonly headers: HeaderFields;
    };

/** Who connects through what: everything a session is, before its server runs. */
export interface Arrival {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly agent: Agent;
  readonly server: ServerIdentity;
  readonly client: Streams;
  /** Where it leads; a problem is told to the client as the answer to whatever it asks. */
  readonly destination: () => Promise<Result<Destination>>;
  /** Takes this connection's secrets out of a text. */
  readonly mask: (text: string) => string;
}

/** How a session went: whether its server ever ran, and why it is over. */
export interface Departure {
  readonly started: boolean;
  readonly end: SessionEnd;
  readonly detail: string;
}

/** An entry about the session of an arrival. */
export function entryAbout(
  kind: EntryInput['kind'],
  arrival: Arrival,
  sessionId: string,
  detail: string,
): EntryInput {
  const { agent, server, connectionId, connectionName } = arrival;
  const { process } = agent;
  return {
    kind,
    person: agent.person,
    agent: { id: agent.clientId, name: agent.clientName },
    connection: { id: connectionId, name: connectionName, sessionId },
    server: { id: server.id, label: server.label },
    ...(process && {
      process: {
        pid: process.pid,
        ...(process.command !== undefined && { command: arrival.mask(process.command) }),
      },
    }),
    detail,
  };
}

/** Stands in while the server starts: it remembers a refusal, so that a kill in that moment is kept. */
export function refusing(): Session & { sentence: string | undefined } {
  return {
    sentence: undefined as string | undefined,
    refuse(sentence: string) {
      this.sentence = sentence;
    },
    resume() {
      this.sentence = undefined;
    },
    serverGone: () => undefined,
    stop: () => undefined,
    inFlight: () => [],
    closed: new Promise(() => undefined),
  };
}
