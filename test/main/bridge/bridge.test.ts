import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Listener, listenForBridges } from '../../../main/relay/socket-listener.ts';
import type { BridgeClient } from '../../../main/relay/taken-pipes.ts';
import { type BridgeEndpoint, bridgeEndpoint, socketTmp } from '../../../shared/endpoint.ts';
import type { BridgeHello } from '../../../shared/hello.ts';
import { until } from '../relay/rig.ts';

const uid = process.getuid?.() ?? 0;
let folder = '';
let bundle = '';
let home = '';
let place: BridgeEndpoint;
let doors: Listener[] = [];
let children: ChildProcessWithoutNullStreams[] = [];
let clients: BridgeClient[] = [];
/** A Node that gives no access to its pipes: the bridge has to carry the bytes itself. */
let carrying: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'airlock-bridge-'));
  bundle = path.join(folder, 'bridge.cjs');
  await build({
    entryPoints: [path.resolve(import.meta.dirname, '../../../main/bridge/bridge.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  const without = path.join(folder, 'without-binding.cjs');
  writeFileSync(without, 'process.binding = undefined;');
  carrying = { NODE_OPTIONS: `--require=${without}` };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  home = mkdtempSync(path.join(folder, 'home-'));
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  place = bridgeEndpoint({ platform: 'linux', home, tmp: socketTmp, uid, hash });
  doors = [];
  children = [];
  clients = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const client of clients) client.destroy();
  for (const door of doors) await door.close();
});

function writeToken(token: string): void {
  mkdirSync(path.dirname(place.tokenFile), { recursive: true, mode: 0o700 });
  writeFileSync(place.tokenFile, token, { mode: 0o600 });
}

/** An app that listens where the bridge looks. */
async function app(token = 'tok', written = token, onRefused = () => {}) {
  writeToken(written);
  const hellos: BridgeHello[] = [];
  const arrived: BridgeClient[] = [];
  const opened = await listenForBridges({
    endpoint: place,
    token,
    uid,
    accept(hello, client) {
      hellos.push(hello);
      arrived.push(client);
      clients.push(client);
    },
    refused: onRefused,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  doors.push(opened.value);
  return { hellos, arrived };
}

/** A client that has started the bridge. */
function startBridge(words: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bundle, ...words], {
    env: { HOME: home, ...env },
    cwd: home,
  });
  children.push(child);
  const heard: Buffer[] = [];
  let length = 0;
  let errors = '';
  let exit: number | null | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    heard.push(chunk);
    length += chunk.length;
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  child.on('close', (code) => {
    exit = code;
  });
  child.stdin.on('error', () => undefined);
  return {
    child,
    heard: () => Buffer.concat(heard).toString(),
    bytes: () => Buffer.concat(heard),
    length: () => length,
    errors: () => errors,
    exit: () => exit,
  };
}

describe.each(['hands the pipes over', 'carries the bytes'])('with the app: %s', (how) => {
  const taken = how === 'hands the pipes over';
  const bridge = (words: string[], env: Record<string, string> = {}) =>
    startBridge(words, taken ? env : { ...carrying, ...env });

  test('the bridge says who it is, and nothing of the client before the door is open', async () => {
    const { hellos } = await app();
    const b = bridge(['con_1', '--env', 'KEY,ABSENT', '--', 'npx', '/w/a b'], { KEY: 'expanded' });
    await until(() => hellos.length === 1);
    expect(hellos[0]).toEqual({
      airlock: 1,
      connection: 'con_1',
      token: 'tok',
      pid: b.child.pid,
      ppid: process.pid,
      cwd: home,
      env: { KEY: 'expanded' },
      argv: ['npx', '/w/a b'],
      ...(taken ? { hand: expect.stringMatching(/^h[0-9a-f]{8}\.sock$/) } : {}),
    });
  });

  test('is a byte pipe, both ways at once, with a slow reader on either end', async () => {
    const { arrived } = await app();
    const b = bridge(['con_1']);
    await until(() => arrived.length === 1);
    const client = arrived[0];
    expect(client?.in === client?.out).toBe(!taken);
    const up = randomBytes(3_000_000);
    const down = randomBytes(3_000_000);
    const got: Buffer[] = [];
    let length = 0;
    b.child.stdin.write(up);
    client?.out.write(down);
    client?.in.on('data', (chunk: Buffer) => {
      got.push(chunk);
      length += chunk.length;
      client.in.pause();
      setImmediate(() => client.in.resume());
    });
    client?.in.resume();
    await until(() => length === up.length && b.length() === down.length);
    expect(Buffer.concat(got).equals(up)).toBe(true);
    expect(b.bytes().equals(down)).toBe(true);
  });

  test('passes the end of the client on, still hears the answers, and exits cleanly', async () => {
    const { arrived } = await app();
    const b = bridge(['con_1']);
    b.child.stdin.end('{"last":1}\n');
    await until(() => arrived.length === 1);
    let ended = false;
    arrived[0]?.in.on('end', () => {
      ended = true;
    });
    arrived[0]?.in.resume();
    await until(() => ended);
    arrived[0]?.out.end('{"answer":1}\n');
    await until(() => b.exit() !== undefined);
    expect(b.exit()).toBe(0);
    expect(b.heard()).toBe('{"answer":1}\n');
    expect(b.errors()).toBe('');
  });

  test('ends when the app ends the session, though the client has not', async () => {
    const { arrived } = await app();
    const b = bridge(['con_1']);
    await until(() => arrived.length === 1);
    const large = 'x'.repeat(1_000_000);
    arrived[0]?.out.end(`${large}\n`);
    await until(() => b.exit() !== undefined);
    expect(b.exit()).toBe(0);
    expect(b.heard()).toBe(`${large}\n`);
  });

  test('ends when the client stops reading', async () => {
    const { arrived } = await app();
    const b = bridge(['con_1']);
    await until(() => arrived.length === 1);
    b.child.stdout.destroy();
    arrived[0]?.out.on('error', () => undefined);
    const feed = setInterval(() => arrived[0]?.out.write('x'.repeat(10_000)), 5);
    await until(() => b.exit() !== undefined);
    clearInterval(feed);
  });

  test('a bridge that is killed takes its client along, and the app lets go of it', async () => {
    const { arrived } = await app();
    const b = bridge(['con_1']);
    await until(() => arrived.length === 1);
    const client = arrived[0];
    client?.in.resume();
    b.child.kill('SIGKILL');
    // Half open, a socket that ended is let go of by its session; pipes that were taken are let go of at once.
    await until(() =>
      taken
        ? client?.in.destroyed === true && client.out.destroyed
        : client?.in.closed === true || client?.in.readableEnded === true,
    );
    await until(() => b.exit() !== undefined);
  });

  test('found by HOME alone also where the home is too deep for a socket', async () => {
    home = path.join(home, 'd'.repeat(60), 'e'.repeat(60));
    mkdirSync(home, { recursive: true });
    const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
    place = bridgeEndpoint({ platform: 'linux', home, tmp: socketTmp, uid, hash });
    expect(place.socketFolder).toBe(`/tmp/airlock-${uid}-${hash}`);
    try {
      const { hellos } = await app();
      bridge(['con_1'], { TMPDIR: folder });
      await until(() => hellos.length === 1);
    } finally {
      rmSync(String(place.socketFolder), { recursive: true, force: true });
    }
  });
});

describe('turned away', () => {
  test('the client hears why, for each request', async () => {
    const { hellos } = await app('right', 'wrong');
    const b = startBridge(['con_1']);
    b.child.stdin.write('{"jsonrpc":"2.0","id":0,"method":"initialize"}\n{"method":"n"}\n');
    await until(() => b.heard().endsWith('\n'));
    expect(JSON.parse(b.heard())).toMatchObject({ id: 0, error: { code: -31005 } });
    expect(b.heard()).toContain('wrong token');
    b.child.stdin.end();
    await until(() => b.exit() !== undefined);
    expect(b.exit()).toBe(0);
    expect(hellos).toEqual([]);
  });

  test('by a token of the run before, it comes again with the new one', async () => {
    const { hellos } = await app('new', 'old', () => writeToken('new'));
    const b = startBridge(['con_1']);
    await until(() => hellos.length === 1);
    expect(hellos[0]?.token).toBe('new');
    expect(b.heard()).toBe('');
  });

  test('an entry that names no connection says so', async () => {
    const b = startBridge([]);
    b.child.stdin.end('{"id":1,"method":"tools/call"}\n');
    await until(() => b.exit() !== undefined);
    expect(b.heard()).toContain('does not say which connection');
  });
});

describe('without the app', () => {
  const ask = '{"jsonrpc":"2.0","id":1,"method":"initialize"}\n{"id":2,"method":"tools/call"}\n';

  test('each request is answered with what to do, until the client goes', async () => {
    const b = startBridge(['con_1']);
    b.child.stdin.write(ask);
    await until(() => b.heard().split('\n').length === 3);
    const [first, second] = b
      .heard()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first.error.message).toBe(
      'Airlock is not running: start Airlock Desktop, then try again.',
    );
    expect(second.result.isError).toBe(true);
    expect(b.exit()).toBeUndefined();
    b.child.stdin.end();
    await until(() => b.exit() !== undefined);
    expect(b.exit()).toBe(0);
    expect(b.errors()).toBe('');
  });

  test('it is started, and met once it is up', async () => {
    const mark = path.join(home, 'started');
    const program = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, JSON.stringify(process.env))`;
    mkdirSync(path.dirname(place.launchFile), { recursive: true });
    const launch = { command: process.execPath, args: ['-e', program], env: { FROM_LAUNCH: '1' } };
    writeFileSync(place.launchFile, JSON.stringify(launch), { mode: 0o600 });
    const b = startBridge(['con_1'], { ELECTRON_RUN_AS_NODE: '1', LANG: 'C' });
    b.child.stdin.write('{"id":1,"method":"ping"}\n');
    await until(() => existsSync(mark) && readFileSync(mark, 'utf8').endsWith('}'));
    const env = JSON.parse(readFileSync(mark, 'utf8'));
    expect(env).toMatchObject({ FROM_LAUNCH: '1', LANG: 'C' });
    expect(env.ELECTRON_RUN_AS_NODE).toBeUndefined();
    const { arrived } = await app('late');
    await until(() => arrived.length === 1);
    let got = '';
    arrived[0]?.in.on('data', (chunk) => {
      got += String(chunk);
    });
    arrived[0]?.in.resume();
    await until(() => got === '{"id":1,"method":"ping"}\n');
  });

  test('is not started by a file that others could have written', async () => {
    const mark = path.join(home, 'started');
    mkdirSync(path.dirname(place.launchFile), { recursive: true });
    const launch = { command: '/usr/bin/touch', args: [mark] };
    writeFileSync(place.launchFile, JSON.stringify(launch));
    chmodSync(place.launchFile, 0o666);
    const b = startBridge(['con_1']);
    b.child.stdin.end(ask);
    await until(() => b.exit() !== undefined);
    expect(b.heard()).toContain('Airlock is not running');
    expect(existsSync(mark)).toBe(false);
  });

  test('no token goes to a socket whose folder is open to others', async () => {
    const { hellos } = await app();
    chmodSync(String(place.socketFolder), 0o755);
    const b = startBridge(['con_1']);
    b.child.stdin.end(ask);
    await until(() => b.exit() !== undefined);
    expect(b.heard()).toContain('Airlock is not running');
    expect(hellos).toEqual([]);
  });
});
