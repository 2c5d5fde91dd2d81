import path from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../fakes/stubborn-tree.ts';
import { aHome, linesOf } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const silent = path.resolve(import.meta.dirname, '../fakes/silent-probe-server.mjs');
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
    () =>
      app.entries('problem').some(({ detail }) => detail?.includes('speaks the newer protocol')),
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

test('a kill ends a probe that is under way, and names it', async () => {
  const home = aHome();
  const pids = home.file('pids');
  home.connect('silent', process.execPath, [silent, pids]);
  const app = await startApp(home);
  const bridge = aBridge(home, 'con_silent');
  await bridge.ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'tester', version: '1' },
  });
  await until(() => linesOf(pids).length === 2, 'the probe');
  const report = await app.kill({ kind: 'all' }, 'dashboard', 'Enough.');
  expect(report).toMatchObject({ verified: true, survivors: [] });
  expect(report.items.map((item) => item.name).join()).toContain('its protocol is found out');
  expect(linesOf(pids).map(Number).filter(isAlive)).toEqual([]);
});
