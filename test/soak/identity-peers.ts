import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { aSite, type Site } from '../fakes/remote.ts';
import type { Breaks, Spelled } from './identity-messages.ts';

/** One end of a way: it says messages in the spelling it is given, and tells of everything it hears. */
export interface Peer {
  readonly breaks: Breaks;
  /** The line that the relay must make of what is said; calling `send` says it. `to` is the request it answers. */
  prepare(message: Spelled, to?: Spelled): { readonly line: string; readonly send: () => void };
  /** How a line of the relay must be heard here. */
  heardAs(line: string): string;
  /** Set by whoever drives the way. `request` tells the peer which of its messages it was. */
  hear: (text: string) => Spelled | undefined;
  close(): void;
}

/** Everything a reader can take for the end of a line is one space once a body has become a line. */
const asLine = (text: string): string => text.replace(/[\r\n]/g, ' ');

/** A peer on two streams of lines. */
export function linePeer(from: Readable, to: Writable): Peer {
  let rest: Buffer[] = [];
  const peer: Peer = {
    breaks: 'none',
    prepare: ({ text }) => ({ line: text, send: () => void to.write(`${text}\n`) }),
    heardAs: (line) => line,
    hear: () => undefined,
    close: () => to.end(),
  };
  from.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      rest.push(chunk.subarray(start, at));
      start = at + 1;
      const line = Buffer.concat(rest).toString('utf8');
      rest = [];
      peer.hear(line);
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  });
  return peer;
}

/** The data of an event stream, read as WHATWG HTML section 9.2 says and apart from the product's own reader. */
function readEvents(response: IncomingMessage, take: (data: string) => void): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    rest += chunk;
    for (let at = rest.indexOf('\n\n'); at >= 0; at = rest.indexOf('\n\n')) {
      const data = rest
        .slice(0, at)
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.replace(/^data: ?/, ''));
      rest = rest.slice(at + 2);
      if (data.length > 0 && data[0] !== '') take(data.join('\n'));
    }
  });
  response.on('error', () => undefined);
}

/** A client of 2025-11-25 before an HTTP endpoint. `open` begins its session and its stream. */
export function httpClientPeer(url: string, token: string, random: () => number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  let session: Record<string, string> = {};
  const wrong: string[] = [];

  function send(verb: 'POST' | 'GET' | 'DELETE', accept: string, body?: string) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(url, { method: verb, agent }, resolve);
      request.on('error', reject);
      request.setHeader('authorization', `Bearer ${token}`);
      request.setHeader('accept', accept);
      for (const [name, value] of Object.entries(session)) request.setHeader(name, value);
      if (body !== undefined) request.setHeader('content-type', 'application/json');
      request.end(body);
    });
  }

  function take(response: IncomingMessage): void {
    const kind = response.headers['content-type'] ?? '';
    if (kind.startsWith('text/event-stream')) {
      readEvents(response, peer.hear);
      return;
    }
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (response.statusCode === 200) peer.hear(text);
      else if (response.statusCode !== 202) wrong.push(`${response.statusCode}: ${text}`);
    });
  }

  const accepts = [
    'application/json, text/event-stream',
    'application/json, text/event-stream',
    'text/event-stream',
    'application/json',
  ];
  const peer: Peer & { readonly wrong: string[]; open(hello: string): Promise<void> } = {
    breaks: 'any',
    prepare({ text }) {
      const accept = accepts[Math.floor(random() * accepts.length)] as string;
      return {
        line: asLine(text),
        send: () => {
          send('POST', accept, text).then(take, (error) => wrong.push(String(error)));
        },
      };
    },
    // A line's own end is no part of what an answer holds.
    heardAs: (line) => line.replace(/[\r\n]+$/, ''),
    hear: () => undefined,
    wrong,
    async open(hello) {
      const answered = await send('POST', accepts[0] as string, hello);
      const id = answered.headers['mcp-session-id'];
      if (typeof id !== 'string') throw new Error(`no session: ${answered.statusCode}`);
      take(answered);
      session = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
      readEvents(await send('GET', 'text/event-stream'), (data) => peer.hear(data));
    },
    close: () => agent.destroy(),
  };
  return peer;
}

/** A server of 2025-11-25 over HTTP that answers in JSON or on a stream, and speaks unasked on any stream it has. */
export async function httpServerPeer(
  random: () => number,
): Promise<Peer & { readonly site: Site }> {
  const held = new Map<Spelled, ServerResponse>();
  let general: ServerResponse | undefined;
  const streams = new Set<ServerResponse>();
  const chance = (share: number): boolean => random() < share;

  const site = await aSite((request, response, body) => {
    if (request.method === 'GET') {
      general = response;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    } else if (request.method === 'DELETE') {
      response.writeHead(200).end();
    } else {
      const heard = peer.hear(body);
      if (heard?.kind === 'request') held.set(heard, response);
      else response.writeHead(202).end();
    }
  });

  /** Begins the stream of an answer, where it has not begun. */
  function streaming(response: ServerResponse): ServerResponse {
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 's-1' });
      streams.add(response);
    }
    return response;
  }

  /** An event whose data is cut into lines wherever the text has a line break, written in one piece or in two. */
  function event(response: ServerResponse, text: string, last: boolean): void {
    const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
    const comment = chance(0.1) ? ': still here\n' : '';
    const bytes = Buffer.from(`${comment}${lines.join('')}\n`);
    const cut = chance(0.3) ? Math.floor(random() * bytes.length) : 0;
    if (cut > 0) response.write(bytes.subarray(0, cut));
    response.write(bytes.subarray(cut));
    if (!last) return;
    streams.delete(response);
    response.end();
  }

  const peer: Peer & { readonly site: Site } = {
    breaks: 'any',
    prepare({ kind, text }, to) {
      const own = to === undefined ? undefined : held.get(to);
      if (kind === 'answer' && own !== undefined && to !== undefined) {
        held.delete(to);
        if (!own.headersSent && chance(0.5)) {
          const headers = { 'content-type': 'application/json', 'mcp-session-id': 's-1' };
          return { line: asLine(text), send: () => void own.writeHead(200, headers).end(text) };
        }
        return { line: joined(text), send: () => event(streaming(own), text, true) };
      }
      // A stream under way is as good for what nobody asked for; one of a later answer, too.
      const [waiting] = chance(0.3) ? held.values() : streams;
      const on = waiting !== undefined && chance(0.5) ? streaming(waiting) : general;
      return {
        line: joined(text),
        send() {
          if (on === undefined) throw new Error('the server has no stream to speak on');
          event(on, text, false);
        },
      };
    },
    heardAs: (line) => line,
    hear: () => undefined,
    close: () => general?.destroy(),
    site,
  };
  return peer;
}

/** An event stream ends a line at CR LF as at one of them; the relay puts a space where lines were joined. */
const joined = (text: string): string => text.replace(/\r\n|[\r\n]/g, ' ');
