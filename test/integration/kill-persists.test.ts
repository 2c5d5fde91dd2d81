import { expect, test } from 'vitest';
import { askApp } from '../../main/kill/control-client.ts';
import { aHome, linesOf } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const killed =
  /^The kill switch stopped everything \(thrown by .+\)\. Do not try again; a person can resume it in the Airlock dashboard\.$/;

test('a kill outlasts a restart: nothing starts, everybody is told why, until a person resumes', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const first = await startApp(home);
  const before = aBridge(home, id);
  await before.greet();
  const hanging = before.send('tools/call', { name: 'get_nothing' });
  await until(() => home.received('notes').some((line) => line.includes('get_nothing')));
  const report = await first.kill({ kind: 'all' }, 'tray', 'It deleted my files.');
  expect(report).toMatchObject({ verified: true, survivors: [] });
  expect(report.items.map((item) => item.kind)).toEqual(
    expect.arrayContaining(['session', 'call', 'process']),
  );
  expect((await before.answer(hanging)).result?.content?.[0]?.text).toMatch(killed);
  await until(() => before.exit() !== undefined, 'the end of the killed session');
  await until(() => first.state().sessions.length === 0);
  await first.stop();
  const received = home.received('notes').length;

  const second = await startApp(home);
  expect(second.state()).toMatchObject({
    protection: 'stopped',
    kills: report.kill && [report.kill],
  });
  const after = aBridge(home, id);
  const init = await after.ask('initialize', { clientInfo: { name: 'cursor', version: '1' } });
  expect(init.error?.message).toMatch(killed);
  expect(await after.call('get_note')).toMatchObject({
    isError: true,
    text: expect.stringMatching(killed),
  });
  expect(second.session('notes')).toMatchObject({ state: 'paused' });
  expect(second.session('notes')?.pid).toBeUndefined();
  expect(home.received('notes')).toHaveLength(received);
  await until(() => second.entries('call.closed')[0]?.outcome === 'denied-by-kill');

  expect(second.resume(report.kill.id, '  ')).toMatchObject({ ok: false });
  expect(second.state().protection).toBe('stopped');
  expect(second.resume(report.kill.id, 'It was a dry run.')).toEqual({ ok: true, value: null });
  expect(second.state().kills).toEqual([]);
  // The client that was refused ends, so that it is started anew instead of being refused for ever.
  await until(() => after.exit() !== undefined, 'the end of the refused session');
  const again = aBridge(home, id);
  await again.greet();
  expect(await again.call('get_note')).toMatchObject({ isError: false });
  expect(second.entries('kill.lifted')[0]?.detail).toContain('It was a dry run.');
});

test('the command line can kill through its socket, and nothing there resumes', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  const asked = await askApp(home.data, { ask: 'kill', scope: { kind: 'all' }, reason: 'odd' });
  expect(asked).toMatchObject({
    running: true,
    reply: { ok: true, report: { verified: true, kill: { origin: 'command-line' } } },
  });
  expect(app.state()).toMatchObject({ protection: 'stopped', lastKill: { verified: true } });
  await until(() => bridge.exit() !== undefined);
  const status = await askApp(home.data, { ask: 'status' });
  expect(status).toMatchObject({ reply: { ok: true, state: { protection: 'stopped' } } });
  const killId = app.state().kills[0]?.id;
  const resume = { ask: 'resume', killId, reason: 'x' } as unknown as { ask: 'status' };
  expect(await askApp(home.data, resume)).toMatchObject({
    reply: { ok: false, problem: { code: 'not-understood' } },
  });
  expect(app.state().protection).toBe('stopped');
  await app.stop();
  expect(await askApp(home.data, { ask: 'status' })).toEqual({ running: false });
});

test('a kill of one connection leaves the others alone, and holds for new sessions of it', async () => {
  const home = aHome();
  const calm = home.record('calm');
  const wild = home.record('wild');
  const app = await startApp(home);
  const kept = aBridge(home, calm.id);
  const ended = aBridge(home, wild.id);
  await Promise.all([kept.greet(), ended.greet()]);
  const report = await app.kill({ kind: 'connection', connectionId: wild.id }, 'dashboard');
  expect(report).toMatchObject({ verified: true });
  expect(report.items.filter((item) => item.kind === 'session')).toMatchObject([
    { name: 'wild in Cursor', stopped: true },
  ]);
  await until(() => ended.exit() !== undefined);
  expect(await kept.call('get_note')).toMatchObject({ isError: false });
  const anew = aBridge(home, wild.id);
  expect(await anew.call('get_note')).toMatchObject({
    isError: true,
    text: expect.stringContaining('The kill switch stopped this connection'),
  });
  expect(
    app
      .state()
      .attention.map((item) => item.text)
      .join(),
  ).toContain('wild in Cursor');
  expect(app.resume(report.kill.id, 'calm again')).toMatchObject({ ok: true });
  await until(() => anew.exit() !== undefined);
  expect(await kept.call('get_note')).toMatchObject({ isError: false });
  const back = aBridge(home, wild.id);
  await back.greet();
});

test('a kill while the server starts leaves neither process nor session that forwards', async () => {
  const home = aHome();
  const pids = home.file('pids');
  // Says who it is at once, and what it hears.
  const script = `echo $$ >> ${pids}; trap "" TERM; while read -r line; do echo "$line" >> ${home.file('heard')}; done; sleep 600`;
  const { id } = home.connect('slow', '/bin/sh', ['-c', script]);
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  const asked = bridge.send('tools/call', { name: 'get_note' });
  await until(() => app.session('slow') !== undefined);
  const report = await app.kill({ kind: 'all' }, 'shortcut');
  expect(report).toMatchObject({ verified: true, survivors: [] });
  await until(() => bridge.exit() !== undefined || app.session('slow')?.state === 'paused');
  const { result } = await bridge.answer(asked).catch(() => ({ result: undefined }));
  if (result !== undefined) expect(result.content?.[0]?.text).toMatch(killed);
  for (const pid of linesOf(pids)) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  expect(linesOf(home.file('heard'))).toEqual([]);
});
