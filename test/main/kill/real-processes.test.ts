import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { aFleet, type FleetMember } from '../../fakes/kill-fleet.ts';
import { isAlive, type Stubborn } from '../../fakes/stubborn-tree.ts';

const kinds: Stubborn[] = ['polite', 'deaf', 'parent', 'daemon'];
const members = (count: number): FleetMember[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: kinds[n % kinds.length] ?? 'deaf',
    clientId: n % 2 === 0 ? 'cursor' : 'vscode',
  }));

/** How much longer anything takes here, because others run beside this test: at least 1. */
const crowding = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

let fleet: Awaited<ReturnType<typeof aFleet>> | undefined;
afterEach(async () => {
  await fleet?.end();
  fleet = undefined;
}, 60_000);

describe.runIf(process.platform === 'linux')('the kill switch on real processes', () => {
  test('ends fifty stubborn servers and names each process', { timeout: 60_000 }, async () => {
    fleet = await aFleet(members(50));
    const pids = fleet.started.flatMap((each) => each.pids);
    expect(pids).toHaveLength(13 * 1 + 13 * 2 + 12 * 3 + 12 * 2);
    expect(pids.filter((pid) => !isAlive(pid))).toEqual([]);

    const report = await fleet.killSwitch.throwKill({ kind: 'all' }, 'tray', 'ada');

    expect(pids.filter(isAlive)).toEqual([]);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(report.items.filter((item) => !item.stopped)).toEqual([]);
    const named = report.items.filter(({ kind }) => kind === 'process').map(({ pid }) => pid);
    expect(named).toEqual(expect.arrayContaining(pids));
    const sessions = report.items.filter(({ kind }) => kind === 'session').map(({ id }) => id);
    expect(sessions.sort()).toEqual(fleet.started.map(({ sessionId }) => sessionId).sort());
    expect(fleet.refused.size).toBe(50);
    expect(report.processesGoneMs).toBeLessThanOrEqual(2_000 * crowding());
    expect(report.forwardingStoppedMs).toBeLessThanOrEqual(20 * crowding());
  });

  test('ends one client and leaves the other alone', { timeout: 30_000 }, async () => {
    fleet = await aFleet(members(8));
    const pidsOf = (client: string) =>
      fleet?.started.filter(({ clientId }) => clientId === client).flatMap(({ pids }) => pids) ??
      [];
    const scope = { kind: 'client', clientId: 'cursor' } as const;
    const report = await fleet.killSwitch.throwKill(scope, 'dashboard', 'ada');
    expect(report.verified).toBe(true);
    expect(pidsOf('cursor').filter(isAlive)).toEqual([]);
    expect(pidsOf('vscode').filter((pid) => !isAlive(pid))).toEqual([]);
  });

  test('touches no process that is not its own', { timeout: 30_000 }, async () => {
    const stranger = spawn('sleep', ['60'], { env: { AIRLOCK_SESSION: 'somebody-else' } });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    await once(stranger, 'spawn');
    fleet = await aFleet(members(4));
    await fleet.killSwitch.throwKill({ kind: 'all' }, 'tray', 'ada');
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });

  test('takes over from a gentle stop that waits', { timeout: 30_000 }, async () => {
    fleet = await aFleet([{ kind: 'deaf', clientId: 'cursor' }]);
    const [one] = fleet.started;
    const gentle = fleet.supervisor.stop(one?.sessionId ?? '');
    const report = await fleet.killSwitch.throwKill({ kind: 'all' }, 'tray', 'ada');
    expect(report.verified).toBe(true);
    expect(one?.pids.filter(isAlive)).toEqual([]);
    expect(await gentle).toMatchObject({ verified: true });
  });
});
