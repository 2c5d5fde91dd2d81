import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from 'vitest';
import { isAlive } from '../fakes/stubborn-tree.ts';
import { type ClientPack, startClientPack } from './client-pack.ts';
import { aHome, type Home, linesOf } from './home.ts';
import { type App, startApp } from './rig.ts';
import { until } from './until.ts';

const server = path.resolve(import.meta.dirname, '../fakes/flooding-server.sh');
const packs: ClientPack[] = [];

afterEach(() => {
  for (const pack of packs.splice(0)) pack.stop();
});

/** The whole app with clients whose servers flood them and are hard to stop. */
export interface Flood {
  readonly home: Home;
  readonly app: App;
  readonly pack: ClientPack;
  readonly names: readonly string[];
  /** Connects every client; resolves when each has a call in flight and hears the flood. Gives all servers' pids. */
  begin(): Promise<number[]>;
  /** Lets every server say this word to its client. */
  say(word: string, times?: number): void;
  /** The lines that reached a server. */
  received(name: string): string[];
}

/** Starts the app with `count` protected flooding servers; nobody is connected yet. */
export async function aFlood(count: number): Promise<Flood> {
  const names = Array.from({ length: count }, (_, n) => `flood${n}`);
  const home = aHome();
  const burst = home.file('burst');
  for (const name of names) home.connect(name, '/bin/sh', [server, home.path, name, burst]);
  const app = await startApp(home);
  const pack = startClientPack();
  packs.push(pack);
  const received = (name: string) => linesOf(home.file(`${name}.log`));
  const say = (word: string, times = 1): void =>
    appendFileSync(
      burst,
      `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${word}"}}\n`.repeat(
        times,
      ),
    );
  const ofThisRound = ['burst', ...names.flatMap((name) => [`${name}.log`, `${name}.pids`])];

  return {
    home,
    app,
    pack,
    names,
    say,
    received,
    async begin() {
      for (const name of ofThisRound) rmSync(home.file(name), { force: true });
      say('first');
      const place = {
        socket: home.place.socket,
        token: readFileSync(home.place.tokenFile, 'utf8'),
      };
      // A few at a time, as people start clients; hundreds of processes at once would time the machine, not the app.
      for (let from = 0; from < count; from += 10) {
        const some = names.slice(from, from + 10);
        await pack.connect(
          place,
          some.map((name) => `con_${name}`),
        );
      }
      await pack.call(3);
      await until(() => names.every((name) => received(name).length === 4), 'the calls in flight');
      // The flood runs, and what it carries is heard: without that no test of its end could fail.
      say('second');
      await pack.hear('second');
      return names.flatMap((name) => linesOf(home.file(`${name}.pids`)).map(Number));
    },
  };
}

/** Every live process of a home that carries a session's marker, read apart from the product. */
export function markedProcesses(home: Home): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const env = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        return (
          env.some((each) => each.startsWith('AIRLOCK_SESSION=')) &&
          env.includes(`HOME=${home.path}`) &&
          isAlive(Number(pid))
        );
      } catch {
        // It ended while we looked.
        return false;
      }
    })
    .map(Number);
}
