import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bootId, makeChildRegister } from '../../../main/upstream/child-register.ts';
import type {
  RunningServer,
  ServerState,
  SessionStart,
  Supervisor,
  SupervisorPorts,
} from '../../../main/upstream/supervisor.ts';
import { isAlive, printedPids, stubbornScripts } from '../../fakes/stubborn-tree.ts';
import { aStart, aSupervisor } from '../../fakes/supervised.ts';

/** A state is waited for as long as a crowded machine may need. */
const patient = { timeout: 15_000 };

const made: ReturnType<typeof aSupervisor>[] = [];
afterEach(async () => {
  for (const each of made.splice(0)) {
    await each.supervisor.stopAll();
    each.remove();
  }
}, 60_000);

function supervised(over: Partial<SupervisorPorts> = {}) {
  const each = aSupervisor({ stopTiming: { closeMs: 200, termMs: 200 }, ...over });
  made.push(each);
  const registered = (): unknown[] => JSON.parse(readFileSync(each.registerFile, 'utf8')).children;
  return { ...each, registered };
}

/** A start that keeps the states it went through. */
function watched(script: string, over: Partial<SessionStart> = {}) {
  const states: ServerState[] = [];
  const start = aStart(script, { ...over, onState: (state) => states.push(state) });
  return { start, states, names: () => states.map(({ state }) => state) };
}

async function opened(supervisor: Supervisor, start: SessionStart): Promise<RunningServer> {
  const server = await supervisor.open(start);
  if (!server.ok) throw new Error(server.problem.message);
  return server.value;
}

describe.runIf(process.platform === 'linux')('the server of a session', () => {
  test('starts, answers, and stops', async () => {
    const { supervisor, registered } = supervised();
    const { start, states } = watched('exec cat');
    const server = await opened(supervisor, start);
    expect(supervisor.live()).toEqual([start]);
    await expect
      .poll(registered, patient)
      .toMatchObject([{ sessionId: start.sessionId, pid: server.pid }]);
    server.answered();
    server.answered();
    expect(await supervisor.stop(start.sessionId)).toMatchObject({ verified: true });
    expect(supervisor.live()).toEqual([]);
    expect(states).toEqual([
      { state: 'starting' },
      { state: 'ready', pid: server.pid },
      { state: 'stopped' },
    ]);
    await expect.poll(registered, patient).toEqual([]);
    expect(isAlive(server.pid)).toBe(false);
  });

  test('gets the minimal environment, the login path and its marker', async () => {
    const environment = { HOME: '/home/ada', NODE_OPTIONS: '--require /evil.js' };
    const loginPath = async () => `/login/bin:${process.env.PATH}`;
    const { supervisor, folder } = supervised({ environment, loginPath });
    const env = { MINE: 'x' };
    const { start } = watched('', { launch: { command: 'env', args: [], env } });
    const server = await opened(supervisor, start);
    const lines = (await server.stdout.toArray()).join('').trim().split('\n').sort();
    expect(lines.filter((line) => !line.startsWith('PWD='))).toEqual(
      [
        `AIRLOCK_SESSION=${start.sessionId}`,
        'HOME=/home/ada',
        'MINE=x',
        `PATH=/login/bin:${process.env.PATH}`,
      ].sort(),
    );
    expect(folder).not.toBe('');
  });

  test('runs in the folder of its entry, else in the home folder', async () => {
    const { supervisor, folder } = supervised();
    const inside = path.join(folder, 'work');
    mkdirSync(inside);
    for (const cwd of [folder, inside]) {
      const given = cwd === folder ? {} : { cwd };
      const launch = { command: 'pwd', args: [], env: {}, ...given };
      const server = await opened(supervisor, aStart('', { launch }));
      expect((await server.stdout.toArray()).join('')).toBe(`${cwd}\n`);
    }
  });

  test('that dies is failed, with its exit code and its last words masked', async () => {
    const { supervisor, registered } = supervised();
    const mask = (text: string) => text.replaceAll('s3cret', '***');
    const { start, states } = watched(
      'sleep 60 <&- >&- 2>&- & echo "token s3cret bad" >&2; exit 7',
      {
        mask,
      },
    );
    await opened(supervisor, start);
    await expect
      .poll(() => states.at(-1), patient)
      .toEqual({
        state: 'failed',
        reason:
          'The server "files" exited with code 7. Its last error line: token *** bad. Connect again from Cursor; if it goes on, correct the entry there.',
      });
    // What it left running is ended too.
    await expect.poll(registered, patient).toEqual([]);
    expect(await supervisor.survivors([start.sessionId])).toEqual({ ok: true, value: [] });
  });

  test('that cannot start is failed with the sentence, and leaves no trace', async () => {
    const { supervisor, registered } = supervised();
    const launch = { command: 'no-such-command', args: [], env: {} };
    const { start, states } = watched('', { launch });
    const server = await supervisor.open(start);
    expect(server).toMatchObject({ ok: false, problem: { code: 'command-not-found' } });
    const reason = server.ok ? '' : server.problem.message;
    expect(states).toEqual([{ state: 'starting' }, { state: 'failed', reason }]);
    await expect.poll(registered, patient).toEqual([]);
  });

  test('that dies at once again and again has to wait, but no other connection', async () => {
    let time = 0;
    const { supervisor } = supervised({ now: () => time });
    for (let n = 0; n < 3; n += 1) {
      const { start, names } = watched('exit 1');
      await opened(supervisor, start);
      await expect.poll(() => names().at(-1), patient).toBe('failed');
      if (n < 2) time += 1_000;
    }
    expect(await supervisor.open(aStart('exec cat'))).toEqual({
      ok: false,
      problem: {
        code: 'server-backoff',
        message:
          'The server "files" exited at once 3 times; next try in 2 s. If it goes on, correct the entry in Cursor.',
      },
    });
    expect(await supervisor.open(aStart('exec cat', { connectionId: 'con_2' }))).toMatchObject({
      ok: true,
    });
    time += 2_000;
    expect(await supervisor.open(aStart('exec cat'))).toMatchObject({ ok: true });
  });

  test('that a client leaves at once is no death', async () => {
    const { supervisor } = supervised();
    for (let n = 0; n < 3; n += 1) {
      const { start } = watched('exec cat');
      await opened(supervisor, start);
      await supervisor.stop(start.sessionId);
    }
    expect(await supervisor.open(aStart('exec cat'))).toMatchObject({ ok: true });
  });

  test('that ends with its input has stopped, not failed, and the next need not wait', async () => {
    const { supervisor } = supervised();
    for (let round = 0; round < 2; round += 1) {
      const { start, names } = watched('exec cat');
      const server = await opened(supervisor, start);
      server.stdin.end();
      await expect.poll(names, patient).toEqual(['starting', 'stopped']);
      expect(await supervisor.stop(start.sessionId)).toMatchObject({ verified: true });
      expect(supervisor.live()).toEqual([]);
    }
  });

  test('does not start when it cannot be written down', async () => {
    const { supervisor, folder } = supervised();
    const blocked = path.join(folder, 'file');
    writeFileSync(blocked, '');
    const register = makeChildRegister(path.join(blocked, 'x'), bootId(process.platform));
    const strict = supervised({ register }).supervisor;
    const { start } = watched('exec cat');
    expect(await strict.open(start)).toMatchObject({ problem: { code: 'register-unwritable' } });
    expect(await supervisor.survivors([start.sessionId])).toEqual({ ok: true, value: [] });
  });

  test('is opened once', async () => {
    const { supervisor } = supervised();
    const { start } = watched('exec cat');
    await opened(supervisor, start);
    await expect(supervisor.open(start)).rejects.toThrow('opened twice');
  });
});

describe.runIf(process.platform === 'linux')('ending sessions', () => {
  test('before the login path is known never starts the server', async () => {
    let answer = (_path: string) => {};
    const loginPath = () => new Promise<string>((resolve) => (answer = resolve));
    const { supervisor, registerFile } = supervised({ loginPath });
    const { start, names } = watched('exec cat');
    const server = supervisor.open(start);
    expect(await supervisor.kill(start.sessionId)).toMatchObject({ items: [], verified: true });
    answer(process.env.PATH ?? '');
    expect(await server).toMatchObject({ problem: { code: 'session-ended' } });
    expect(names()).toEqual(['starting', 'stopped']);
    expect(() => readFileSync(registerFile)).toThrow();
  });

  test('while the server starts ends it and hands out nothing', async () => {
    const { supervisor, registered } = supervised();
    const { start, names } = watched('exec cat');
    const server = supervisor.open(start);
    await expect.poll(() => registered().length, patient).toBe(1);
    expect(await supervisor.kill(start.sessionId)).toMatchObject({ verified: true });
    // It was ended either before or after it was handed out, but it is gone.
    expect(names().at(-1)).toBe('stopped');
    expect(await supervisor.survivors([start.sessionId])).toEqual({ ok: true, value: [] });
    await server;
    await expect.poll(registered, patient).toEqual([]);
  });

  test('unknown, or ended before, is done at once', async () => {
    const { supervisor } = supervised();
    expect(await supervisor.stop('nobody')).toEqual({ items: [], survivors: [], verified: true });
  });

  test('all ends all and starts nothing more', async () => {
    const { supervisor } = supervised();
    const scripts = Object.values(stubbornScripts);
    const servers = await Promise.all(scripts.map((script) => opened(supervisor, aStart(script))));
    const pids = (await Promise.all(servers.map(({ stdout }) => printedPids(stdout)))).flat();
    const report = await supervisor.stopAll();
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(report.items.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await supervisor.open(aStart('exec cat'))).toMatchObject({
      problem: { code: 'quitting' },
    });
  });

  test('tells survivors by name and ends them at once', async () => {
    const { supervisor } = supervised();
    const { start } = watched(stubbornScripts.deaf);
    const pids = await printedPids((await opened(supervisor, start)).stdout);
    const survivors = await supervisor.survivors([start.sessionId]);
    const items = survivors.ok ? survivors.value : [];
    expect(items.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    expect(items[0]).toMatchObject({ kind: 'process', name: 'files: sh', stopped: false });
    expect(await supervisor.endSurvivors(start.sessionId)).toMatchObject({ verified: true });
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
