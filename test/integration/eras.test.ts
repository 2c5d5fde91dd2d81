import path from 'node:path';
import { expect, test } from 'vitest';
import { aHome } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const modern = path.resolve(import.meta.dirname, '../fakes/modern-server.mjs');

test('an older client reaches a server of the newer protocol from its second connection on', async () => {
  const home = aHome();
  home.connect('modern', process.execPath, [modern]);
  const app = await startApp(home);

  const first = aBridge(home, 'con_modern');
  const refused = await first.ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'tester', version: '1' },
  });
  expect(refused.error).toBeDefined();
  await until(
    () => app.state().policy.problems.some((each) => each.includes('speaks the newer protocol')),
    'the finding',
  );
  await first.leave();

  const second = aBridge(home, 'con_modern');
  expect(await second.greet()).toContain('get_word');
  expect(await second.call('get_word', { word: 'airlock' })).toEqual({
    text: 'the word is airlock',
    isError: false,
  });
  await until(() => app.entries('call.closed').length === 1, 'the closing entry');
  expect(app.entries('call.closed')[0]).toMatchObject({
    outcome: 'ok',
    tool: { name: 'get_word' },
  });
});

test('a server that both understand is never started twice', async () => {
  const home = aHome();
  home.record('plain');
  await startApp(home);
  const bridge = aBridge(home, 'con_plain');
  await bridge.greet();
  const initialized = home.received('plain').filter((line) => line.includes('"initialize"'));
  expect(initialized).toHaveLength(1);
  expect(home.received('plain').join('\n')).not.toContain('server/discover');
});
