import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { openEndpoint } from '../../main/endpoint/endpoint.ts';
import type { Accepted } from '../../main/endpoint/endpoint-ports.ts';
import type { Streams } from '../../main/relay/session-ports.ts';
import { openHttpServer } from '../../main/upstream/http-server.ts';
import { endChild, type Listening } from './fixtures.ts';
import { openFront } from './front.ts';
import type { Governed } from './governed.ts';

/** Takes a client's session to a server, and settles `closed` when that is over. */
export type Leg = (client: Streams) => Accepted;

/** Opens the local endpoint, with a client before it that has its token, and gives each session to `leg`. */
export async function throughEndpoint(
  leg: Leg,
  also: () => Promise<void> | void,
): Promise<Listening> {
  const front = await openFront();
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest();
  const opened = await openEndpoint({
    port: 0,
    origins: front.origins,
    tokenHashes: (id) => (id === 'con_fixture' ? [hash] : []),
    accept: (_id, _facts, streams) => leg(streams),
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

/** What a client starts, and with which environment; all of ours where it says nothing. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a program that speaks MCP on its stdio. */
export function speak({ command, args, env }: Command): Child {
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(env === undefined ? {} : { env }),
  });
  child.stdin.on('error', () => undefined);
  return child;
}

/** Pipes a client to a program on stdio, with nothing in between. */
export const plainLeg =
  (command: Command): Leg =>
  (client) => {
    const child = speak(command);
    client.in.pipe(child.stdin);
    child.stdout.pipe(client.out);
    return { closed: new Promise((resolve) => child.once('exit', resolve)) };
  };

/** Relays between a client and a server on stdio. */
export const stdioLeg =
  (governed: Governed, command: Command): Leg =>
  (client) => {
    const child = speak(command);
    const session = governed.relay(client, { in: child.stdout, out: child.stdin }, 'stdio');
    child.once('exit', () => session.serverGone('The server ended.'));
    return { closed: session.closed.then(() => endChild(child)) };
  };

/** Relays between a client and a server over HTTP. */
export const httpLeg =
  (governed: Governed, url: string): Leg =>
  (client) => {
    const opened = openHttpServer(
      {
        sessionId: randomUUID(),
        name: 'fixture',
        clientName: 'Cursor',
        target: { url, kind: 'http' },
        mask: (text) => text,
      },
      { entryHeaders: async () => ({ ok: true, value: {} }) },
    );
    if (!opened.ok) throw new Error(opened.problem.message);
    const remote = opened.value;
    const session = governed.relay(client, { in: remote.stdout, out: remote.stdin }, 'http');
    void remote.gone.then((sentence) => session.serverGone(sentence));
    return { closed: session.closed.then(() => remote.stop()) };
  };
