import { describe, expect, test } from 'vitest';
import type { KillPorts, KillSession } from '../../../main/kill/kill-ports.ts';
import { makeKillSwitch } from '../../../main/kill/kill-switch.ts';
import type { EntryInput } from '../../../shared/audit.ts';
import { type Kill, type KillItem, KillReport, type KillScope } from '../../../shared/kill.ts';

const item = (kind: KillItem['kind'], id: string, over: Partial<KillItem> = {}): KillItem => ({
  kind,
  id,
  name: id,
  stopped: true,
  detail: 'done',
  ...over,
});

/** A switch on made-up sessions that writes down what it does, in order. */
function aSwitch(over: Partial<KillPorts> = {}, saved: unknown = []) {
  const steps: string[] = [];
  const entries: EntryInput[] = [];
  const sessions: KillSession[] = [];
  let ids = 0;
  const world = { saved, steps, entries, sessions };
  const ports: KillPorts = {
    sessions: () => sessions,
    denyWaiting: (covered) => {
      steps.push('deny');
      return sessions.filter(covered).map(({ name }) => item('approval', `card ${name}`));
    },
    survivors: async (sessionIds) => {
      steps.push(`look ${sessionIds.join(' ')}`);
      return [];
    },
    endSurvivors: async () => void steps.push('second pass'),
    record: (entry) => {
      steps.push(entry.kind);
      entries.push(entry);
    },
    store: {
      load: () => world.saved,
      save: (kills) => {
        steps.push('save');
        world.saved = structuredClone(kills);
      },
    },
    now: () => 1_000,
    newId: () => `k${++ids}`,
    onChange: () => {},
    patienceMs: 50,
    ...over,
  };
  const session = (name: string, more: Partial<KillSession> = {}): KillSession => ({
    sessionId: name,
    name,
    connectionId: `con ${name}`,
    clientId: 'cursor',
    serverId: `srv ${name}`,
    remote: false,
    refuse: () => void steps.push(`refuse ${name}`),
    cancelInFlight: () => {
      steps.push(`cancel ${name}`);
      return [item('call', `call ${name}`)];
    },
    stopServer: async () => {
      steps.push(`end ${name}`);
      await Promise.resolve();
      steps.push(`ended ${name}`);
      return [item('process', `${name}/1`, { pid: 1 })];
    },
    ...more,
  });
  return { ...world, world, ports, session, killSwitch: makeKillSwitch(ports) };
}

const all: KillScope = { kind: 'all' };
const target = (name: string, clientId = 'cursor') => ({
  clientId,
  serverId: `srv ${name}`,
  connectionId: `con ${name}`,
});
const fails = (): never => {
  throw new Error('broken');
};

describe('throwing the switch', () => {
  test('goes in this order: refuse, save, deny, cancel, end, close remotes, verify', async () => {
    const { killSwitch, sessions, session, steps } = aSwitch();
    sessions.push(session('r', { remote: true }), session('a'), session('b'));
    await killSwitch.throwKill(all, 'tray', 'ada');
    expect(steps).toEqual([
      'refuse r',
      'refuse a',
      'refuse b',
      'save',
      'kill.thrown',
      'deny',
      'cancel r',
      'cancel a',
      'cancel b',
      'end a',
      'end b',
      'ended a',
      'ended b',
      'end r',
      'ended r',
      'look r a b',
      'kill.verified',
    ]);
  });

  test('has saved and refused everything when the call returns', () => {
    const { killSwitch, sessions, session, steps, world } = aSwitch();
    sessions.push(session('a'));
    const report = killSwitch.throwKill(all, 'tray', 'ada', 'odd calls');
    expect(steps.slice(0, 2)).toEqual(['refuse a', 'save']);
    expect(killSwitch.refusal(target('a'))).toContain('thrown by ada');
    expect(world.saved).toEqual([
      { id: 'k1', scope: all, origin: 'tray', by: 'ada', at: 1_000, reason: 'odd calls' },
    ]);
    return report;
  });

  test('reports every session, approval, call and process', async () => {
    const { killSwitch, sessions, session } = aSwitch();
    sessions.push(session('a', { pid: 7 }), session('b'));
    const report = await killSwitch.throwKill(all, 'tray', 'ada');
    expect(report).toMatchObject({ verified: true, survivors: [], kill: { id: 'k1' } });
    expect(report.items.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual([
      'approval card a',
      'approval card b',
      'call call a',
      'call call b',
      'process a/1',
      'process b/1',
      'session a',
      'session b',
    ]);
    expect(report.items.find(({ id }) => id === 'a')).toMatchObject({ pid: 7 });
    expect(report.forwardingStoppedMs).toBeLessThanOrEqual(report.processesGoneMs);
    expect(KillReport.parse(report)).toEqual(report);
  });

  test.each<[KillScope, string[]]>([
    [{ kind: 'client', clientId: 'vscode' }, ['b']],
    [{ kind: 'server', serverId: 'srv a' }, ['a']],
    [{ kind: 'connection', connectionId: 'con c' }, ['c']],
    [{ kind: 'client', clientId: 'nobody' }, []],
  ])('touches only what %j covers', async (scope, names) => {
    const { killSwitch, sessions, session, steps } = aSwitch();
    sessions.push(session('a'), session('b', { clientId: 'vscode' }), session('c'));
    await killSwitch.throwKill(scope, 'dashboard', 'ada');
    expect(steps.filter((step) => step.startsWith('ended'))).toEqual(
      names.map((name) => `ended ${name}`),
    );
    const refused = ['a', 'b', 'c'].filter(
      (name) => killSwitch.refusal(target(name, name === 'b' ? 'vscode' : 'cursor')) !== undefined,
    );
    expect(refused).toEqual(names);
  });

  test('takes a session that opens meanwhile', async () => {
    const { killSwitch, sessions, session, steps } = aSwitch();
    const late = session('late');
    sessions.push(
      session('a', {
        stopServer: async () => {
          sessions.push(late);
          return [];
        },
      }),
    );
    expect(await killSwitch.throwKill(all, 'tray', 'ada')).toMatchObject({ verified: true });
    expect(steps).toContain('refuse late');
    expect(steps).toContain('ended late');
    expect(steps).toContain('look a late');
  });

  test('writes what it did into the trail', async () => {
    const { killSwitch, sessions, session, entries } = aSwitch();
    sessions.push(session('a'));
    await killSwitch.throwKill({ kind: 'server', serverId: 'srv a' }, 'tray', 'ada', 'odd calls');
    expect(entries).toEqual([
      {
        kind: 'kill.thrown',
        person: 'ada',
        detail: 'ada stopped this server (server srv a) from tray (kill k1): odd calls',
      },
      {
        kind: 'kill.verified',
        person: 'ada',
        detail:
          'Kill of server srv a: 1 sessions, 1 approvals, 1 calls, 1 processes, 0 remote sessions. Nothing survived.',
      },
    ]);
  });
});

describe('a survivor', () => {
  const left = item('process', 'a/9', { pid: 9, stopped: false, detail: 'It is still running.' });

  test('gets a second pass, after which the first result is put right', async () => {
    let looks = 0;
    const { killSwitch, sessions, session, steps } = aSwitch({
      survivors: async () => (++looks === 1 ? [left] : []),
    });
    sessions.push(session('a', { stopServer: async () => [left] }));
    const report = await killSwitch.throwKill(all, 'tray', 'ada');
    expect(steps).toContain('second pass');
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(report.items.find(({ id }) => id === 'a/9')).toMatchObject({
      stopped: true,
      detail: 'It was killed in a second pass.',
    });
  });

  test('of both is named, and nothing is called verified', async () => {
    const { killSwitch, sessions, session, entries } = aSwitch({ survivors: async () => [left] });
    sessions.push(session('a'));
    const report = await killSwitch.throwKill(all, 'tray', 'ada');
    expect(report).toMatchObject({ verified: false, survivors: [left] });
    expect(report.items).toContainEqual(left);
    expect(entries.at(-1)?.detail).toContain(
      'NOT verified, 1 survivors. a/9: It is still running.',
    );
  });
});

describe('whatever breaks', () => {
  const broken: [string, Partial<KillPorts>, KillItem['kind'], boolean][] = [
    ['the list of sessions', { sessions: fails }, 'session', false],
    ['the approval queue', { denyWaiting: fails }, 'approval', false],
    ['the look for survivors', { survivors: fails }, 'process', false],
    ['the look, which hangs,', { survivors: () => new Promise(() => {}) }, 'process', false],
    ['the audit trail', { record: fails }, 'record', true],
    ['the page', { onChange: fails }, 'record', true],
    ['the disk', { store: { load: () => [], save: fails } }, 'record', true],
  ];

  test.each(broken)('%s does not stop the kill', async (_, over, kind, verified) => {
    const { killSwitch, sessions, session, steps } = aSwitch(over);
    sessions.push(session('a'));
    const report = await killSwitch.throwKill(all, 'tray', 'ada');
    const named = report.items.filter((each) => !each.stopped);
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named.map((each) => each.kind))).toEqual(new Set([kind]));
    expect(report.verified).toBe(verified);
    expect(killSwitch.refusal(target('a'))).toBeDefined();
    if (over.sessions === undefined) expect(steps).toContain('ended a');
  });

  test.each<[string, Partial<KillSession>]>([
    ['refuses to be refused', { refuse: fails }],
    ['cannot cancel', { cancelInFlight: fails }],
    ['cannot be ended', { stopServer: () => Promise.reject(new Error('broken')) }],
    ['cannot even begin to end', { stopServer: fails }],
    ['never ends', { stopServer: () => new Promise(() => {}) }],
  ])('a session that %s holds up no other', async (_, more) => {
    const { killSwitch, sessions, session, steps } = aSwitch();
    sessions.push(session('bad', more), session('good'));
    const report = await killSwitch.throwKill(all, 'tray', 'ada');
    const open = report.items.filter((each) => !each.stopped);
    expect(open).toMatchObject([{ kind: 'session', id: 'bad' }]);
    expect(report.verified).toBe(false);
    expect(steps).toContain('ended good');
  });
});

describe('throwing it again', () => {
  test('while it runs shares the pass', async () => {
    const { killSwitch, sessions, session, steps } = aSwitch();
    sessions.push(session('a'));
    const [one, two] = await Promise.all([
      killSwitch.throwKill(all, 'tray', 'ada'),
      killSwitch.throwKill(all, 'shortcut', 'ada'),
    ]);
    expect(two).toBe(one);
    expect(steps.filter((step) => step === 'end a')).toHaveLength(1);
    expect(killSwitch.inForce()).toHaveLength(1);
  });

  test('later runs another pass under the same kill', async () => {
    const { killSwitch, sessions, session, steps, entries } = aSwitch();
    await killSwitch.throwKill(all, 'tray', 'ada');
    sessions.push(session('a'));
    const report = await killSwitch.throwKill(all, 'command-line', 'bob');
    expect(report.kill).toMatchObject({ id: 'k1', by: 'ada' });
    expect(steps).toContain('ended a');
    expect(killSwitch.inForce()).toHaveLength(1);
    expect(entries.at(-2)?.detail).toContain('bob stopped everything');
  });

  test("of IT stands beside a person's", async () => {
    const { killSwitch } = aSwitch();
    await killSwitch.throwKill(all, 'tray', 'ada');
    await killSwitch.throwKill(all, 'managed', 'IT');
    expect(killSwitch.inForce().map(({ origin }) => origin)).toEqual(['tray', 'managed']);
    expect(killSwitch.resume('k1', 'fine', { kind: 'person', name: 'ada' })).toMatchObject({
      ok: true,
    });
    expect(killSwitch.refusal(target('a'))).toContain('only IT can resume it');
  });

  test('with another scope at the same time is another kill', async () => {
    const { killSwitch, sessions, session } = aSwitch();
    sessions.push(session('a'));
    const reports = await Promise.all([
      killSwitch.throwKill(all, 'tray', 'ada'),
      killSwitch.throwKill({ kind: 'client', clientId: 'cursor' }, 'tray', 'ada'),
    ]);
    expect(reports.map(({ kill }) => kill.id)).toEqual(['k1', 'k2']);
    expect(killSwitch.inForce()).toHaveLength(2);
  });
});

describe('a kill in force', () => {
  const managed: Kill = { id: 'm', scope: all, origin: 'managed', by: 'IT', at: 0 };
  const own: Kill = { ...managed, id: 'o', origin: 'tray', by: 'ada' };
  const ada = { kind: 'person', name: 'ada' } as const;

  test('comes back with the next start', () => {
    const { killSwitch } = aSwitch({}, [own]);
    expect(killSwitch.inForce()).toEqual([own]);
    expect(killSwitch.refusal(target('a'))).toContain('thrown by ada');
  });

  test('is there after a crash right after the click', () => {
    const first = aSwitch();
    first.sessions.push(
      first.session('a', { refuse: fails, stopServer: () => new Promise(() => {}) }),
    );
    void first.killSwitch.throwKill(all, 'tray', 'ada');
    const next = aSwitch({}, first.world.saved);
    expect(next.killSwitch.refusal(target('a'))).toBeDefined();
  });

  test('is lifted by a person with a reason, which is in the trail', () => {
    const { killSwitch, entries, world } = aSwitch({}, [own]);
    expect(killSwitch.resume('o', ' false alarm ', ada)).toEqual({ ok: true, value: null });
    expect(killSwitch.refusal(target('a'))).toBeUndefined();
    expect(world.saved).toEqual([]);
    expect(entries).toEqual([
      { kind: 'kill.lifted', person: 'ada', detail: 'ada resumed everything (all): false alarm' },
    ]);
  });

  test.each([
    ['kill-unknown', 'nobody', 'fine', ada],
    ['reason-missing', 'o', '  ', ada],
    ['kill-managed', 'm', 'fine', ada],
    ['kill-managed', 'm', 'fine', { kind: 'person', name: 'managed' } as const],
    ['kill-personal', 'o', 'fine', { kind: 'managed' } as const],
  ])('stays: %s', (code, id, reason, by) => {
    const { killSwitch, steps } = aSwitch({}, [own, managed]);
    expect(killSwitch.resume(id, reason, by)).toMatchObject({ problem: { code } });
    expect(killSwitch.inForce()).toEqual([own, managed]);
    expect(steps).toEqual([]);
  });

  test("of IT is lifted by IT's bundle", () => {
    const { killSwitch } = aSwitch({}, [managed]);
    expect(killSwitch.resume('m', 'incident closed', { kind: 'managed' })).toMatchObject({
      ok: true,
    });
    expect(killSwitch.inForce()).toEqual([]);
  });

  test.each<[string, Partial<KillPorts>]>([
    ['audit-unwritable', { record: fails }],
    ['kill-state-unwritable', { store: { load: () => [own], save: fails } }],
  ])('stays when lifting it cannot be kept: %s', (code, over) => {
    const { killSwitch } = aSwitch(over, [own]);
    expect(killSwitch.resume('o', 'fine', ada)).toMatchObject({ problem: { code } });
    expect(killSwitch.refusal(target('a'))).toBeDefined();
  });

  test.each<[string, Partial<KillPorts>, unknown]>([
    ['throws', { store: { load: fails, save: () => {} } }, []],
    ['is no list', {}, 'kills'],
    ['is absent in a way that means nothing', {}, null],
    ['holds something that is no kill', {}, [own, { id: 'x' }]],
  ])('of everything is assumed when the saved state %s', (_, over, saved) => {
    const { killSwitch } = aSwitch(over, saved);
    expect(killSwitch.inForce()).toMatchObject([{ scope: all, by: 'Airlock' }]);
    expect(killSwitch.refusal(target('a'))).toContain('could not read which kills are in force');
    const [{ id } = { id: '' }] = killSwitch.inForce();
    expect(killSwitch.resume(id, 'looked at it', ada)).toMatchObject({ ok: true });
    expect(killSwitch.refusal(target('a'))).toBeUndefined();
  });

  test('that was assumed is saved with the next one', async () => {
    const { killSwitch, world } = aSwitch({}, 'garbage');
    await killSwitch.throwKill(all, 'tray', 'ada');
    expect(world.saved).toMatchObject([{ by: 'Airlock' }, { by: 'ada' }]);
  });
});
