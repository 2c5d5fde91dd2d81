import { basename } from 'node:path';
import type { Connection } from '../shared/client.ts';
import type { BridgeHello } from '../shared/hello.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { ServerIdentity } from '../shared/server.ts';
import type { Destination } from './compose-arrival.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import type { Sessions } from './compose-sessions.ts';
import type { Accepted, ClientFacts } from './endpoint/endpoint-ports.ts';
import { processCommand } from './identity/calling-process.ts';
import { looksSecret } from './inspection/mask.ts';
import type { Streams } from './relay/session-ports.ts';
import type { HeaderFields } from './upstream/http-ports.ts';
import { resolveLaunch } from './upstream/launch-template.ts';

/** What the client itself put in place of its placeholders, by whichever way it came. */
interface Expanded {
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly headers: HeaderFields;
}

/** What looks secret of that: the keychain knows nothing of it, and it must be masked all the same. */
const expandedSecrets = ({ env, argv, headers }: Expanded): string[] => [
  ...[...Object.entries(env), ...Object.entries(headers)].flatMap(([name, value]) =>
    looksSecret(value, name) ? [value] : [],
  ),
  ...argv.filter((word) => looksSecret(word)),
];

/** Lets clients in: over the bridge's socket and over the local endpoint, to the same sessions. */
export function makeAdmission(
  governance: Governance,
  { machine, sessions }: { readonly machine: MachinePlace; readonly sessions: Sessions },
) {
  const { state } = governance;

  /** Only connections that hold secrets wait for the keychain. */
  async function secretsOf(
    connection: Connection,
  ): Promise<Result<Readonly<Record<string, string>>>> {
    const { remote } = connection;
    const holds =
      connection.secretEnv.length > 0 ||
      connection.args.some((arg) => typeof arg !== 'string') ||
      (remote !== undefined && (remote.secretHeaders.length > 0 || typeof remote.url !== 'string'));
    if (!holds) return ok({});
    const found = await governance.secrets.load(connection.id);
    return found.ok ? ok(found.value ?? {}) : found;
  }

  async function destinationOf(
    connection: Connection,
    expanded: Expanded,
  ): Promise<Result<Destination>> {
    const secrets = await secretsOf(connection);
    if (!secrets.ok) return secrets;
    const values = secrets.value;
    governance.maskValues(connection.id, [...Object.values(values), ...expandedSecrets(expanded)]);
    if (connection.remote !== undefined) return remoteDestination(connection, values, expanded);
    const launch = resolveLaunch({
      template: connection,
      helloArgv: expanded.argv,
      helloEnv: expanded.env,
      ...(expanded.cwd === undefined ? {} : { helloCwd: expanded.cwd }),
      secrets: values,
    });
    return launch.ok ? ok({ kind: 'process', launch: launch.value }) : launch;
  }

  async function admit(
    connectionId: string,
    client: Streams,
    caller: { readonly pid?: number; readonly name?: string },
    expanded: (connection: Connection) => Expanded,
  ): Promise<void> {
    const connection = state.connections.get(connectionId);
    const known = connection !== undefined && connection.restoredAt === undefined;
    const { pid } = caller;
    const command = pid === undefined ? undefined : await processCommand(pid, machine.platform);
    const server: ServerIdentity = {
      id: connection?.serverId ?? 'unknown',
      transport: connection?.remote === undefined ? 'stdio' : 'http',
      label: connection?.serverLabel ?? 'unknown server',
    };
    await sessions.admit({
      connectionId,
      connectionName: connection?.name ?? connectionId,
      agent: {
        clientId: connection?.clientId ?? 'unknown',
        clientName:
          connection?.clientName ??
          caller.name ??
          (command ? basename(command.split(' ')[0] ?? '') : 'An unknown client'),
        ...(pid === undefined ? {} : { process: { pid, ...(command ? { command } : {}) } }),
        person: governance.person,
      },
      server,
      client,
      mask: (text) => governance.maskerOf(connectionId)(text).text,
      destination: async () =>
        known && connection !== undefined
          ? destinationOf(connection, expanded(connection))
          : fail(
              'unknown-connection',
              'Airlock does not know this entry (any more). Open Airlock, then restore or protect this client again.',
            ),
    });
  }

  return {
    /** A bridge said its hello. */
    bridge: (hello: BridgeHello, client: Streams): Promise<void> =>
      admit(hello.connection, client, { pid: hello.ppid }, () => ({
        env: hello.env,
        argv: hello.argv,
        cwd: hello.cwd,
        headers: {},
      })),

    /** A client came to the local endpoint, with the token of this connection. */
    endpoint(connectionId: string, facts: ClientFacts, client: Streams): Accepted {
      const name = facts.reported?.name;
      const closed = admit(
        connectionId,
        client,
        name === undefined ? {} : { name },
        ({ remote }) => ({ env: {}, argv: [], headers: handedOn(remote, facts) }),
      );
      return { closed };
    },
  };
}

/** The header fields that the entry still names and the client fills in; nothing else of its request goes on. */
function handedOn(remote: Connection['remote'], facts: ClientFacts): HeaderFields {
  const fields: Record<string, string> = {};
  for (const name of remote?.forwardedHeaders ?? []) {
    const value = facts.header(name);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function remoteDestination(
  { remote, name, clientName }: Connection,
  secrets: Readonly<Record<string, string>>,
  expanded: Expanded,
): Result<Destination> {
  if (remote === undefined) throw new Error('Only a remote connection leads to an address.');
  const missing = (place: string) =>
    fail(
      'secret-missing',
      `The keychain holds no value for ${place} of "${name}". Unlock the keychain and connect again; if it stays missing, restore ${clientName} in Airlock, put the value in and protect it again.`,
    );
  if (remote.transport === 'ws') {
    return fail('transport-unsupported', `"${name}" speaks WebSocket, which Airlock does not.`);
  }
  const url = typeof remote.url === 'string' ? remote.url : secretAt(secrets, remote.url.secret);
  if (url === undefined) return missing('url');
  const headers: Record<string, string> = { ...expanded.headers };
  for (const header of remote.secretHeaders) {
    const value = secretAt(secrets, `headers.${header}`);
    if (value === undefined) return missing(`headers.${header}`);
    headers[header] = value;
  }
  return ok({ kind: 'remote', target: { url, kind: remote.transport }, headers });
}

const secretAt = (secrets: Readonly<Record<string, string>>, at: string): string | undefined =>
  Object.hasOwn(secrets, at) ? secrets[at] : undefined;
