import { afterEach, describe, expect, test } from 'vitest';
import type { RemoteStart, RemoteState } from '../../../main/upstream/http-sessions.ts';
import type { SupervisorPorts } from '../../../main/upstream/supervisor.ts';
import { ok } from '../../../shared/outcome.ts';
import { closeSites, hasty } from '../../fakes/remote.ts';
import { streamableSite } from '../../fakes/sdk-servers.ts';
import { aStart, aSupervisor } from '../../fakes/supervised.ts';

const made: ReturnType<typeof aSupervisor>[] = [];
afterEach(async () => {
  for (const each of made.splice(0)) {
    await each.supervisor.stopAll();
    each.remove();
  }
  await closeSites();
});

const remote: NonNullable<SupervisorPorts['remote']> = () => ({
  entryHeaders: async () => ok({}),
  limits: hasty,
});

function supervised(over: Partial<SupervisorPorts> = { remote }) {
  const each = aSupervisor(over);
  made.push(each);
  return each.supervisor;
}

function aRemoteStart(url: string, over: Partial<RemoteStart> = {}) {
  const states: RemoteState[] = [];
  const start: RemoteStart = {
    sessionId: `remote-${Math.random()}`,
    connectionId: 'con_1',
    name: 'files',
    clientName: 'Cursor',
    target: { url, kind: 'http' },
    headers: {},
    mask: (text) => text,
    onState: (state) => states.push(state),
    ...over,
  };
  return { start, states };
}

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  },
})}\n`;

async function shakesHands(url: string, supervisor = supervised()) {
  const { start, states } = aRemoteStart(url);
  const opened = supervisor.openRemote(start);
  if (!opened.ok) throw new Error(opened.problem.message);
  opened.value.stdin.write(initialize);
  const line = await new Promise<string>((resolve) => {
    opened.value.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
  });
  opened.value.answered();
  return { supervisor, start, states, server: opened.value, line };
}

describe('a remote server under the supervisor', () => {
  test('starts without a word, answers, and stops with its session', async () => {
    const site = await streamableSite({ stateful: true });
    const { supervisor, start, states, line } = await shakesHands(site.url);
    expect(JSON.parse(line)).toMatchObject({ id: 1, result: { serverInfo: { name: 'sdk' } } });
    expect(supervisor.live()).toEqual([start]);
    expect(await supervisor.survivors([start.sessionId])).toEqual({ ok: true, value: [] });
    const report = await supervisor.stop(start.sessionId);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(report.items).toMatchObject([{ kind: 'remote-session', stopped: true }]);
    expect(states.map(({ state }) => state)).toEqual(['starting', 'ready', 'stopped']);
    expect(supervisor.live()).toEqual([]);
    expect(site.transports.size).toBe(0);
  });

  test('opens nothing on the network before the first line', async () => {
    const site = await streamableSite({ stateful: true });
    const supervisor = supervised();
    const { start } = aRemoteStart(site.url);
    expect(supervisor.openRemote(start)).toMatchObject({ ok: true });
    expect(await supervisor.kill(start.sessionId)).toMatchObject({ items: [], verified: true });
    expect(site.requests).toEqual([]);
  });

  test('is failed once its session is lost, with the sentence', async () => {
    const site = await streamableSite({ stateful: true });
    const { server, states } = await shakesHands(site.url);
    site.transports.clear();
    server.stdin.write('{"jsonrpc":"2.0","id":2,"method":"ping"}\n');
    const reason = 'The server "files" ended its session (HTTP 404). Connect again from Cursor.';
    await expect
      .poll(() => states.at(-1), { timeout: 10_000 })
      .toEqual({ state: 'failed', reason });
    expect(server.stderr()).toContain(reason);
  });

  test('that may not be reached is failed at once', async () => {
    const { start, states } = aRemoteStart('http://example.com/mcp');
    const opened = supervised().openRemote(start);
    expect(opened).toMatchObject({ ok: false, problem: { code: 'plain-http' } });
    expect(states.map(({ state }) => state)).toEqual(['starting', 'failed']);
  });

  test('is not reached where nothing was made for it', async () => {
    const { start } = aRemoteStart('https://example.com/mcp');
    expect(supervised({}).openRemote(start)).toMatchObject({
      problem: { code: 'remote-unsupported' },
    });
  });

  test('ends with everything else, and none opens after', async () => {
    const site = await streamableSite({ stateful: true });
    const { supervisor, states } = await shakesHands(site.url);
    const child = await supervisor.open(aStart('exec cat'));
    expect(child.ok).toBe(true);
    const report = await supervisor.stopAll();
    expect(report.items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['process', 'remote-session']),
    );
    expect(states.at(-1)).toEqual({ state: 'stopped' });
    expect(supervisor.openRemote(aRemoteStart(site.url).start)).toMatchObject({
      problem: { code: 'quitting' },
    });
  });

  test('is opened once', async () => {
    const supervisor = supervised();
    const { start } = aRemoteStart('https://example.com/mcp');
    supervisor.openRemote(start);
    expect(() => supervisor.openRemote(start)).toThrow('opened twice');
  });
});
