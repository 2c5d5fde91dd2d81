import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { type Readable, Writable } from 'node:stream';
import type { KillItem } from '../../shared/kill.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { makeExchange } from './http-exchange.ts';
import { makeLineSource } from './http-lines.ts';
import { makeOutbound } from './http-outbound.ts';
import {
  defaultHttpLimits,
  type HttpLimits,
  type HttpPorts,
  type HttpTarget,
} from './http-ports.ts';
import { makeHttpSession } from './http-session.ts';
import { endSession } from './http-session-end.ts';
import { readTarget } from './http-target.ts';
import type { ProxyChoice } from './proxy.ts';
import { proxyAgent } from './proxy-agent.ts';
import { makeStderrTail, type StderrTail } from './stderr-tail.ts';
import type { TreeReport } from './tree-report.ts';

/** A remote server to reach. */
export interface HttpStart {
  readonly sessionId: string;
  /** The entry's key, and the client whose entry it is: for sentences. */
  readonly name: string;
  readonly clientName: string;
  readonly target: HttpTarget;
  /** Takes the secrets out of a text. */
  readonly mask: (text: string) => string;
}

/** A remote server as a stream of lines, in the shape of one over stdio. */
export interface HttpServer {
  /** Takes the relay's lines, each a JSON-RPC message or batch. */
  readonly stdin: Writable;
  /** Gives the server's lines. Ends when the input ended and everything is answered, or the session is lost. */
  readonly stdout: Readable;
  /** The last of what went wrong, for people. */
  readonly notes: StderrTail;
  /** Settles when the server gave the session up, with the sentence that says why; never rejects. */
  readonly gone: Promise<string>;
  /** Ends the session: every exchange is broken off, and the server told (DELETE). */
  stop(): Promise<TreeReport>;
  /** The same at once: what the relay wrote and was not sent yet is dropped first. */
  kill(): Promise<TreeReport>;
}

/**
 * Opens a connection to a remote server; nothing is sent before the relay's first line. A server over Streamable HTTP
 * (2025-03-26 to 2026-07-28) or HTTP+SSE (2024-11-05) then looks like one over stdio. A problem: the address may not be
 * used.
 */
export function openHttpServer(start: HttpStart, ports: HttpPorts): Result<HttpServer> {
  const { name, clientName, target, sessionId } = start;
  const url = readTarget(target.url, start, ports.allowPlainHttp);
  if (!url.ok) return url;
  const limits = { ...defaultHttpLimits, ...ports.limits };
  const notes = makeStderrTail(start.mask);
  const report = (sentence: string) => {
    const masked = start.mask(sentence);
    notes.take(Buffer.from(`${masked}\n`));
    ports.report?.(masked);
  };
  const choice: ProxyChoice = ports.proxyOf?.(url.value) ?? { kind: 'direct' };
  if (choice.kind === 'unusable') report(choice.reason);
  const agent = ports.makeAgent?.(url.value) ?? ownAgent(url.value, choice, limits);
  const who = { name, clientName, host: url.value.host };
  const source = makeLineSource();
  const session = makeHttpSession({
    url: url.value,
    who,
    limits,
    exchange: makeExchange({ ports: { ...ports, report }, agent, limits, who }),
    source,
    report,
    mask: start.mask,
    unfitTool(tool, reason) {
      report(`The tool "${tool}" of the server "${name}" may not be used over HTTP: ${reason}.`);
      ports.unfitTool?.(tool, reason);
    },
    random: ports.random ?? Math.random,
  });
  const outbound = makeOutbound(session, target.kind);

  const stdin = new Writable({
    decodeStrings: true,
    // The end of the input is not the end of what it asked for.
    autoDestroy: false,
    write: (chunk: Buffer, _encoding, done) => outbound.take(chunk, done),
    final(done) {
      outbound.finish();
      // As a process does whose input is closed: it answers what it was asked, and ends.
      session.whenIdle(() => source.end());
      done();
    },
    destroy(error, done) {
      outbound.drop();
      done(error);
    },
  });
  // What breaks is told as answers; these streams have no errors of their own.
  stdin.on('error', () => undefined);
  void session.gone.then(() => stdin.destroy());

  let ending: Promise<TreeReport> | undefined;
  function end(): Promise<TreeReport> {
    outbound.drop();
    session.close();
    source.end();
    ending ??= endSession(session, outbound.used).then(({ confirmed, detail }) => {
      agent.destroy();
      const item: KillItem = {
        kind: 'remote-session',
        id: `${sessionId}/remote`,
        name: `${name}: ${who.host}`,
        stopped: true,
        detail,
      };
      return { items: confirmed === undefined ? [] : [item], survivors: [], verified: true };
    });
    return ending;
  }

  return ok({
    stdin,
    stdout: source.stream,
    notes,
    gone: session.gone,
    stop: end,
    kill() {
      stdin.destroy();
      return end();
    },
  });
}

function ownAgent(url: URL, choice: ProxyChoice, limits: HttpLimits): PlainAgent {
  const { keepAliveMs: timeout, connectMs } = limits;
  const options = { keepAlive: true, noDelay: true, timeout, maxFreeSockets: 16 };
  if (choice.kind !== 'direct') return proxyAgent(url, choice, { ...options, connectMs });
  return url.protocol === 'https:' ? new TlsAgent(options) : new PlainAgent(options);
}
