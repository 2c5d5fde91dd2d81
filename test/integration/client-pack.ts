import { fork } from 'node:child_process';
import path from 'node:path';
import type { KillReport } from '../../shared/kill.ts';

/** What one client of a pack heard until its connection ended. */
export interface Heard {
  /** Its connection's first line, the answers, and whatever else was no notification of the server. */
  readonly own: readonly string[];
  /** The words of the flood. */
  readonly words: readonly string[];
  /** How many lines the flood had. */
  readonly lines: number;
  /** When the last flooded line came, in milliseconds after the click. */
  readonly lastFloodMs?: number;
}

/** Many clients in one process of their own. */
export interface ClientPack {
  /** Opens these connections and greets as clients do; resolves when all know their tools. */
  connect(place: { socket: string; token: string }, connections: readonly string[]): Promise<void>;
  /** Lets every client call `get_nothing`. */
  call(id: number): Promise<void>;
  /** Resolves when every client heard this word of the flood. */
  hear(word: string): Promise<void>;
  /** Begins the time of `lastFloodMs`. */
  click(): Promise<void>;
  /** Stops everything by the app's control socket. The click is the moment in which the request is written. */
  kill(control: { endpoint: string; token: string }): Promise<{ ok: boolean; report: KillReport }>;
  /** Resolves when every connection has ended; the pack may connect anew then. */
  end(): Promise<Heard[]>;
  stop(): void;
}

/** Starts a pack. */
export function startClientPack(): ClientPack {
  const file = path.resolve(import.meta.dirname, '../fakes/client-pack.mjs');
  const child = fork(file, { stdio: 'inherit', execArgv: [] });
  const waiting = new Map<number, (value: unknown) => void>();
  let next = 0;
  child.on('message', ({ n, value }: { n: number; value?: unknown }) => {
    waiting.get(n)?.(value);
    waiting.delete(n);
  });
  function ask<T>(deed: string, words: object = {}): Promise<T> {
    next += 1;
    const n = next;
    return new Promise((resolve) => {
      waiting.set(n, resolve as (value: unknown) => void);
      child.send({ n, do: deed, ...words });
    });
  }
  return {
    connect: (place, connections) => ask('connect', { place, connections }),
    call: (id) => ask('call', { id }),
    hear: (word) => ask('hear', { word }),
    click: () => ask('click'),
    kill: (control) => ask('kill', { control }),
    end: () => ask('end'),
    stop: () => void child.kill('SIGKILL'),
  };
}
