import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { openEndpoint } from '../../main/endpoint/endpoint.ts';
import type { Accepted } from '../../main/endpoint/endpoint-ports.ts';
import type { Session, Streams } from '../../main/relay/session-ports.ts';
import { openHttpServer } from '../../main/upstream/http-server.ts';
import { endChild, type Fixture, type Listening, serveFixture, stdioCommand } from './fixtures.ts';
import { openFront } from './front.ts';
import { openGoverned } from './governed.ts';

/** A way from the suite to the fixture. */
export type Topology = (fixture: Fixture) => Promise<Listening>;

/** The suite speaks to the fixture itself: what every other way is compared with. */
const direct: Topology = serveFixture;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A program that speaks MCP on its stdio, as a client starts it. */
function speak(command: string, args: readonly string[], env?: Record<string, string>): Child {
  return spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(env === undefined ? {} : { env }),
  });
}

/** Opens the local endpoint, with a client before it that has its token, and gives each session to `accept`. */
async function throughEndpoint(
  accept: (client: Streams) => Accepted,
  also: () => Promise<void> | void,
): Promise<Listening> {
  const front = await openFront();
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest();
  const opened = await openEndpoint({
    port: 0,
    origins: front.origins,
    tokenHashes: (id) => (id === 'con_fixture' ? [hash] : []),
    accept: (_id, _facts, streams) => accept(streams),
    refused: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const endpoint = opened.value;
  front.aim({ port: endpoint.port, path: '/mcp/con_fixture', token });
  return {
    url: front.url,
    async close() {
      await front.close();
      await endpoint.close();
      await also();
    },
  };
}

/** Ends the child with its session, however that ends. */
async function untilOver(session: Session, child: Child): Promise<void> {
  child.once('exit', () => session.serverGone('The fixture ended.'));
  await session.closed;
  await endChild(child);
}

/** The endpoint alone before a server on stdio: shows what is the endpoint's doing and what the relay's. */
const endpointOnly: Topology = (fixture) =>
  throughEndpoint(
    (client) => {
      const { command, args } = stdioCommand(fixture);
      const child = speak(command, args);
      client.in.pipe(child.stdin);
      child.stdout.pipe(client.out);
      child.stdin.on('error', () => undefined);
      return { closed: new Promise((resolve) => child.once('exit', resolve)) };
    },
    () => undefined,
  );

/** A client over HTTP, a server on stdio. */
const httpToStdio: Topology = async (fixture) => {
  const governed = openGoverned();
  return throughEndpoint(
    (client) => {
      const { command, args } = stdioCommand(fixture);
      const child = speak(command, args);
      const upstream = { in: child.stdout, out: child.stdin };
      return { closed: untilOver(governed.relay(client, upstream, 'stdio'), child) };
    },
    () => governed.close(),
  );
};

/** A client over HTTP, a server over HTTP. */
const httpToHttp: Topology = async (fixture) => {
  const governed = openGoverned();
  const server = await serveFixture(fixture);
  return throughEndpoint(
    (client) => {
      const opened = openHttpServer(
        {
          sessionId: randomUUID(),
          name: 'fixture',
          clientName: 'Cursor',
          target: { url: server.url, kind: 'http' },
          mask: (text) => text,
        },
        { entryHeaders: async () => ({ ok: true, value: {} }) },
      );
      if (!opened.ok) throw new Error(opened.problem.message);
      const remote = opened.value;
      const session = governed.relay(client, { in: remote.stdout, out: remote.stdin }, 'http');
      void remote.gone.then((sentence) => session.serverGone(sentence));
      return { closed: session.closed.then(() => remote.stop()) };
    },
    async () => {
      governed.close();
      await server.close();
    },
  );
};

/** Every way, by the name it has in tables. */
export const topologies = {
  direct,
  'endpoint only': endpointOnly,
  'http->stdio': httpToStdio,
  'http->http': httpToHttp,
} satisfies Record<string, Topology>;
