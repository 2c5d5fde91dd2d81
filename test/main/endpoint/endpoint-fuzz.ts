import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { seeded } from '../../soak/seeded.ts';
import { carriesEvil } from '../relay/other-readers.ts';
import { governed, type Upstream } from './governed.ts';
import { requestMaker } from './request-mutants.ts';
import {
  ask,
  beginSession,
  initializeResult,
  type Line,
  type Rig,
  startRig,
  token,
} from './rig.ts';

/** What went wrong, each with what was sent. */
export interface Finding {
  readonly what: string;
  readonly sent: string;
}

const atOnce = 480;

/** A server that keeps every line it heard, answers what is fit to be answered, and the rest late. */
function keepingServer(heard: string[]): Upstream {
  return () => {
    const toServer = new PassThrough();
    const fromServer = new PassThrough();
    const say = (message: object) => {
      if (!fromServer.writableEnded)
        fromServer.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    };
    let rest = '';
    toServer.setEncoding('utf8');
    toServer.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      heard.push(...lines);
      for (const line of lines) for (const message of messagesOf(line)) answer(message);
    });
    toServer.on('end', () => fromServer.end());
    function answer({ id, method, params }: Line): void {
      if (id === undefined || method === undefined) return;
      if (method === 'initialize')
        say({ id, result: initializeResult(String(params?.protocolVersion)) });
      else if (method === 'echo') say({ id, result: { echoed: params ?? {} } });
      // Late enough that some are streams by then.
      else setTimeout(() => say({ id, error: { code: -32601, message: 'No.' } }), 40);
    }
    return { in: fromServer, out: toServer };
  };
}

function messagesOf(line: string): Line[] {
  try {
    const parsed: unknown = JSON.parse(line);
    return (Array.isArray(parsed) ? parsed : [parsed]).filter(
      (one) => typeof one === 'object' && one !== null,
    );
  } catch {
    // A blank line is passed on as it is.
    return [];
  }
}

/**
 * Sends `count` mutated requests, many at once, to an endpoint before governed sessions that deny `evil`, and looks for
 * what must not be: a request that is neither answered nor closed, a part of ours that throws, a server that hears of a
 * request without the token or of a denied one, an endpoint that serves nobody any more.
 */
export async function fuzzEndpoint(seed: number, count: number): Promise<Finding[]> {
  const random = seeded(seed);
  const { request, mutate } = requestMaker(random);
  const heard: string[] = [];
  const rig = await startRig({
    accept: governed(keepingServer(heard), { denies: ['evil'] }).accept,
    limits: {
      headersMs: 150,
      requestMs: 300,
      bodyIdleMs: 150,
      streamAfterMs: 20,
      cancelledMs: 20,
      idleMs: 1_000,
      sweepMs: 50,
      sockets: 1_000,
      inFlight: 1_000,
      streams: 300,
      sessions: 16,
      bodyBytes: 100_000,
      headerBytes: 4_000,
    },
  });
  const found: Finding[] = [];
  let nonce = 0;
  let before: string[] = [];

  for (let sent = 0; sent < count; sent += atOnce) {
    const session = await beginSession(rig);
    const texts = Array.from({ length: Math.min(atOnce, count - sent) }, () => {
      nonce += 1;
      return mutate(request(rig, session, `nonce-${seed}-${nonce}-`));
    });
    const answered = await Promise.all(texts.map((text) => deliver(rig, text)));
    for (const [index, fine] of answered.entries())
      if (!fine) found.push({ what: 'neither answered nor closed', sent: texts[index] ?? '' });
    const lines = heard.splice(0);
    const all = lines.join('\n');
    // What came late of the requests before counts as well.
    for (const text of [...before, ...texts]) {
      const mark = /nonce-\d+-\d+-/.exec(text)?.[0];
      if (mark !== undefined && !text.includes(token) && all.includes(mark))
        found.push({ what: 'heard without a token', sent: text });
    }
    before = texts;
    for (const line of lines)
      if (carriesEvil(line)) found.push({ what: 'forwarded what is denied', sent: line });
    for (const { code, message } of rig.refused.splice(0))
      if (code === 'internal-error') found.push({ what: message, sent: texts.join('\n----\n') });
  }
  const last = await rig.post(ask('echo', { alive: true }), await beginSession(rig));
  if (!last.text().includes('alive')) found.push({ what: 'serves nobody any more', sent: '' });
  return found;

  /** True when the socket got an answer or was closed; some requests come in pieces, some clients leave at once. */
  function deliver(at: Rig, text: string): Promise<boolean> {
    const leaves = random() < 0.1;
    const cut = random() < 0.3 ? Math.floor(random() * text.length) : text.length;
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: at.endpoint.port });
      const done = (fine: boolean) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(fine);
      };
      const timer = setTimeout(() => done(false), 10_000);
      socket.on('data', () => done(true));
      socket.on('close', () => done(true));
      socket.on('error', () => undefined);
      socket.on('connect', () => {
        socket.write(text.slice(0, cut), 'latin1', () => {
          if (cut < text.length) socket.write(text.slice(cut), 'latin1');
          if (leaves) setImmediate(() => done(true));
        });
      });
    });
  }
}
