import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../fakes/stubborn-tree.ts';
import type { Bridge } from '../integration/bridge-child.ts';
import { aHome, type Home, linesOf } from '../integration/home.ts';
import { aBridge, startApp } from '../integration/rig.ts';
import { until } from '../integration/until.ts';

const server = path.resolve(import.meta.dirname, '../fakes/flooding-server.sh');
const count = 50;
const names = Array.from({ length: count }, (_, n) => `flood${n}`);

/** Every live process of a home that carries a session's marker, read apart from the product. */
function marked(home: Home): number[] {
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

test.runIf(process.platform === 'linux')(
  'one kill of fifty connections: from then on not a byte passes, and no process is left',
  { timeout: 240_000 },
  async () => {
    const home = aHome();
    const burstFile = home.file('burst');
    /** What every server says to its client next. */
    const flood = (word: string): void =>
      appendFileSync(
        burstFile,
        `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${word}"}}\n`.repeat(
          20,
        ),
      );
    flood('first');
    for (const name of names) home.connect(name, '/bin/sh', [server, home.path, name, burstFile]);
    const app = await startApp(home);
    const clients: { name: string; bridge: Bridge; heard: () => string }[] = [];
    // A few at a time, as people start clients; a hundred processes at once would time the machine, not the app.
    for (let from = 0; from < count; from += 5) {
      const some = names.slice(from, from + 5).map((name) => {
        const into = home.file(`${name}.out`);
        const bridge = aBridge(home, `con_${name}`, { into });
        return { name, bridge, heard: () => readFileSync(into, 'utf8') };
      });
      await Promise.all(some.map(({ bridge }) => bridge.greet()));
      clients.push(...some);
    }
    for (const { bridge } of clients) bridge.send('tools/call', { name: 'get_nothing' });
    await until(
      () => names.every((name) => linesOf(home.file(`${name}.log`)).length === 4),
      'the calls in flight',
    );
    // The flood runs, and what it carries is heard within moments: without that the test below could not fail.
    flood('second');
    for (const { heard } of clients) await until(() => heard().includes('second'), 'the flood');
    const pids = names.flatMap((name) => linesOf(home.file(`${name}.pids`)).map(Number));
    expect(pids).toHaveLength(2 * count);
    expect(pids.every(isAlive)).toBe(true);
    const live = app.state().sessions;
    expect(live).toHaveLength(count);

    const flooding = setInterval(() => flood('more'), 50);
    for (const { heard } of clients) await until(() => heard().includes('more'), 'more of it');

    const killing = app.kill({ kind: 'all' }, 'shortcut', 'Fifty servers run wild.');
    clearInterval(flooding);
    flood('after');
    for (const { bridge } of clients) bridge.send('tools/call', { name: 'get_nothing', late: 1 });
    const report = await killing;

    expect(report.items.filter((item) => !item.stopped)).toEqual([]);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(marked(home)).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
    const stopped = (kind: string) => report.items.filter((item) => item.kind === kind);
    expect(
      stopped('session')
        .map((item) => item.id)
        .sort(),
    ).toEqual(live.map((session) => session.sessionId).sort());
    expect(stopped('process').map((item) => item.pid)).toEqual(expect.arrayContaining(pids));
    expect(stopped('call')).toHaveLength(count);

    await until(() => clients.every(({ bridge }) => bridge.exit() !== undefined), 'all clients');
    for (const { name, bridge, heard } of clients) {
      expect(heard(), name).not.toContain('"after"');
      expect(linesOf(home.file(`${name}.log`)), name).toHaveLength(4);
      // Everything after the last flooded line is a refusal of ours.
      const { result } = await bridge.answer(3);
      expect(result).toMatchObject({ isError: true });
      expect(result?.content?.[0]?.text).toContain('The kill switch stopped everything');
      const own = bridge.lines().filter((line) => !line.includes('notifications/message'));
      for (const line of own.slice(2)) expect(line).toContain('The kill switch stopped everything');
    }
    await until(() => app.state().sessions.length === 0);
    expect(app.state()).toMatchObject({ protection: 'stopped', lastKill: report });
    expect(app.entries('kill.verified')[0]?.detail).toContain('Nothing survived.');
    measured(report.forwardingStoppedMs, report.processesGoneMs);
  },
);

/** Leaves the times where whoever measures asked for them. */
function measured(forwardingStoppedMs: number, processesGoneMs: number): void {
  const file = process.env.AIRLOCK_KILL_TIMES;
  if (file === undefined) return;
  const line = JSON.stringify({ connections: count, forwardingStoppedMs, processesGoneMs });
  writeFileSync(file, `${line}\n`, { flag: 'a' });
}
