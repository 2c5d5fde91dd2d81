import { expect, test } from 'vitest';
import { rewriteUnderWatch } from '../../fakes/configs/rewriting.ts';

test.each([
  { pauseMs: 50, seconds: 3, seed: 1, reads: 0 },
  { pauseMs: 50, seconds: 3, seed: 2, reads: 0.9 },
])(
  'no edit is lost and no loop begun beside a client that rewrites its file: %o',
  async (how) => {
    const outcome = await rewriteUnderWatch(how);
    expect(outcome.errors).toEqual([]);
    expect(outcome.written).toBeGreaterThan(10);
    expect(outcome.inFile).toBe(outcome.written);
    expect(outcome.reapplied).toBeLessThanOrEqual(6);
    expect(outcome.allRouted || outcome.gaveUp === 1).toBe(true);
  },
  60_000,
);
