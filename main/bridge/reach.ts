import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { BridgeEndpoint } from '../../shared/endpoint.ts';
import type { BridgeHello } from '../../shared/hello.ts';
import { offerPipes } from './hand-over.ts';
import { isOurs, type Launch, meetingPlace, readLaunch, readToken } from './meeting-place.ts';

/**
 * A socket to the app, or the sentence that says why there is none. It carries the client's bytes from here on, except
 * where the app has `taken` the client's pipes.
 */
export type Reached =
  | { readonly ok: true; readonly socket: Socket; readonly taken: boolean }
  | { readonly ok: false; readonly sentence: string };

/** What the bridge says of itself; the token is read anew for every try. */
export type Introduction = Omit<BridgeHello, 'airlock' | 'token' | 'hand'>;

const notRunning = 'Airlock is not running: start Airlock Desktop, then try again.';
const patienceMs = 8_000;
const firstPauseMs = 25;
const longestPauseMs = 400;

type Try = Reached | 'absent' | 'stale';

/** Finds the app, starts it where it is not running, and says hello. */
export async function reach(introduction: Introduction): Promise<Reached> {
  const until = Date.now() + patienceMs;
  let launched = false;
  let pause = firstPauseMs;
  for (;;) {
    const place = meetingPlace();
    const tried = await sayHello(place, introduction, until - Date.now());
    if (typeof tried !== 'string') return tried;
    if (!launched && tried === 'absent') {
      const launch = readLaunch(place);
      if (launch === undefined) return { ok: false, sentence: notRunning };
      start(launch);
      launched = true;
    }
    if (Date.now() + pause >= until) return { ok: false, sentence: notRunning };
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

/** One try. `absent`: nobody is there. `stale`: somebody is, but the token was of a run before. */
async function sayHello(
  place: BridgeEndpoint,
  introduction: Introduction,
  ms: number,
): Promise<Try> {
  if (!isOurs(place)) return 'absent';
  const token = readToken(place);
  const offer = await offerPipes(place);
  const hand = offer === undefined ? {} : { hand: offer.name };
  return new Promise((resolve) => {
    // Half open: when the client has said its last word, the answers still come.
    const socket = connect({ path: place.socket, allowHalfOpen: true });
    let line = Buffer.alloc(0);
    const timer = setTimeout(() => {
      settle({
        ok: false,
        sentence: 'Airlock did not answer. Restart Airlock Desktop, then try again.',
      });
    }, ms);
    const absent = () => settle('absent');

    socket.on('connect', () => {
      const hello: BridgeHello = { airlock: 1, token, ...introduction, ...hand };
      socket.write(`${JSON.stringify(hello)}\n`);
    });
    socket.on('error', absent);
    socket.on('end', absent);
    socket.on('data', read);

    function settle(outcome: Try): void {
      clearTimeout(timer);
      offer?.close();
      socket.off('error', absent);
      socket.off('end', absent);
      socket.off('data', read);
      if (typeof outcome === 'string' || !outcome.ok) {
        socket.on('error', () => undefined);
        socket.destroy();
      }
      resolve(outcome);
    }

    function read(chunk: Buffer): void {
      line = Buffer.concat([line, chunk]);
      const end = line.indexOf(0x0a);
      if (end < 0) return;
      const answer = parse(line.subarray(0, end));
      if (answer.ok) {
        socket.pause();
        const rest = line.subarray(end + 1);
        if (rest.length > 0) socket.unshift(rest);
        settle({ ok: true, socket, taken: answer.taken });
      } else {
        // The app may have started anew between the reading of its token and the hello.
        const renewed = answer.code === 'wrong-token' && readToken(place) !== token;
        settle(renewed ? 'stale' : { ok: false, sentence: answer.sentence });
      }
    }
  });
}

function parse(line: Buffer): { ok: boolean; taken: boolean; code: string; sentence: string } {
  const unclear = 'Airlock answered in a way this bridge does not know. Restart Airlock Desktop.';
  try {
    const { ok = false, taken = false, error } = JSON.parse(line.toString('utf8'));
    return {
      ok: ok === true,
      taken: taken === true,
      code: String(error?.code),
      sentence: String(error?.message ?? unclear),
    };
  } catch {
    return { ok: false, taken: false, code: '', sentence: unclear };
  }
}

/** Starts the app so that it outlives this bridge. */
function start({ command, args, env }: Launch): void {
  const mine: NodeJS.ProcessEnv = { ...process.env, ...env };
  // Clients built on Electron set these for their own children; they would make the app another program.
  for (const name of ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS']) {
    if (!(name in env)) delete mine[name];
  }
  const child = spawn(command, [...args], { detached: true, stdio: 'ignore', env: mine });
  // A command that is not there is the same as an app that never comes up: the waiting runs out.
  child.on('error', () => undefined);
  child.unref();
}
