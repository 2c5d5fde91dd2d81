import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { airlock } from '../e2e/airlock-app.ts';
import type { Said } from '../fakes/agent.ts';
import { cursor } from './desk.ts';
import { until } from './ledger.ts';
import type { Stage } from './stage.ts';

/** True while a process with this id runs; one that ended and was not yet collected still has an id on Linux. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process.
    return false;
  }
}

/** A refusal may come as a tool result or as an error; both are no. */
const refusal = (said: Promise<Said>): Promise<Said> =>
  said.catch((error: unknown) => ({ text: String(error), isError: true }));

/** One press stops everything, and is known to have worked. */
export async function killSwitch(stage: Stage): Promise<void> {
  const { desk, ledger } = stage;
  const { check } = ledger;
  ledger.act('Stop everything');
  const agent = await stage.agent(cursor, 'files');
  const path = join(desk.work, 'late.txt');
  const waiting = refusal(agent.call('write_file', { path, content: 'late' }));
  await stage.app().approval();
  const pids = (await stage.app().state()).sessions.flatMap(({ pid }) => pid ?? []);
  const dashboard = await stage.app().dashboard();

  await check(`the kill switch in the dashboard reports that all of it is gone`, async () => {
    assert.ok(pids.length > 0 && pids.every(runs), 'servers run before');
    await dashboard.getByTestId('kill').click();
    await dashboard.getByRole('menuitem', { name: /stop everything/i }).click();
    await dashboard.getByTestId('confirm-kill').click();
    await dashboard.getByRole('dialog', { name: 'What was stopped' }).waitFor({ timeout: 30_000 });
    const { lastKill, protection } = await stage.app().state();
    assert.equal(protection, 'stopped');
    assert.equal(lastKill?.verified, true);
    assert.deepEqual(lastKill?.survivors, []);
    stage.states.set('stopped', await stage.app().state());
    await dashboard.getByRole('button', { name: 'Done' }).click();
  });
  await check('the call that waited was denied, and wrote nothing', async () => {
    const said = await waiting;
    assert.equal(said.isError, true);
    assert.match(said.text, /stopped|kill|closed/i);
    assert.ok(!existsSync(path));
  });
  await check(`the operating system knows none of the servers any more`, () =>
    until('no server runs', () => !pids.some(runs), 5),
  );
  await check(
    'calls are refused while it is stopped, by old connections and new ones',
    async () => {
      const reading = { path: join(desk.work, 'notes.txt') };
      assert.equal((await refusal(agent.call('read_text_file', reading))).isError, true);
      const late = stage.agent(cursor, 'files').then((one) => one.call('read_text_file', reading));
      assert.equal((await refusal(late)).isError, true);
    },
  );
  await check('no command lifts it', async () => {
    assert.equal((await airlock(desk, 'resume')).code, 2);
    assert.equal((await stage.app().state()).protection, 'stopped');
  });
  await check('a person in the dashboard resumes with a reason, and reads run again', async () => {
    await dashboard.getByTestId('resume').click();
    await dashboard.getByRole('textbox', { name: /reason/i }).fill('checked with the team');
    await dashboard.getByTestId('confirm-resume').click();
    await until('it is resumed', async () => (await stage.app().state()).protection !== 'stopped');
    const again = await stage.agent(cursor, 'files');
    const said = await again.call('read_text_file', { path: join(desk.work, 'notes.txt') });
    assert.equal(said.isError, false);
  });
}
