import { connect } from 'node:net';
import { seeded } from '../../soak/seeded.ts';
import {
  ask,
  beginSession,
  modernAsk,
  modernHeaders,
  obliging,
  type Rig,
  startRig,
  token,
} from './rig.ts';

const pieces = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  '\xff',
  '0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Host: evil.example\r\n',
  'Origin: https://evil.example\r\n',
  'Authorization: Bearer x\r\n',
  'Accept: application/json;q=0\r\n',
  'Mcp-Session-Id: x\r\n',
  'MCP-Protocol-Version: 2026-07-28\r\n',
  'Last-Event-ID: 0-0\r\n',
  'Last-Event-ID: 999999999-999999999999\r\n',
  '"id":1,',
  '[',
  ']',
  '{}',
  ',"params":null',
  '\\u0000',
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},',
  '"_meta":{"progressToken":1e999},',
  '../',
  '%2e%2e/',
  '?x=',
];

/** What went wrong, each with what was sent. */
export interface Finding {
  readonly what: string;
  readonly sent: string;
}

/**
 * Sends `count` mutated requests, some at once, and looks for what must not be: a request that is neither answered nor
 * closed, a part of ours that throws, a session that hears of a request without the token, an endpoint that serves
 * nobody any more.
 */
export async function fuzzEndpoint(seed: number, count: number): Promise<Finding[]> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const rig = await startRig({
    react(session, message) {
      obliging(session, message);
      const { id, method } = message;
      if (id === undefined || method === undefined || method === 'initialize' || method === 'echo')
        return;
      const error = { code: -32601, message: 'No.' };
      // Late enough that some are streams by then.
      setTimeout(() => session.say({ jsonrpc: '2.0', id, error }), 40);
    },
    limits: {
      headersMs: 150,
      requestMs: 300,
      bodyIdleMs: 150,
      streamAfterMs: 20,
      cancelledMs: 20,
      idleMs: 1_000,
      sweepMs: 50,
      sessions: 8,
      bodyBytes: 100_000,
      headerBytes: 4_000,
    },
  });
  const found: Finding[] = [];
  let nonce = 0;

  for (let sent = 0; sent < count; sent += 80) {
    const session = await beginSession(rig);
    const texts = Array.from({ length: Math.min(80, count - sent) }, () => {
      nonce += 1;
      return mutate(request(rig, session, `nonce-${seed}-${nonce}-`));
    });
    const answered = await Promise.all(texts.map((text) => deliver(rig, text)));
    for (const [index, fine] of answered.entries())
      if (!fine) found.push({ what: 'neither answered nor closed', sent: texts[index] ?? '' });
    for (const text of texts) {
      const mark = /nonce-\d+-\d+-/.exec(text)?.[0];
      if (mark === undefined || text.includes(token)) continue;
      const heard = rig.sessions.some((one) => one.lines.some((line) => line.includes(mark)));
      if (heard) found.push({ what: 'heard without a token', sent: text });
    }
    for (const { code, message } of rig.refused.splice(0))
      if (code === 'internal-error') found.push({ what: message, sent: texts.join('\n----\n') });
  }
  const last = await rig.post(ask('echo', { alive: true }), await beginSession(rig));
  if (!last.text().includes('alive')) found.push({ what: 'serves nobody any more', sent: '' });
  return found;

  function request(at: Rig, session: Record<string, string>, mark: string): string {
    const modern = random() < 0.4;
    const method = pick(['echo', 'slow', 'tools/call', 'initialize', 'subscriptions/listen']);
    const message = modern ? modernAsk(method, { name: 'n' }, mark) : ask(method, {}, mark);
    const content = pick([
      JSON.stringify(message),
      JSON.stringify([message]),
      JSON.stringify(message, null, 2),
    ]);
    const fields: Record<string, string> = {
      Host: `127.0.0.1:${at.endpoint.port}`,
      ...(random() < 0.8 ? { Authorization: `Bearer ${token}` } : {}),
      Accept: pick([
        '*/*',
        'application/json',
        'text/event-stream',
        'application/json, text/event-stream',
      ]),
      ...(modern ? modernHeaders(method, 'n') : session),
    };
    const verb =
      random() < 0.75 ? 'POST' : pick(['GET', 'DELETE', 'PUT', 'HEAD', 'CONNECT', 'OPTIONS']);
    const path =
      random() < 0.9
        ? '/mcp/con_1'
        : pick(['/', '/mcp/', '/mcp/con_2', '/.well-known/oauth-protected-resource/mcp/con_1']);
    const body =
      verb !== 'POST'
        ? ''
        : random() < 0.3
          ? `${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`
          : content;
    if (body !== '') {
      fields['Content-Type'] = 'application/json';
      if (body === content) fields['Content-Length'] = String(content.length);
      else fields['Transfer-Encoding'] = 'chunked';
    }
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${verb} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`;
  }

  function mutate(text: string): string {
    let out = text;
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
      const at = Math.floor(random() * out.length);
      const lines = out.split('\r\n');
      switch (Math.floor(random() * 6)) {
        case 0:
          out = out.slice(0, at) + pick(pieces) + out.slice(at);
          break;
        case 1:
          out = out.slice(0, at) + out.slice(at + Math.floor(random() * 20));
          break;
        case 2:
          out = `${out.slice(0, at)}${String.fromCharCode(Math.floor(random() * 256))}${out.slice(at + 1)}`;
          break;
        case 3: {
          const line = pick(lines);
          lines.splice(1 + Math.floor(random() * lines.length), 0, line);
          out = lines.join('\r\n');
          break;
        }
        case 4: {
          const line = out.indexOf('\r\n') + 2;
          out = out.slice(0, line) + pick(pieces) + out.slice(line);
          break;
        }
        default:
          out = out.slice(0, Math.max(1, at));
      }
    }
    return out;
  }

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
