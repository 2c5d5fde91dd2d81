import { Readable, Writable } from 'node:stream';
import { clientEraOf } from './client-era.ts';
import { defaultEraLimits, type EraFront, type EraPorts } from './era-ports.ts';
import { makeLegacyFront } from './legacy-front.ts';
import { makeLineCutter, type Piece } from './line-pieces.ts';
import { makeModernFront } from './modern-front.ts';

/** The two directions of one peer: what it says comes from `in`, what it hears goes to `out`. */
export interface Streams {
  readonly in: Readable;
  readonly out: Writable;
}

/** Which eras a server was found to speak. */
export type ServerEra = 'legacy' | 'modern' | 'dual';

/** What joining a server's streams to clients of either era needs. */
export interface BridgePorts
  extends Pick<EraPorts, 'after' | 'randomToken' | 'noticed' | 'limits'> {
  /** Undefined where it is not known: then nothing is translated, and the server speaks for itself. */
  readonly serverEra: ServerEra | undefined;
  /** From now on messages are translated. */
  readonly bridged?: (clientEra: 'legacy' | 'modern') => void;
}

/** Bytes that may wait for one side before the other is not read any more. */
const unreadBytes = 16 * 1024 * 1024;

/**
 * The streams of a server as a client of any era can use them. It stands between the governed relay and the server, so
 * that policy, approval and audit see what the client says, in the client's own era. A server that speaks both eras, and
 * a client of the server's own, are passed through byte by byte.
 */
export function bridgeEras(upstream: Streams, ports: BridgePorts): Streams {
  const { serverEra } = ports;
  if (serverEra === undefined || serverEra === 'dual') return upstream;
  const limits = { ...defaultEraLimits, ...ports.limits };
  const fromRelay = makeLineCutter(limits.lineBytes);
  const fromServer = makeLineCutter(limits.lineBytes);
  let front: EraFront | undefined;
  let passing = false;
  let roomForRelay: (() => void) | undefined;
  /** The relay asks for more of what the server says. */
  let wanted = true;
  let upstreamEnded = false;

  const near: Streams = {
    in: new Readable({
      read() {
        wanted = true;
        pump();
      },
      destroy(error, done) {
        front?.end();
        upstream.in.destroy();
        done(error);
      },
    }),
    out: new Writable({
      write(chunk: Buffer, _encoding, done) {
        guard(() => (passing ? toServer(chunk) : takeFromRelay(fromRelay.push(chunk))));
        roomForRelay = done;
        pump();
      },
      final(done) {
        const rest = fromRelay.rest();
        if (rest.length > 0) toServer(rest);
        // What the server has not read yet would be lost with this stream's own end.
        upstream.out.end(() => done());
      },
      destroy(error, done) {
        if (!upstream.out.writableFinished) upstream.out.destroy();
        done(error);
      },
    }),
  };

  /** Whatever goes wrong here is our own fault: the relay then answers everyone that the server is gone. */
  function guard(work: () => void) {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      near.in.destroy(why);
      near.out.destroy(why);
    }
  }

  function toServer(bytes: Buffer) {
    if (!upstream.out.destroyed && !upstream.out.writableEnded) upstream.out.write(bytes);
  }

  function toClient(bytes: Buffer) {
    if (!near.in.destroyed && !upstreamEnded) wanted = near.in.push(bytes);
  }

  /** Looks who may go on: the relay while the server takes what it says, the server while the relay does. */
  function pump() {
    const { writableNeedDrain, writableLength, destroyed } = upstream.out;
    const unheard = near.in.readableLength > unreadBytes;
    if (roomForRelay !== undefined && (destroyed || (!writableNeedDrain && !unheard))) {
      const done = roomForRelay;
      roomForRelay = undefined;
      done();
    }
    if (!wanted || writableLength > unreadBytes) upstream.in.pause();
    else upstream.in.resume();
  }

  function begin(clientEra: 'legacy' | 'modern') {
    const { after, randomToken, noticed, limits: given } = ports;
    const make = clientEra === 'legacy' ? makeLegacyFront : makeModernFront;
    front = make({
      toClient,
      toServer,
      after,
      randomToken,
      ...(noticed === undefined ? {} : { noticed }),
      ...(given === undefined ? {} : { limits: given }),
    });
    ports.bridged?.(clientEra);
  }

  function pass() {
    front?.end();
    front = undefined;
    passing = true;
    const rest = fromServer.rest();
    if (rest.length > 0) toClient(rest);
  }

  function takeFromRelay(pieces: readonly Piece[]) {
    for (const { bytes, whole } of pieces) {
      if (!passing && whole) decide(bytes);
      if (front !== undefined && whole) front.fromClient(bytes);
      else toServer(bytes);
    }
    if (!passing) return;
    const rest = fromRelay.rest();
    if (rest.length > 0) toServer(rest);
  }

  function decide(line: Buffer) {
    // A bridge that the server heard nothing of yet can still be taken out, where the client turns out to speak both.
    if (front?.begun()) return;
    const era = clientEraOf(line);
    if (era === undefined) return;
    if (era === 'asking') {
      if (serverEra === 'legacy' && front === undefined) begin('modern');
    } else if (era === serverEra) {
      pass();
    } else if (front === undefined) {
      begin(era);
    }
  }

  function takeFromServer(chunk: Buffer) {
    if (passing) return toClient(chunk);
    for (const { bytes, whole } of fromServer.push(chunk)) {
      if (front !== undefined && whole) front.fromServer(bytes);
      else toClient(bytes);
    }
  }

  function ended() {
    if (upstreamEnded) return;
    const rest = fromServer.rest();
    guard(() => {
      if (rest.length > 0) (front === undefined ? toClient : front.fromServer)(rest);
    });
    front?.end();
    upstreamEnded = true;
    if (!near.in.destroyed) near.in.push(null);
  }

  upstream.in.on('data', (chunk: Buffer) => {
    guard(() => takeFromServer(chunk));
    pump();
  });
  for (const event of ['end', 'close', 'error']) upstream.in.on(event, ended);
  upstream.out.on('drain', pump);
  for (const event of ['close', 'error']) {
    upstream.out.on(event, () => {
      pump();
      near.out.destroy();
    });
  }
  upstream.in.pause();
  return near;
}
