import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeBackoff } from '../../../main/upstream/backoff.ts';

function aBackoff(random = 0.999) {
  let time = 1_000_000;
  const backoff = makeBackoff({ now: () => time, random: () => random });
  const refusal = () => backoff.refusal('con_1', 'files', 'Cursor');
  return { backoff, refusal, pass: (ms: number) => (time += ms) };
}

describe('starting again', () => {
  test('needs no wait at first, nor after a server that lived', () => {
    const { backoff, refusal } = aBackoff();
    expect(refusal()).toBeUndefined();
    backoff.died('con_1', 5_000);
    expect(refusal()).toBeUndefined();
  });

  test('waits longer with every quick death, up to 30 s, and says so', () => {
    const { backoff, refusal } = aBackoff();
    const waits = Array.from({ length: 7 }, () => {
      backoff.died('con_1', 10);
      return /next try in (\d+) s/.exec(refusal() ?? '')?.[1];
    });
    expect(waits).toEqual(['1', '2', '4', '8', '16', '30', '30']);
    expect(refusal()).toBe(
      'The server "files" exited at once 7 times; next try in 30 s. If it goes on, correct the entry in Cursor.',
    );
  });

  test('goes on when the wait is over', () => {
    const { backoff, refusal, pass } = aBackoff();
    backoff.died('con_1', 10);
    expect(refusal()).toContain('exited at once; next try in 1 s');
    pass(999);
    expect(refusal()).toBeUndefined();
  });

  test('forgets the deaths after a life of five seconds', () => {
    const { backoff, refusal } = aBackoff();
    for (let n = 0; n < 5; n += 1) backoff.died('con_1', 10);
    backoff.died('con_1', 5_000);
    expect(refusal()).toBeUndefined();
    backoff.died('con_1', 10);
    expect(refusal()).toContain('next try in 1 s');
  });

  test('of one connection does not hold another up', () => {
    const { backoff } = aBackoff();
    backoff.died('con_1', 10);
    expect(backoff.refusal('con_2', 'git', 'Cursor')).toBeUndefined();
  });

  test('is spread over the whole wait and never beyond 30 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.nat(2_000), (thousandths, deaths) => {
        const random = thousandths / 1_000;
        const { backoff, refusal, pass } = aBackoff(random);
        for (let n = 0; n <= deaths; n += 1) backoff.died('con_1', 10);
        const most = Math.min(30_000, 1_000 * 2 ** Math.min(deaths, 20));
        expect(refusal()).toBeDefined();
        pass(random * most + 1);
        expect(refusal()).toBeUndefined();
      }),
    );
  });
});
