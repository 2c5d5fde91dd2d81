import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { expect, test } from 'vitest';
import { isAlive } from '../fakes/stubborn-tree.ts';
import { aFlood, markedProcesses } from '../integration/flood.ts';
import { must } from '../integration/home.ts';
import { until } from '../integration/until.ts';

// npm run soak -- test/soak/kill-budget.test.ts, with these to choose from:
const kills = Number(process.env.AIRLOCK_SOAK_KILLS ?? 30);
const connections = Number(process.env.AIRLOCK_SOAK_CONNECTIONS ?? 100);
/** Takes one line of JSON for each kill. */
const timesFile = process.env.AIRLOCK_KILL_TIMES;

/** One kill, all in milliseconds after the click. */
interface Times {
  readonly connections: number;
  /** Until the app forwarded nothing more: its own reading, which begins when the click has reached it. */
  readonly forwardingStoppedMs: number;
  /** Until the last flooded line came to a client: the clients' own reading, from the click in another process. */
  readonly lastByteMs: number;
  /** Until no process was left and somebody had looked. */
  readonly processesGoneMs: number;
}

const spread = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
};

test.runIf(process.platform === 'linux')(
  'a kill of a hundred flooded connections stops the last byte and the last process in time',
  { timeout: kills * 120_000 },
  async () => {
    const { app, home, pack, say, begin } = await aFlood(connections);
    const all: Times[] = [];
    for (let round = 0; round < kills; round += 1) {
      const pids = await begin();
      expect(pids).toHaveLength(2 * connections);
      const flooding = setInterval(() => say('more'), 50);
      await pack.hear('more');
      const control = JSON.parse(readFileSync(`${home.data}/control.json`, 'utf8'));
      const { ok, report } = await pack.kill(control);
      clearInterval(flooding);
      expect(ok).toBe(true);
      expect(report, `round ${round}`).toMatchObject({ verified: true, survivors: [] });
      expect(pids.filter(isAlive), `round ${round}`).toEqual([]);
      expect(markedProcesses(home), `round ${round}`).toEqual([]);
      const heard = await pack.end();
      // It ran until the click: for at least the 100 ms before it, every 50 ms.
      expect(Math.min(...heard.map(({ lines }) => lines))).toBeGreaterThan(2);
      await until(() => app.state().sessions.length === 0);
      must(app.resume(report.kill.id, 'The next round.'));
      const times: Times = {
        connections,
        forwardingStoppedMs: report.forwardingStoppedMs,
        lastByteMs: Math.max(0, ...heard.map(({ lastFloodMs = 0 }) => lastFloodMs)),
        processesGoneMs: report.processesGoneMs,
      };
      all.push(times);
      if (timesFile !== undefined)
        writeFileSync(timesFile, `${JSON.stringify(times)}\n`, { flag: 'a' });
    }
    const result = {
      kills,
      connections,
      load: loadavg()[0]?.toFixed(1),
      forwardingStoppedMs: spread(all.map((each) => each.forwardingStoppedMs)),
      lastByteMs: spread(all.map((each) => each.lastByteMs)),
      processesGoneMs: spread(all.map((each) => each.processesGoneMs)),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    const crowding = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
    expect(result.forwardingStoppedMs.p99).toBeLessThanOrEqual(20 * crowding);
    expect(result.lastByteMs.p99).toBeLessThanOrEqual(20 * crowding);
    expect(result.processesGoneMs.max).toBeLessThanOrEqual(2_000 * crowding);
  },
);
