import { expect, onTestFinished, test, vi } from 'vitest';
import { aHome, must } from './home.ts';
import { type App, aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const attention = (app: App): string =>
  app
    .state()
    .attention.map((item) => item.text)
    .join('\n');

test('a server whose command does not exist is named where the person looks', async () => {
  const home = aHome();
  const { id } = home.connect('gone', 'no-such-server-anywhere', []);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  const sentence = /no-such-server-anywhere.*(not found|not installed|does not exist)/;
  expect((await bridge.ask('initialize')).error?.message).toMatch(sentence);
  expect(await bridge.call('get_note')).toMatchObject({
    isError: true,
    text: expect.stringMatching(sentence),
  });
  expect(app.session('gone')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(sentence),
  });
  expect(attention(app)).toMatch(/^gone in Cursor: /m);
  expect(app.state().protection).toBe('attention');
  await until(() => app.entries('call.closed').length === 1);
  expect(app.entries('call.closed')[0]).toMatchObject({
    outcome: 'refused',
    detail: expect.stringMatching(sentence),
  });
  const { error } = await bridge.ask('tools/list');
  expect(error?.code).toBe(-31003);
  await bridge.leave();
  await until(() => app.entries('session.closed').length === 1);
  // Why stays in sight until the client tries again, and then what came of that is.
  expect(app.state().sessions).toMatchObject([
    { connectionName: 'gone', state: 'failed', detail: expect.stringMatching(sentence) },
  ]);
  const again = aBridge(home, id);
  await again.ask('initialize');
  expect(app.state().sessions).toHaveLength(1);
});

test('a failure is out of sight after ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const home = aHome();
  const { id } = home.connect('gone', 'no-such-server-anywhere', []);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.ask('initialize');
  await bridge.leave();
  await until(() => app.entries('session.closed').length === 1);
  vi.setSystemTime(Date.now() + 599_000);
  expect(app.session('gone')?.state).toBe('failed');
  vi.setSystemTime(Date.now() + 1_000);
  expect(app.state().sessions).toEqual([]);
  expect(attention(app)).not.toContain('gone in Cursor');
});

test('a server that goes with its client has not failed, and the next start need not wait', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  for (let round = 1; round <= 3; round += 1) {
    const bridge = aBridge(home, id);
    expect(await bridge.greet()).toContain('get_note');
    await bridge.leave();
    await until(() => app.state().sessions.length === 0);
    expect(app.entries('session.closed')).toHaveLength(round);
  }
});

test('a kill of what could not be started ends with the kill', async () => {
  const home = aHome();
  const { id } = home.connect('gone', 'no-such-server-anywhere', []);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.ask('initialize');
  const { kill } = await app.kill({ kind: 'all' }, 'tray');
  expect((await bridge.call('get_note')).text).toContain('The kill switch stopped everything');
  await until(() => app.entries('call.closed').length === 1);
  expect(app.entries('call.closed')[0]?.outcome).toBe('denied-by-kill');
  expect(app.session('gone')?.state).toBe('paused');
  must(app.resume(kill.id, 'It was a mistake.'));
  await until(() => bridge.exit() !== undefined);
  await until(() => app.state().sessions.length === 0);
});

test('a server that exits at once is an answer with its last words, not a silence', async () => {
  const home = aHome();
  const script = 'read -r line; echo "cannot find module zod" >&2; exit 3';
  const { id } = home.connect('crash', '/bin/sh', ['-c', script]);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  const { error } = await bridge.ask('initialize');
  expect(error?.code).toBe(-31002);
  expect(error?.message).toContain('cannot find module zod');
  await until(() => bridge.exit() !== undefined);
  await until(() => app.entries('session.closed').length === 1);
  expect(app.entries('session.closed')[0]?.detail).toContain('cannot find module zod');
  expect(app.session('crash')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('cannot find module zod'),
  });
  expect(app.session('crash')).not.toHaveProperty('pid');
  expect(attention(app)).toContain('cannot find module zod');
});

test('what a server prints beside MCP is kept from the client and shown', async () => {
  const home = aHome();
  const answer = '{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"chatty","version":"1"}}}';
  const script = `echo "Listening on port 3000"; read -r line; echo '{"not":"mcp"}'; echo '${answer}'; cat >/dev/null`;
  const { id } = home.connect('chatty', '/bin/sh', ['-c', script]);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  expect((await bridge.ask('initialize')).result?.serverInfo?.name).toBe('chatty');
  expect(bridge.lines()).toEqual([answer]);
  expect(app.session('chatty')).toMatchObject({
    state: 'ready',
    reportedServer: 'chatty 1',
    detail: 'It printed 2 lines that are not MCP.',
  });
  const told = () => app.entries('problem').map((entry) => entry.detail ?? '');
  await until(() => told().some((detail) => detail.includes('Listening on port 3000')));
});

test('a call that is never answered can be cancelled, and is closed in the trail', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  const asked = bridge.send('tools/call', { name: 'get_nothing' });
  await until(() => home.received('notes').some((line) => line.includes('get_nothing')));
  expect(app.entries('call.closed')).toEqual([]);
  bridge.say(
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${asked}}}\n`,
  );
  await until(() =>
    home.received('notes').some((line) => line.includes('notifications/cancelled')),
  );
  // The session goes on.
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  await bridge.leave();
  await until(() => app.entries('call.closed').length === 2);
  expect(app.entries('call.closed').map((entry) => entry.outcome)).toEqual(['cancelled', 'ok']);
  await until(() => app.state().sessions.length === 0);
});

test('servers get none of the app’s environment but what a program needs', async () => {
  const home = aHome();
  const { id } = home.record('notes', { forwardedEnv: ['FORWARDED'] });
  process.env.AIRLOCK_TEST_SECRET = 'of the app';
  const app = await startApp(home);
  const bridge = aBridge(home, id, {
    words: ['--env', 'FORWARDED,OTHER'],
    env: { FORWARDED: 'yes', OTHER: 'no', UNNAMED: 'no' },
  });
  await bridge.greet();
  const { text } = await bridge.call('get_environment');
  delete process.env.AIRLOCK_TEST_SECRET;
  const names = text.split(' ');
  expect(names).toEqual(expect.arrayContaining(['AIRLOCK_SESSION', 'FORWARDED', 'HOME', 'PATH']));
  for (const name of ['AIRLOCK_TEST_SECRET', 'OTHER', 'UNNAMED', 'VITEST', 'NODE_OPTIONS'])
    expect(names).not.toContain(name);
  expect(app.session('notes')).toMatchObject({ state: 'ready', calls: 1 });
});

test('stopping the app ends every server and closes every session and call in the trail', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  bridge.send('tools/call', { name: 'get_nothing' });
  await until(() => home.received('notes').some((line) => line.includes('get_nothing')));
  const pid = app.session('notes')?.pid ?? 0;
  expect(() => process.kill(pid, 0)).not.toThrow();
  await app.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await until(() => bridge.exit() !== undefined);

  const next = await startApp(home);
  const kinds = next.entries().map((entry) => entry.kind);
  const stopped = kinds.indexOf('app.stopped');
  expect(stopped).toBeGreaterThan(-1);
  // Newest first: what belongs to the first run stands behind its end.
  expect(kinds.slice(stopped)).toEqual(
    expect.arrayContaining(['session.closed', 'call.closed', 'call.opened', 'session.opened']),
  );
  expect(next.entries('call.closed').map((entry) => entry.outcome)).toEqual(['cancelled']);
});
