import { describe, expect, test } from 'vitest';
import { type ModeInputs, modeOf, relax } from '../../../main/managed/mode.ts';
import type { ServerFacts } from '../../../main/managed/server-match.ts';

const server: ServerFacts = {
  id: 'srv_1',
  transport: 'stdio',
  label: 'npx files',
  command: 'npx',
  args: ['files'],
};
const other: ServerFacts = { ...server, id: 'srv_2' };
const minute = 60_000;
const inputs = (more: Partial<ModeInputs> = {}): ModeInputs => ({
  managed: true,
  bundle: { mode: 'enforce', modes: [] },
  own: undefined,
  enforced: false,
  relaxations: [],
  ...more,
});
const mode = (more: Partial<ModeInputs>, now = 0) => modeOf(inputs(more), server, now).mode;

describe('the mode of a server', () => {
  test("is the person's own where the machine is not managed", () => {
    expect(mode({ managed: false, bundle: undefined })).toBe('enforce');
    expect(mode({ managed: false, bundle: undefined, own: 'monitor' })).toBe('monitor');
  });

  test("is IT's, for the server before for all, and stricter if the person wants", () => {
    const modes = [{ server: { id: 'srv_1' }, mode: 'monitor' as const }];
    expect(mode({ bundle: { mode: 'monitor', modes: [] } })).toBe('monitor');
    expect(mode({ bundle: { mode: 'monitor', modes: [] }, own: 'enforce' })).toBe('enforce');
    expect(mode({ bundle: { mode: 'enforce', modes: [] }, own: 'monitor' })).toBe('enforce');
    expect(mode({ bundle: { mode: 'enforce', modes } })).toBe('monitor');
    expect(modeOf(inputs({ bundle: { mode: 'enforce', modes } }), other, 0).mode).toBe('enforce');
    expect(mode({ bundle: undefined, own: 'monitor' })).toBe('enforce');
    expect(mode({ bundle: { mode: 'monitor', modes: [] }, enforced: true })).toBe('enforce');
  });
});

describe('a relaxation', () => {
  const bundle: ModeInputs['bundle'] = {
    mode: 'enforce',
    modes: [],
    relaxations: { maxMinutes: 30, servers: [{ id: 'srv_1' }] },
  };
  const ask = { minutes: 20, reason: 'incident 12' };

  test('holds for its time, with a countdown, for its server alone', () => {
    const made = relax(inputs({ bundle }), server, ask, 0);
    if (!made.ok) throw new Error(made.problem.message);
    const relaxed = inputs({ bundle, relaxations: [made.value] });
    expect(modeOf(relaxed, server, 5 * minute)).toMatchObject({
      mode: 'monitor',
      source: 'relaxation',
      remaining: 15 * minute,
      sentence: expect.stringContaining('15 min'),
    });
    expect(modeOf(relaxed, server, 20 * minute).mode).toBe('enforce');
    expect(modeOf(relaxed, other, 0).mode).toBe('enforce');
  });

  test('ends with the policy that allowed it, and never outlives what the policy now allows', () => {
    const relaxations = [{ serverId: 'srv_1', from: 0, until: 30 * minute, reason: 'x' }];
    expect(mode({ bundle, relaxations }, 25 * minute)).toBe('monitor');
    expect(mode({ bundle: { mode: 'enforce', modes: [] }, relaxations }, 1)).toBe('enforce');
    expect(
      mode({ bundle: { ...bundle, relaxations: { maxMinutes: 10 } }, relaxations }, 11 * minute),
    ).toBe('enforce');
    expect(mode({ bundle, relaxations, enforced: true }, 1)).toBe('enforce');
    // One that claims to begin in the future, or to last for ever, was not made here.
    expect(
      mode({ bundle, relaxations: [{ serverId: 'srv_1', from: 5, until: 1e15, reason: 'x' }] }, 1),
    ).toBe('enforce');
    expect(
      mode(
        { bundle, relaxations: [{ serverId: 'srv_1', from: 0, until: 1e15, reason: 'x' }] },
        31 * minute,
      ),
    ).toBe('enforce');
  });

  test.each([
    [
      'where the policy has none',
      { bundle: { mode: 'enforce' as const, modes: [] } },
      server,
      ask,
      'relaxation-forbidden',
    ],
    ['of another server', { bundle }, other, ask, 'relaxation-forbidden'],
    ['under a floor', { bundle, enforced: true }, server, ask, 'relaxation-forbidden'],
    ['for too long', { bundle }, server, { ...ask, minutes: 31 }, 'relaxation-too-long'],
    ['for no time', { bundle }, server, { ...ask, minutes: Number.NaN }, 'relaxation-too-long'],
    ['without a reason', { bundle }, server, { ...ask, reason: ' ' }, 'reason-missing'],
  ])('is not to be had %s', (_, more, facts, asked, code) => {
    expect(relax(inputs(more), facts, asked, 0)).toMatchObject({ ok: false, problem: { code } });
  });
});
