import { expect, test } from 'vitest';
import { killWhileWriting } from './trail-kill.ts';
import { trailPath } from './trail-support.ts';

test('twenty kill -9 under load lose nothing that was acknowledged and leave no call open', async () => {
  const path = trailPath();
  let acknowledged = 0;
  for (let round = 0; round < 20; round += 1) {
    acknowledged += await killWhileWriting(path, `r${round}`, 1 + ((round * 97) % 400));
  }
  expect(acknowledged).toBeGreaterThan(20);
}, 120_000);
