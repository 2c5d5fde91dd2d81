import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { callLedger } from '../soak/call-ledger.ts';
import { killRounds, noKills } from '../soak/kill-rounds.ts';
import { appTarget, runTarget } from '../soak/kill-target.ts';
import { seeded } from '../soak/seeded.ts';

const rounds = 3;
const targets = { 'the app': appTarget, 'airlock run': runTarget };

// The thousand of them are in test/soak/app-kill.test.ts. Windows has no `ps` to look at what a kill left.
for (const [name, makeTarget] of Object.entries(process.platform === 'win32' ? {} : targets)) {
  test(`kill -9 of ${name} under load leaves a whole chain and no call without its opening entry`, async () => {
    test.setTimeout(600_000);
    const target = await makeTarget();
    const count = noKills();
    await killRounds(target, { rounds, random: seeded(7) }, count);
    expect(count.problems).toEqual([]);
    expect(count.rounds).toBe(rounds);
    expect(count.reached).toBeGreaterThan(0);
    expect(count.interrupted).toBeGreaterThan(0);

    // What all of this rests on: a call that the trail does not know is seen.
    appendFileSync(target.logFile, 'call r9-unknown\n');
    const { problems } = await callLedger(
      join(target.home.data, 'trail.db'),
      target.logFile,
    ).look();
    expect(problems).toEqual(['r9-unknown reached a server without its opening entry.']);
    target.home.remove();
  });
}
