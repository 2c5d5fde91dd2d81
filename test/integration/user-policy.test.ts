import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Settings } from '../../shared/settings.ts';
import { aHome } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

/** A greeted client under a policy file; without text there is none. */
async function aDesk(policy: string | undefined, settings: Partial<Settings> = {}) {
  const home = aHome();
  const file = join(home.data, 'policy.cedar');
  const { id } = home.record('notes');
  if (policy !== undefined) writeFileSync(file, policy, { mode: 0o600 });
  const app = await startApp(home, settings);
  const bridge = aBridge(home, id);
  await bridge.greet();
  const received = (tool: string) => home.received('notes').filter((line) => line.includes(tool));
  return { home, file, app, bridge, received };
}

const everything = 'permit (principal, action, resource);';

test('without a policy file reading runs and writing asks, by the built-in rules', async () => {
  const { app, bridge } = await aDesk(undefined);
  expect(app.state().policy).toMatchObject({ problems: [] });
  expect(app.state().policy.rules).toBeGreaterThan(5);
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  bridge.send('tools/call', { name: 'write_note' });
  expect((await app.card('write_note')).rules[0]?.source).toBe('built-in');
});

test('where a rule cannot be read everything asks, and the line is shown', async () => {
  const { app, bridge, received } = await aDesk(
    `${everything}\n\nforbid (principal, action == ;\n`,
  );
  expect(app.state().policy.problems.join()).toMatch(/policy\.cedar, line 3: .*everything asks/);
  expect(app.state().protection).toBe('attention');
  for (const tool of ['get_note', 'write_note']) {
    bridge.send('tools/call', { name: tool });
    const card = await app.card(tool);
    expect(card.rules.map((rule) => rule.id)).toContain('broken-rule');
    expect(received(tool)).toEqual([]);
  }
});

test('a policy file that could never be read lets nothing but reading through', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  writeFileSync(join(home.data, 'policy.cedar'), Buffer.from([0xff, 0xfe, 0xff]));
  const app = await startApp(home);
  expect(app.state().policy.problems.join()).toMatch(
    /policy\.cedar cannot be read: it is not UTF-8/,
  );
  const bridge = aBridge(home, id);
  await bridge.greet();
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  expect(await bridge.call('write_note')).toMatchObject({
    isError: true,
    text: expect.stringContaining('only reading is let through'),
  });
  expect(home.received('notes').join()).not.toContain('write_note');
});

test('a rule that is added while the app runs holds for the next call', async () => {
  const { app, bridge, file, received } = await aDesk(everything);
  expect(await bridge.call('write_note')).toMatchObject({ isError: false });
  writeFileSync(
    file,
    `${everything}\n@id("no-writes") @text("Nothing is written today.")\nforbid (principal, action == Action::"callTool", resource) when { resource.risk == "write" };`,
  );
  await until(() => app.entries('policy.loaded').length > 1, 'the new policy');
  const { isError, text } = await bridge.call('write_note');
  expect(isError).toBe(true);
  expect(text).toMatch(
    /^Airlock refused write_note: rule "no-writes" \(user\) says: Nothing is written today\./,
  );
  expect(received('write_note')).toHaveLength(1);
  await until(() => app.entries('call.closed')[0]?.outcome === 'denied-by-policy');
});

test('monitor mode forwards and says so in the trail, and a kill still refuses', async () => {
  const { app, bridge, received } = await aDesk(undefined, { mode: 'monitor' });
  expect(app.state().protection).toBe('monitor');
  expect(await bridge.call('write_note')).toMatchObject({ isError: false });
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  expect(received('write_note')).toHaveLength(1);
  await until(() => app.entries('call.closed').length === 2);
  const [read, write] = app.entries('call.closed');
  expect(write).toMatchObject({ monitor: true, decision: { decision: 'ask' }, outcome: 'ok' });
  expect(read?.monitor).toBeUndefined();
  expect(app.approvals().cards).toEqual([]);

  const hanging = bridge.send('tools/call', { name: 'get_nothing' });
  await until(() => received('get_nothing').length === 1);
  const report = await app.kill({ kind: 'all' }, 'tray');
  expect(report).toMatchObject({ verified: true });
  expect((await bridge.answer(hanging)).result).toMatchObject({ isError: true });
  expect(app.state().protection).toBe('stopped');
});
