import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../../main/audit/collector.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { aHome, must } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

test('a call leaves two entries that name everybody, and the first stands before the server hears', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  const asked = bridge.send('tools/call', { name: 'get_nothing', arguments: { n: 7 } });
  await until(() => home.received('notes').some((line) => line.includes('get_nothing')));
  const [opened] = app.entries('call.opened');
  expect(app.entries('call.closed')).toEqual([]);
  expect(opened).toMatchObject({
    agent: { id: 'cursor', name: 'Cursor' },
    connection: { id, name: 'notes' },
    server: { id: 'srv_notes', name: 'recorder', version: '3.1.0' },
    tool: { name: 'get_nothing' },
    method: 'tools/call',
    arguments: '{"n":7}',
    process: { pid: process.pid },
    person: app.state().person,
  });
  expect(opened?.tool?.pin).toMatch(/^[0-9a-f]{64}$/);
  bridge.say(
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${asked}}}\n`,
  );
  await bridge.leave();
  await until(() => app.entries('call.closed').length === 1);
  expect(app.entries('call.closed')[0]).toMatchObject({ callId: opened?.callId });
  expect(await app.verifyAudit()).toMatchObject({ ok: true, problems: [] });
});

test('entries reach a collector whole and in order, also those from before it was there', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home);
  const bridge = aBridge(home, id);
  await bridge.greet();
  for (const n of [1, 2, 3]) await bridge.call('get_note', { n });
  const collector = must(
    await startCollector({ path: home.file('collector.db'), open: openDatabase, port: 0 }),
  );
  onTestFinished(() => collector.close());
  expect(app.state().delivery).toMatchObject({ state: 'off', pending: app.state().trail.sequence });
  expect(await app.setSettings({ auditEndpoint: collector.endpoint })).toMatchObject({ ok: true });
  for (const n of [4, 5]) await bridge.call('get_note', { n });
  await bridge.leave();
  await until(() => app.entries('session.closed').length === 1);
  await until(() => app.state().delivery.pending === 0, 'the delivery');
  const report = await app.verifyAudit();
  expect(report).toMatchObject({ ok: true });
  const [chain, ...more] = collector.status().chains;
  expect(more).toEqual([]);
  expect(chain).toMatchObject({
    chain: report.chain,
    entries: report.lastSequence,
    lastSequence: report.lastSequence,
    ok: true,
    problems: [],
  });
  expect(app.entries('settings.changed')).toHaveLength(1);
});

test('no secret of any kind reaches a file of ours', async () => {
  const secrets = {
    github: `ghp_${'a1B2c3D4'.repeat(4)}e5F6`,
    bearer: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P',
    password: 'correct-horse-battery-staple-9',
    forwarded: 'hunter2-of-the-client-env',
  };
  const home = aHome();
  const { id } = home.record('notes', { forwardedEnv: ['NOTES_TOKEN'] });
  const app = await startApp(home);
  const bridge = aBridge(home, id, {
    words: ['--env', 'NOTES_TOKEN'],
    env: { NOTES_TOKEN: secrets.forwarded },
  });
  await bridge.greet();
  const args = {
    text: `token ${secrets.github}`,
    headers: { Authorization: `Bearer ${secrets.bearer}` },
    password: secrets.password,
    note: `said ${secrets.forwarded} aloud`,
  };
  const said = bridge.call('write_note', args);
  const card = await app.card('write_note');
  for (const secret of Object.values(secrets)) expect(card.argumentsText).not.toContain(secret);
  const wide = { scope: 'arguments', duration: 'always' } as const;
  expect(await app.press(card, 'allow', wide)).toMatchObject({ ok: true });
  // The server gets what the client sent.
  const { text } = await said;
  for (const secret of Object.values(secrets)) expect(text).toContain(secret);
  bridge.say(`not JSON but ${secrets.github}\n`);
  await until(() => app.entries('problem').length > 0);
  await app.kill({ kind: 'all' }, 'tray', `because of ${secrets.github}`);
  const exported = must(await app.exportAudit());

  const files = ['trail.db', 'trail.db-wal', 'state.db', 'state.db-wal', 'outbox.db']
    .map((name) => join(home.data, name))
    .filter((file) => existsSync(file));
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of [...files, exported.path]) {
    const bytes = readFileSync(file, 'latin1');
    for (const [kind, secret] of Object.entries(secrets))
      expect(bytes.includes(secret), `${kind} in ${file}`).toBe(false);
  }
  const all = JSON.stringify(app.state());
  for (const secret of Object.values(secrets)) expect(all).not.toContain(secret);
});

test('a config entry counts as routed once a call has come through it, and as blocked while killed', async () => {
  const home = aHome();
  const { id } = home.record('notes');
  const file = home.file('.cursor/mcp.json');
  mkdirSync(dirname(file), { recursive: true });
  const entry = { command: home.place.bridgeFile, args: [id] };
  writeFileSync(file, JSON.stringify({ mcpServers: { notes: entry } }));
  const app = await startApp(home);
  const routeState = async (): Promise<string | undefined> => {
    const { clients } = await app.scan();
    const entries = clients.flatMap((client) => client.files.flatMap((one) => one.entries));
    return entries.find((one) => one.connectionId === id)?.routeState;
  };
  expect(await routeState()).toBe('unknown');
  const bridge = aBridge(home, id);
  await bridge.greet();
  expect(await routeState()).toBe('unknown');
  const states: number[] = [];
  app.onState((state) => states.push(state.sessions[0]?.calls ?? -1));
  await bridge.call('get_note');
  expect(await routeState()).toBe('routed');
  expect(app.session('notes')).toMatchObject({ calls: 1, reportedServer: 'recorder 3.1.0' });
  await until(() => states.at(-1) === 1, 'the push');
  const { kill } = await app.kill({ kind: 'server', serverId: 'srv_notes' }, 'dashboard');
  expect(await routeState()).toBe('blocked');
  await until(() => app.state().sessions.length === 0);
  await until(() => states.at(-1) === -1, 'the push of its end');
  app.resume(kill.id, 'seen');
  expect(await routeState()).toBe('routed');
});
