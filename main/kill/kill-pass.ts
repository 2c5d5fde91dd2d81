import type { Kill, KillItem, KillReport } from '../../shared/kill.ts';
import type { KillPorts, KillSession } from './kill-ports.ts';
import { covers, refusalSentence } from './kill-scope.ts';

/** A session that opened between a look and its refusal is taken in the next round; more rounds cannot be needed. */
const rounds = 3;

/**
 * One pass of the switch over everything a kill covers. `stopForwarding` is synchronous, so that not one message
 * passes once it was called; `finish` ends and verifies. Neither throws: what fails is named in the report.
 */
export function makeKillPass(kill: Kill, ports: KillPorts) {
  const { patienceMs = 6_000 } = ports;
  const items: KillItem[] = [];
  const handled = new Map<string, KillSession>();
  const sentence = refusalSentence(kill);

  /** Runs a port; what it throws becomes an item that says what did not work. */
  function attempt<T>(item: Omit<KillItem, 'stopped'>, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      items.push(failed(item, error));
      return undefined;
    }
  }

  async function attemptWithin<T>(
    item: Omit<KillItem, 'stopped'>,
    run: () => Promise<T>,
  ): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const why = `no answer within ${patienceMs / 1_000} s`;
      timer = setTimeout(() => reject(new Error(why)), patienceMs);
    });
    try {
      return await Promise.race([run(), late]);
    } catch (error) {
      items.push(failed(item, error));
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Refuses on every session in scope that was not refused yet, and gives those. */
  function refuseNew(): KillSession[] {
    const list = { kind: 'session', id: 'all', name: 'all sessions' } as const;
    const sessions = attempt({ ...list, detail: 'The sessions could not be listed' }, () =>
      ports.sessions(),
    );
    const fresh = (sessions ?? []).filter(
      (session) => covers(kill.scope, session) && !handled.has(session.sessionId),
    );
    for (const session of fresh) {
      handled.set(session.sessionId, session);
      const item = sessionItem(session);
      const detail = 'It may still forward messages';
      const refused = attempt({ ...item, detail }, () => {
        session.refuse(sentence);
        return true;
      });
      if (refused) items.push({ ...item, stopped: true, detail: 'It forwards nothing any more.' });
    }
    return fresh;
  }

  async function end(sessions: readonly KillSession[]): Promise<void> {
    for (const session of sessions) {
      const detail = 'Its calls in flight could not be cancelled';
      const item = { ...sessionItem(session), detail };
      items.push(...(attempt(item, () => session.cancelInFlight()) ?? []));
    }
    for (const remote of [false, true]) {
      const some = sessions.filter((session) => session.remote === remote);
      await Promise.all(
        some.map(async (session) => {
          const detail = 'Its server did not confirm its end';
          const item = { ...sessionItem(session), detail };
          items.push(...((await attemptWithin(item, () => session.stopServer())) ?? []));
        }),
      );
    }
  }

  /** Looks for survivors, hits once more where there are any, and looks again. */
  async function verify(): Promise<{ readonly looked: boolean; readonly survivors: KillItem[] }> {
    const ids = [...handled.keys()];
    const item = { kind: 'process', id: 'survivors', name: 'all processes' } as const;
    const look = () =>
      attemptWithin({ ...item, detail: 'Nobody could look for survivors' }, () =>
        ports.survivors(ids),
      );
    let found = await look();
    if (found !== undefined && found.length > 0) {
      const detail = 'The second SIGKILL did not work';
      await attemptWithin({ ...item, detail }, () => ports.endSurvivors(ids));
      found = await look();
    }
    return { looked: found !== undefined, survivors: [...(found ?? [])] };
  }

  return {
    attempt,

    /** Refuses every message of every session in scope, before it returns. */
    stopForwarding: refuseNew,

    /** Denies, cancels, ends, closes, verifies. `begun` is the reading of `performance.now` at the click. */
    async finish(
      first: readonly KillSession[],
      begun: number,
      forwardingStoppedMs: number,
    ): Promise<KillReport> {
      const waiting = { kind: 'approval', id: 'all', name: 'waiting approvals' } as const;
      const detail = 'The waiting approvals could not be denied';
      const denied = attempt({ ...waiting, detail }, () =>
        ports.denyWaiting((target) => covers(kill.scope, target), sentence),
      );
      items.push(...(denied ?? []));
      let sessions = first;
      for (let round = 0; round < rounds && (round === 0 || sessions.length > 0); round += 1) {
        await end(sessions);
        sessions = refuseNew();
      }
      const { looked, survivors } = await verify();
      const processesGoneMs = performance.now() - begun;
      const all = settled(items, survivors, looked);
      const stopped = all.every((item) => item.stopped || item.kind === 'record');
      const verified = looked && survivors.length === 0 && stopped;
      return { kill, items: all, survivors, verified, forwardingStoppedMs, processesGoneMs };
    },
  };
}

/** The last look decides about processes: one that lived at first and is gone now was ended by the second pass. */
function settled(
  items: readonly KillItem[],
  survivors: readonly KillItem[],
  looked: boolean,
): KillItem[] {
  const alive = new Set(survivors.map(({ id }) => id));
  const named = new Set(items.map(({ id }) => id));
  const known = items.map((item) =>
    looked &&
    item.kind === 'process' &&
    item.pid !== undefined &&
    !item.stopped &&
    !alive.has(item.id)
      ? { ...item, stopped: true, detail: 'It was killed in a second pass.' }
      : item,
  );
  return [...known, ...survivors.filter(({ id }) => !named.has(id))];
}

const sessionItem = ({ sessionId, name, pid }: KillSession) =>
  ({ kind: 'session', id: sessionId, name, ...(pid === undefined ? {} : { pid }) }) as const;

const failed = (item: Omit<KillItem, 'stopped'>, error: unknown): KillItem => ({
  ...item,
  stopped: false,
  detail: `${item.detail} (${error instanceof Error ? error.message : String(error)}).`,
});
