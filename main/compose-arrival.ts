import type { EntryInput } from '../shared/audit.ts';
import type { Agent } from '../shared/call.ts';
import { ok, type Result } from '../shared/outcome.ts';
import type { ServerIdentity } from '../shared/server.ts';
import type { Stages } from '../shared/stages.ts';
import type { Session, Streams } from './relay/session-ports.ts';
import type { Launch } from './upstream/launch-template.ts';

/** Who connects through what: everything a session is, before its server runs. */
export interface Arrival {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly agent: Agent;
  readonly server: ServerIdentity;
  readonly client: Streams;
  /** What to start; a problem is told to the client as the answer to whatever it asks. */
  readonly launch: () => Promise<Result<Launch>>;
  /** Takes this connection's secrets out of a text. */
  readonly mask: (text: string) => string;
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

/**
 * The stages of a session that has no server. It refuses as a killed one does, but where no kill covers the call the
 * trail must not blame the switch.
 */
export function stagesWithoutServer(stages: Omit<Stages, 'upstream'>): Omit<Stages, 'upstream'> {
  return {
    ...stages,
    audit: {
      open(call) {
        const opened = stages.audit.open(call);
        if (!opened.ok) return opened;
        const record = opened.value;
        return ok({
          note: record.note,
          close(end) {
            const killed = stages.kill.refusal(call) !== undefined;
            const blamed = end.outcome === 'denied-by-kill' && !killed;
            record.close(blamed ? { ...end, outcome: 'refused' } : end);
          },
        });
      },
    },
  };
}
