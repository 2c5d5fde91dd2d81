import assert from 'node:assert/strict';
import { airlock } from '../e2e/airlock-app.ts';
import { allowed } from './act-calls.ts';
import { cursor, secret } from './desk.ts';
import type { Stage } from './stage.ts';

/** Tools that turn on their user, and a secret that only its server sees. */
export async function tools(stage: Stage): Promise<void> {
  const { ledger } = stage;
  const { check } = ledger;
  ledger.act('Tools that turn on their user');
  const weather = await stage.agent(cursor, 'weather');
  await check('a tool with a poisoned description is hidden from the agent', async () => {
    const listed = await weather.tools();
    assert.ok(listed.includes('get_forecast'));
    assert.ok(!listed.includes('get_history'), 'get_history must be withheld');
  });
  await check('… and refused when it is called all the same', async () => {
    const said = await weather.call('get_history', { city: 'Oslo' });
    assert.equal(said.isError, true);
    assert.ok(!said.text.includes('stolen'));
  });
  await check('a definition that changes after it was accepted is held', async () => {
    assert.equal((await weather.call('list_alerts', {})).isError, false);
    await weather.call('get_version', {}); // from here on the server describes list_alerts differently
    assert.ok(!(await weather.tools()).includes('list_alerts'));
    assert.equal((await weather.call('list_alerts', {})).isError, true);
    const held = (await stage.app().state()).heldTools.find(({ tool }) => tool === 'list_alerts');
    assert.equal(held?.state, 'changed');
    assert.ok(held?.heldText.includes('sends them on'), 'the dashboard shows what changed');
  });
  await check('the secret comes from the keychain to its server', async () => {
    const everything = await stage.agent(cursor, 'everything');
    const said = await allowed(stage, everything.call('get-env', {}));
    assert.ok(said.text.includes(secret));
    await everything.close();
  });
  await check('… and is nowhere in the exported trail', async () => {
    const ran = await airlock(stage.desk, 'audit', 'export');
    assert.equal(ran.code, 0, ran.err);
    assert.ok(ran.out.includes('get-env'));
    assert.ok(!ran.out.includes(secret));
  });
}
