import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Governance,
  type MachinePlace,
  openGovernance,
} from '../../main/compose-governance.ts';
import { listFilter } from '../../main/compose-pins.ts';
import { startSession } from '../../main/relay/session.ts';
import type { Session, Streams } from '../../main/relay/session-ports.ts';
import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { ServerIdentity } from '../../shared/server.ts';

/** Audit, inspection, pins and policy as the app has them, over a data folder of their own. */
export interface Governed {
  readonly home: string;
  readonly machine: MachinePlace;
  readonly governance: Governance;
  /** Relays between a client and a server through all stages. */
  relay(client: Streams, upstream: Streams, transport: ServerIdentity['transport']): Session;
  close(): void;
}

/** A person who says yes to everything, at once: what is refused was refused by a rule or a detector. */
const yes: ApprovalOutcome = { answer: 'allow', how: 'person', by: 'the test' };

/** Opens the governed part of the app without its window. */
export function openGoverned(): Governed {
  const home = mkdtempSync(path.join(tmpdir(), 'airlock-governed-'));
  const machine: MachinePlace = {
    platform:
      process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
    home,
    tmp: tmpdir(),
    env: { ...process.env, HOME: home },
  };
  const opened = openGovernance({
    machine,
    data: path.join(home, 'data'),
    version: '1.2.3',
    mode: () => 'enforce',
    onChange: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const governance = opened.value;
  const filter = listFilter(governance.pins);
  const sessions = new Set<Session>();
  return {
    home,
    machine,
    governance,
    relay(client, upstream, transport) {
      const server: ServerIdentity = { id: `srv_${transport}`, transport, label: 'fixture' };
      const session = startSession({
        connection: { id: 'con_fixture', name: 'fixture', sessionId: randomUUID() },
        agent: { clientId: 'cursor', clientName: 'Cursor', person: governance.person },
        server,
        client,
        upstream,
        stages: {
          audit: governance.audit,
          kill: { refusal: () => undefined },
          inspection: governance.inspection,
          policy: governance.policy,
          approval: { granted: () => undefined, ask: async () => yes },
        },
        lookupTool: (name) => governance.pins.lookup(server.id, name),
        onToolList: (tools) => filter(server, tools),
        facts: {
          introduced: () => undefined,
          stopped: ({ message, sample }) => stopped.push(`${message} ${sample}`),
          listFiltered: (withheld) =>
            stopped.push(`Withheld: ${withheld.map(({ name }) => name).join(', ')}`),
          called: () => undefined,
        },
      });
      sessions.add(session);
      void session.closed.then(() => sessions.delete(session));
      return session;
    },
    close() {
      for (const session of sessions) session.stop();
      governance.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What sessions did not pass on, for the diagnosis of a difference. */
export const stopped: string[] = [];
