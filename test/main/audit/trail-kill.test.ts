import { expect, test } from 'vitest';
import { killWhileWriting } from './trail-kill.ts';
import { trailPath } from './trail-support.ts';

test.each(['forever', 'journal'] as const)(
  'twenty kill -9 under load (%s) lose nothing that was acknowledged and leave no call open',
  async (how) => {
    const path = trailPath();
    let acknowledged = 0;
    for (let round = 0; round < 20; round += 1) {
      acknowledged += await killWhileWriting(path, `r${round}`, 1 + ((round * 97) % 400), how);
    }
    expect(acknowledged).toBeGreaterThan(20);
  },
  120_000,
);
