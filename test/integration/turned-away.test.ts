import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { aHome, type Home } from './home.ts';
import { type App, aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const problems = (app: App): string =>
  app
    .entries('problem')
    .map((entry) => entry.detail)
    .join('\n');

/** Somebody who is no bridge of ours: says `text` and hears until the door is shut. */
function stranger(home: Home, text: string) {
  const socket = connect({ path: home.place.socket, allowHalfOpen: true });
  let heard = '';
  let closed = false;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => undefined);
  if (text !== '') socket.write(text);
  return { socket, heard: () => heard, closed: () => closed };
}

const hello = (over: Record<string, unknown>): string =>
  `${JSON.stringify({ airlock: 1, connection: 'con_notes', token: 'x', pid: 4242, ppid: 1, cwd: '/', env: {}, argv: [], ...over })}\n`;

const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note"}}\n';

test('whoever has no good hello is turned away with a sentence, and nothing starts', async () => {
  const home = aHome();
  home.record('notes');
  const app = await startApp(home);
  const token = readFileSync(home.place.tokenFile, 'utf8');
  const cases = [
    { says: hello({ token: 'guessed' }) + call, code: 'wrong-token', sentence: /wrong token/ },
    { says: hello({ token: '' }) + call, code: 'wrong-token', sentence: /wrong token/ },
    { says: `${'GET / HTTP/1.1'}\r\n\r\n`, code: 'hello-unreadable', sentence: /could not read/ },
    { says: '\u0000\u0001\u0002\n', code: 'hello-unreadable', sentence: /could not read/ },
    { says: hello({ token, airlock: 2 }), code: 'hello-unreadable', sentence: /could not read/ },
    { says: 'x'.repeat(1024 * 1024 + 1), code: 'hello-too-long', sentence: /too long/ },
    // Says nothing at all.
    { says: '', code: 'hello-slow', sentence: /no hello in time/ },
  ];
  await Promise.all(
    cases.map(async ({ says, code, sentence }) => {
      const { heard, closed } = stranger(home, says);
      await until(closed, `the end of ${code}`);
      const { error } = JSON.parse(heard());
      expect(error.code).toBe(code);
      expect(error.message).toMatch(sentence);
    }),
  );
  await until(() => app.entries('problem').length >= cases.length, 'an entry for each');
  expect(problems(app)).toContain('A bridge (process 4242) was turned away: ');
  expect(problems(app)).not.toContain('guessed');
  expect(app.state().sessions).toEqual([]);
  expect(home.received('notes')).toEqual([]);
  expect(app.entries('call.opened')).toEqual([]);
});

test('a bridge with a stale token tells its client in one sentence', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  writeFileSync(home.place.tokenFile, 'of a run before');
  const bridge = aBridge(home, id);
  expect((await bridge.ask('initialize')).error?.message).toMatch(
    /The bridge and Airlock do not belong together \(wrong token\)\. Restart this server/,
  );
  expect(await bridge.call('get_note')).toMatchObject({
    isError: true,
    text: expect.stringContaining('wrong token'),
  });
  expect(app.state().sessions).toEqual([]);
  expect(home.received('notes')).toEqual([]);
});

test('a second hello is a message like any other: refused, and never the server’s', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const token = readFileSync(home.place.tokenFile, 'utf8');
  const bridge = aBridge(home, id);
  await bridge.greet();
  bridge.say(hello({ token, connection: 'con_other' }));
  await until(() => bridge.lines().some((line) => line.includes('"id":null')));
  expect(await bridge.call('get_note')).toMatchObject({ isError: false });
  expect(home.received('notes').join('\n')).not.toContain('airlock');
  await until(() => problems(app).includes('From the client: '));
  // Its token is a secret of this run.
  expect(problems(app)).not.toContain(token);
  expect(bridge.lines().join('\n')).not.toContain(token);
});

test('a connection that is unknown, or was restored, starts nothing and says what to do', async () => {
  const home = aHome();
  const { id } = home.record('notes', { restoredAt: 5 });
  const app = await startApp(home);
  for (const connection of [id, 'con_invented']) {
    const bridge = aBridge(home, connection);
    const sentence =
      /Airlock does not know this entry \(any more\)\. Open Airlock, then restore or protect/;
    expect((await bridge.ask('initialize')).error?.message).toMatch(sentence);
    const refused = await bridge.call('get_note');
    expect(refused).toMatchObject({ isError: true, text: expect.stringMatching(sentence) });
    const session = app.state().sessions.find((one) => one.connectionId === connection);
    expect(session).toMatchObject({ state: 'failed', detail: expect.stringMatching(sentence) });
    expect(
      app
        .state()
        .attention.map((item) => item.text)
        .join(),
    ).toMatch(sentence);
    await bridge.leave();
  }
  await until(() => app.entries('call.closed').length === 2);
  // Nobody threw the kill switch, so the trail must not say so.
  expect(app.entries('call.closed').map((entry) => entry.outcome)).toEqual(['refused', 'refused']);
  expect(home.received('notes')).toEqual([]);
});
