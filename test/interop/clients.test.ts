import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aHome } from '../integration/home.ts';
import { type App, startApp } from '../integration/rig.ts';
import { until } from '../integration/until.ts';
import { stdioCommand } from './fixtures.ts';
import { openKeyring } from './keyring.ts';
import { peersInstalled } from './peers.ts';
import { gemini, mcporter, type RealClient } from './real-clients.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

let closeKeyring: () => Promise<void>;
beforeAll(async () => {
  closeKeyring = await openKeyring();
});
afterAll(() => closeKeyring());

/** A home in which this client has the fixture and a setting of its own, under a running app. */
async function aDesk({ file, clientId }: RealClient) {
  const home = aHome();
  const config = path.join(home.path, file);
  const entry = { ...stdioCommand('legacy'), env: { FIXTURE: 'yes' } };
  const original = `${JSON.stringify({ mcpServers: { fixture: entry }, theme: 'dark' }, null, 2)}\n`;
  mkdirSync(path.dirname(config), { recursive: true });
  writeFileSync(config, original);
  const app = await startApp(home);
  return { home, app, config, original, clientId };
}

/** Routes the client through Airlock, as the person's click does. */
async function protect(app: App, clientId: string): Promise<void> {
  const chosen = await app.previewProtect(clientId);
  expect(chosen).toMatchObject([{ clientId, entries: ['fixture'] }]);
  const protectedFiles = await app.protect(chosen);
  expect(protectedFiles).toMatchObject({ ok: true, value: [{ result: 'changed' }] });
}

const entryOf = (config: string): { command: string } =>
  JSON.parse(readFileSync(config, 'utf8')).mcpServers.fixture;

const stateOf = async (app: App, clientId: string): Promise<string | undefined> =>
  (await app.scan()).clients
    .find((client) => client.id === clientId)
    ?.files.flatMap(({ entries }) => entries)
    .find(({ name }) => name === 'fixture')?.routeState;

describe.runIf(peersInstalled).each([
  ['MCPorter', mcporter],
  ['the Gemini CLI', gemini],
])('%s', (_name, client) => {
  test('lists and calls tools through Airlock, and has its file back in the end', async () => {
    const { home, app, config, original, clientId } = await aDesk(client);
    await protect(app, clientId);
    expect(entryOf(config).command).toBe(home.place.bridgeFile);

    const listed = await client.list(home.path, 'fixture');
    expect(listed.errors + listed.out).toMatch(/test_simple_text|fixture: .* - Connected/);

    const calling = client.call(home.path, 'fixture', 'test_simple_text', {});
    await app.press(await app.card('test_simple_text'), 'allow');
    const called = await calling;
    expect(called.out).toContain('This is a simple text response for testing.');
    expect(called.code).toBe(0);

    await until(() => app.entries('call.closed').length === 1);
    expect(app.entries('call.closed')[0]).toMatchObject({
      outcome: 'ok',
      agent: { id: clientId },
      tool: { name: 'test_simple_text' },
      approver: { how: 'person' },
    });
    expect(await stateOf(app, clientId)).toBe('routed');

    await restore(app, clientId);
    expect(readFileSync(config, 'utf8')).toBe(original);
  });

  test('tells its model in a sentence when the person says no', async () => {
    const { home, app, clientId } = await aDesk(client);
    await protect(app, clientId);
    const calling = client.call(home.path, 'fixture', 'test_simple_text', {});
    await app.press(await app.card('test_simple_text'), 'deny');
    const { out, errors } = await calling;
    expect(out + errors).toContain('Airlock refused test_simple_text: the person at this machine');
    expect(out).not.toContain('This is a simple text response');
    await until(() => app.entries('call.closed')[0]?.outcome === 'denied-by-person');
  });
});

/** Leads the client past Airlock again. */
async function restore(app: App, clientId: string): Promise<void> {
  const chosen = await app.previewRestore(clientId);
  const restored = await app.restore(chosen);
  expect(restored).toMatchObject({ ok: true, value: [{ result: 'restored-exact' }] });
}
