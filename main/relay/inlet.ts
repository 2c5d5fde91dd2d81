import type { Readable } from 'node:stream';
import { type Frame, makeLineFramer } from './line-framer.ts';

/** What reads one side's lines. */
export interface InletPorts {
  readonly source: Readable;
  readonly lineLimit?: number;
  /** Takes a line; a promise holds the lines after it back until it settles. */
  readonly take: (frame: Frame) => Promise<void> | undefined;
  /** Called around the lines of a chunk that holds several: what they record and send is written at once. */
  readonly cork: () => void;
  readonly uncork: () => void;
  /** False while somebody downstream is too slow: reading stops until `pump` is called. */
  readonly mayRead: () => boolean;
  /** The source has ended, broken or closed, and every line of it was taken. Called once. */
  readonly ended: () => void;
  /** `take` threw: our own fault, so everything has to stop. */
  readonly failed: (error: unknown) => void;
}

/** One side's stream of lines, in order. */
export interface Inlet {
  /** Looks again whether reading may go on. */
  pump(): void;
  /** Takes no line more, also none that has arrived already. */
  stop(): void;
}

/** Starts reading `source`. */
export function makeInlet(ports: InletPorts): Inlet {
  const framer = makeLineFramer(ports.lineLimit);
  const { source } = ports;
  let waiting: (readonly Frame[])[] = [];
  let busy = false;
  let over = false;
  let stopped = false;

  function arrive(frames: readonly Frame[]): void {
    if (stopped || frames.length === 0) return;
    waiting.push(frames);
    if (busy) source.pause();
    else void work();
  }

  async function work(): Promise<void> {
    busy = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const several = next.length > 1;
        if (several) ports.cork();
        try {
          for (const frame of next) {
            if (stopped) break;
            const held = ports.take(frame);
            if (held !== undefined) await held;
          }
        } finally {
          if (several) ports.uncork();
        }
      }
    } catch (error) {
      stop();
      ports.failed(error);
    }
    busy = false;
    pump();
    finish();
  }

  function pump(): void {
    if (stopped || over) return;
    if (!ports.mayRead()) source.pause();
    else if (source.isPaused()) source.resume();
  }

  function finish(): void {
    if (!over || busy || stopped) return;
    stopped = true;
    ports.ended();
  }

  function ending(): void {
    if (over) return;
    over = true;
    arrive(framer.end());
    finish();
  }

  function stop(): void {
    stopped = true;
    waiting = [];
    source.off('data', read);
    // Whatever still comes is read and dropped, so that the stream can close.
    source.resume();
  }

  const read = (chunk: Buffer) => arrive(framer.push(chunk));

  source.on('data', read);
  source.on('end', ending);
  source.on('close', ending);
  source.on('error', ending);
  // A socket comes paused, so that nothing is lost before somebody listens.
  pump();
  return { pump, stop };
}
