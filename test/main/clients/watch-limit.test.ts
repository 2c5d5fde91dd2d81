import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptLimit } from '../../../main/clients/watch-limit.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('the limit of writes to one file', () => {
  test('lets three through in a minute, and others a minute later', () => {
    const limit = attemptLimit();
    expect([0, 1, 2].map((at) => limit.take(at))).toEqual([true, true, true]);
    const slow = attemptLimit();
    expect([0, 1, 2, 3, 4].map((n) => slow.take(n * 25_000))).toEqual(Array(5).fill(true));
  });

  test('gives up at the fourth until the file has lain still for a minute', () => {
    const limit = attemptLimit();
    for (const at of [0, 1, 2]) limit.take(at);
    expect(limit.take(10)).toBe(false);
    expect(limit.waitMs(10)).toBe(minute);
    limit.changed(30_000);
    expect(limit.waitMs(minute + 10)).toBe(29_990);
    expect(limit.take(89_999)).toBe(false);
    expect(limit.waitMs(90_000)).toBe(0);
    expect(limit.take(90_000)).toBe(true);
  });

  test('waits twice as long each time, at most an hour, and starts anew after a good hour', () => {
    const limit = attemptLimit();
    const waits: number[] = [];
    let now = 0;
    const wearOut = () => {
      while (limit.take(now)) now += 1;
      waits.push(limit.waitMs(now) / minute);
      now += limit.waitMs(now);
    };
    for (let round = 0; round < 8; round += 1) wearOut();
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    limit.take(now);
    now += hour + 1;
    waits.length = 0;
    wearOut();
    expect(waits).toEqual([1]);
  });

  test('quiet that was over before the file changed again has ended the waiting', () => {
    const limit = attemptLimit();
    for (const at of [0, 1, 2, 3]) limit.take(at);
    limit.changed(2 * minute);
    expect(limit.waitMs(2 * minute)).toBe(0);
  });

  test('a person may have it tried at once', () => {
    const limit = attemptLimit();
    for (const at of [0, 1, 2, 3]) limit.take(at);
    limit.reset();
    expect(limit.take(4)).toBe(true);
  });

  test('never lets more than three through within a minute, whatever happens', () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 2 * minute }),
      change: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const limit = attemptLimit();
        const taken: number[] = [];
        let now = 0;
        for (const { after, change } of steps) {
          now += after;
          if (change) limit.changed(now);
          else if (limit.take(now)) taken.push(now);
        }
        for (const at of taken) {
          expect(taken.filter((one) => one >= at && one - at < minute).length).toBeLessThan(4);
        }
      }),
    );
  });
});
