import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePoller, type PollPorts, waitAfter } from '../../../main/managed/poll.ts';

/** A poller whose checks end when the test says, and whose clock the test turns. */
function rig() {
  const ends: ((good: boolean) => void)[] = [];
  const waits: { ms: number; call: () => void }[] = [];
  const ports: PollPorts = {
    check: () => new Promise((resolve) => ends.push(resolve)),
    interval: () => 100_000,
    random: () => 0.5,
    after(ms, call) {
      const one = { ms, call };
      waits.push(one);
      return () => void waits.splice(waits.indexOf(one), 1);
    },
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { ends, waits, poller: makePoller(ports), settle };
}

describe('the poller', () => {
  test('checks at once, and again after its interval', async () => {
    const { ends, waits, settle } = rig();
    expect(ends).toHaveLength(1);
    ends[0]?.(true);
    await settle();
    expect(waits.map(({ ms }) => ms)).toEqual([100_000]);
    waits[0]?.call();
    expect(ends).toHaveLength(2);
  });

  test('joins all who ask during a check in one more after it', async () => {
    const { ends, poller, settle, waits } = rig();
    const asked = Promise.all([poller.checkNow(), poller.checkNow(), poller.checkNow()]);
    expect(ends).toHaveLength(1);
    ends[0]?.(true);
    await settle();
    expect([ends.length, waits.length]).toEqual([2, 0]);
    ends[1]?.(true);
    await asked;
    await settle();
    expect([ends.length, waits.length]).toEqual([2, 1]);
  });

  test('asks at once when it only waits, and counts the interval from then', async () => {
    const { ends, poller, settle, waits } = rig();
    ends[0]?.(true);
    await settle();
    void poller.checkNow();
    expect([ends.length, waits.length]).toEqual([2, 0]);
  });

  test('does nothing more when it was stopped', async () => {
    const { ends, poller, settle, waits } = rig();
    poller.stop();
    ends[0]?.(true);
    await settle();
    await poller.checkNow();
    expect([ends.length, waits.length]).toEqual([1, 0]);
  });
});

describe('the wait', () => {
  const random = fc.double({ min: 0, max: 0.999_999, noNaN: true });
  const interval = fc.integer({ min: 60_000, max: 86_400_000 });

  test('spreads around the interval after an answer, and never exceeds it after failures', () => {
    fc.assert(
      fc.property(fc.nat(2_000), interval, random, (failures, ms, chance) => {
        const wait = waitAfter(failures, ms, () => chance);
        if (failures === 0) {
          expect(wait).toBeGreaterThanOrEqual(Math.floor(ms * 0.8));
          expect(wait).toBeLessThanOrEqual(Math.ceil(ms * 1.2));
        } else {
          expect(wait).toBeGreaterThanOrEqual(5_000);
          expect(wait).toBeLessThanOrEqual(ms);
        }
      }),
    );
  });
});
