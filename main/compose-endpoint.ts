import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { EndpointFor } from './clients/judge.ts';
import type { Governance } from './compose-governance.ts';
import { openEndpoint } from './endpoint/endpoint.ts';
import type { EndpointPorts } from './endpoint/endpoint-ports.ts';
import type { StateStore } from './storage/state-store.ts';

const portNote = 'endpoint.port';
const keyNote = 'endpoint.key';

/**
 * The token of a connection at the local endpoint: derived from a key of this data folder, so that the command line
 * and the app know the same one without keeping any. It opens this one connection on this machine and nothing else.
 */
const tokenOf = (key: string, connectionId: string): string =>
  createHmac('sha256', key).update(`endpoint\n${connectionId}`).digest('base64url');

/** The key of this data folder. Only the app makes one, and it is alone: two makers would part tokens and configs. */
function ownKey(notes: StateStore['notes']): string {
  const known = notes.get(keyNote);
  if (known !== undefined) return known;
  const key = randomBytes(32).toString('base64url');
  notes.put(keyNote, key);
  return key;
}

/** Where remote entries lead under Airlock; undefined until the app has listened once, as nobody knows the port. */
export function endpointOf(notes: StateStore['notes']): EndpointFor {
  return (connectionId) => {
    const port = notes.get(portNote);
    const key = notes.get(keyNote);
    if (port === undefined || key === undefined) return undefined;
    return {
      url: `http://127.0.0.1:${port}/mcp/${connectionId}`,
      headers: { Authorization: `Bearer ${tokenOf(key, connectionId)}` },
    };
  };
}

/**
 * Opens the local endpoint at the port of the last run, which configs point at. Where another program holds that,
 * the endpoint takes a new one and says what has to be done.
 */
export async function openLocalEndpoint(
  governance: Governance,
  ports: {
    readonly accept: EndpointPorts['accept'];
    readonly report: (sentence: string) => void;
  },
) {
  const { state, record } = governance;
  const { notes } = state;
  const known = Number(notes.get(portNote) ?? 0);
  const key = ownKey(notes);
  const opened = await openEndpoint({
    port: known,
    tokenHashes(connectionId) {
      const connection = state.connections.get(connectionId);
      const served = connection?.remote !== undefined && connection.restoredAt === undefined;
      if (!served) return [];
      return [createHash('sha256').update(tokenOf(key, connectionId)).digest()];
    },
    accept: ports.accept,
    refused: ({ message }) =>
      record({ kind: 'problem', detail: `The local endpoint turned a request away: ${message}` }),
  });
  if (!opened.ok) return opened;
  const { port } = opened.value;
  if (port !== known) {
    notes.put(portNote, String(port));
    const orphaned = state.connections
      .all()
      .rows.filter((one) => one.remote?.via === 'endpoint' && one.restoredAt === undefined);
    if (known !== 0 && orphaned.length > 0) {
      const names = orphaned.map((one) => `${one.name} in ${one.clientName}`).join(', ');
      ports.report(
        `Another program holds the port ${known} that these entries lead to: ${names}. Restore and protect them again, so that they lead to port ${port}.`,
      );
    }
  }
  return opened;
}
