import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ControlRequest, controlEndpoint, controlFile } from '../../../main/kill/control.ts';
import { askApp } from '../../../main/kill/control-client.ts';
import { serveControl } from '../../../main/kill/control-server.ts';
import type { KillReport, KillScope } from '../../../shared/kill.ts';
import type { ManagedStatus } from '../../../shared/managed-status.ts';
import { aState } from '../../fakes/state.ts';

const report = (scope: KillScope): KillReport => ({
  kill: { id: 'k', scope, origin: 'command-line', by: 'ada', at: 1 },
  items: [],
  survivors: [],
  verified: true,
  forwardingStoppedMs: 0,
  processesGoneMs: 0,
});

let data: string;
let close: () => Promise<void>;
let kills: KillScope[];

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'airlock-control-'));
  kills = [];
  close = await serveControl(data, tmpdir(), process.platform, {
    state: () => aState(),
    kill: async (scope) => {
      kills.push(scope);
      return report(scope);
    },
  });
});
afterEach(async () => {
  await close();
  rmSync(data, { recursive: true, force: true });
});

/** Says one raw line to the control socket and returns what came back. */
const say = (line: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(controlEndpoint(process.platform, data, tmpdir()), () =>
      socket.write(line),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });

describe('the control socket', () => {
  test('tells the state and throws the kill switch for the command line', async () => {
    expect(await askApp(data, { ask: 'status' })).toMatchObject({
      running: true,
      reply: { ok: true, state: { person: 'ada' } },
    });
    const killed = await askApp(data, { ask: 'kill', scope: { kind: 'all' } });
    expect(killed).toMatchObject({
      running: true,
      reply: { ok: true, report: { verified: true } },
    });
    expect(kills).toEqual([{ kind: 'all' }]);
  });

  test('lets the command line have the policy looked at, where there can be one', async () => {
    expect(await askApp(data, { ask: 'check-policy' })).toMatchObject({
      reply: { ok: false, problem: { code: 'not-managed' } },
    });
    await close();
    const policy: ManagedStatus = {
      state: 'managed',
      organisation: 'Example Ltd',
      serial: 7,
      notices: [],
      problems: [],
    };
    close = await serveControl(data, tmpdir(), process.platform, {
      state: () => aState(),
      kill: async (scope) => report(scope),
      checkPolicy: async () => policy,
    });
    expect(await askApp(data, { ask: 'check-policy' })).toEqual({
      running: true,
      reply: { ok: true, policy },
    });
  });

  test('knows nothing that loosens', () => {
    expect(ControlRequest.options.map((option) => option.shape.ask.value)).toEqual([
      'status',
      'kill',
      'check-policy',
    ]);
  });

  test.each([
    ['a wrong token', '{"token":"x","ask":"kill","scope":{"kind":"all"}}\n', 'wrong-token'],
    ['an approval', '{"token":"x","ask":"allow","approvalId":"a"}\n', 'not-understood'],
    ['a resume', '{"token":"x","ask":"resume","killId":"k"}\n', 'not-understood'],
    ['garbage', '\u0000\u0001 nonsense\n', 'failed'],
  ])('refuses %s', async (_what, line, code) => {
    expect(JSON.parse(await say(line))).toMatchObject({ ok: false, problem: { code } });
    expect(kills).toEqual([]);
  });

  test('hangs up on an endless request', async () => {
    expect(await say('x'.repeat(100_000))).toBe('');
  });

  test('is for the owner alone', () => {
    expect(statSync(controlFile(data)).mode & 0o777).toBe(0o600);
    expect(statSync(controlEndpoint(process.platform, data, tmpdir())).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(controlFile(data), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  test('is not there when no app runs', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'airlock-control-'));
    expect(await askApp(empty, { ask: 'status' })).toEqual({ running: false });
    rmSync(empty, { recursive: true });
  });
});

test('the socket is named for each platform, within the length a unix socket may have', () => {
  expect(controlEndpoint('win32', 'C:\\data', 'C:\\tmp')).toMatch(
    /^\\\\\.\\pipe\\airlock-control-[0-9a-f]{16}$/,
  );
  expect(controlEndpoint('linux', '/home/ada/data', '/tmp')).toBe('/home/ada/data/control.sock');
  expect(controlEndpoint('darwin', `/home/${'x'.repeat(120)}`, '/tmp').length).toBeLessThan(100);
});
