import { expect, test } from 'vitest';
import { isAlive } from '../fakes/stubborn-tree.ts';
import { aFlood, markedProcesses } from './flood.ts';
import { until } from './until.ts';

const count = 50;

test.runIf(process.platform === 'linux')(
  'one kill of fifty connections: from then on not a byte passes, and no process is left',
  { timeout: 180_000 },
  async () => {
    const { app, home, names, pack, say, received, begin } = await aFlood(count);
    const pids = await begin();
    expect(pids).toHaveLength(2 * count);
    expect(pids.every(isAlive)).toBe(true);
    const live = app.state().sessions;
    expect(live).toHaveLength(count);

    const flooding = setInterval(() => say('more', 20), 50);
    await pack.hear('more');
    const killing = app.kill({ kind: 'all' }, 'shortcut', 'Fifty servers run wild.');
    clearInterval(flooding);
    say('after', 20);
    await pack.call(4);
    const report = await killing;

    expect(report.items.filter((item) => !item.stopped)).toEqual([]);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(markedProcesses(home)).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
    const stopped = (kind: string) => report.items.filter((item) => item.kind === kind);
    const ids = (of: readonly { id: string }[]) => of.map(({ id }) => id).sort();
    expect(ids(stopped('session'))).toEqual(live.map((session) => session.sessionId).sort());
    expect(stopped('process').map((item) => item.pid)).toEqual(expect.arrayContaining(pids));
    expect(stopped('call')).toHaveLength(count);

    const heard = await pack.end();
    expect(heard).toHaveLength(count);
    for (const { own, words } of heard) {
      expect(words).not.toContain('after');
      // After the hello and two answers, each client hears refusals of ours alone: the call in flight, the late one.
      const refusals = own.slice(3).map((line) => JSON.parse(line));
      expect(refusals.map(({ id, result }) => [id, result.isError])).toEqual([
        [3, true],
        [4, true],
      ]);
      for (const { result } of refusals)
        expect(result.content[0].text).toContain('The kill switch stopped everything');
    }
    for (const name of names) expect(received(name), name).toHaveLength(4);
    await until(() => app.state().sessions.length === 0);
    expect(app.state()).toMatchObject({ protection: 'stopped', lastKill: report });
    expect(app.entries('kill.verified')[0]?.detail).toContain('Nothing survived.');
  },
);
