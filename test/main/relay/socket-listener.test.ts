import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HelloProblem } from '../../../main/relay/hello.ts';
import { type Listener, listenForBridges } from '../../../main/relay/socket-listener.ts';
import { type BridgeHello, helloAccepted } from '../../../shared/hello.ts';
import { until } from './rig.ts';

const uid = process.getuid?.() ?? 0;
const token = 'the-right-token';
let root = '';
let open: { close: () => unknown }[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'airlock-listener-'));
  open = [];
});

afterEach(async () => {
  for (const one of open) await one.close();
  rmSync(root, { recursive: true, force: true });
});

const folderOf = () => path.join(root, 'run');
const socketOf = () => path.join(folderOf(), 'bridge.sock');

/** Opens the door and writes down who came. */
async function door(
  over: { helloMs?: number; uid?: number; socket?: string; folder?: string } = {},
) {
  const accepted: { hello: BridgeHello; socket: Socket }[] = [];
  const refused: HelloProblem[] = [];
  const opened = await listenForBridges({
    endpoint: { socket: over.socket ?? socketOf(), socketFolder: over.folder ?? folderOf() },
    token,
    uid: over.uid ?? uid,
    accept: (hello, { in: socket }) => accepted.push({ hello, socket: socket as Socket }),
    refused: (problem) => refused.push(problem),
    ...(over.helloMs === undefined ? {} : { helloMs: over.helloMs }),
  });
  if (opened.ok) open.push(opened.value);
  return { opened, accepted, refused };
}

/** A bridge that says what the test wants. */
function visitor(socketPath = socketOf()) {
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  open.push({ close: () => socket.destroy() });
  let heard = '';
  let ended = false;
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  socket.on('end', () => {
    ended = true;
  });
  socket.on('error', () => undefined);
  return { socket, heard: () => heard, ended: () => ended };
}

const hello = (over: Record<string, unknown> = {}) =>
  JSON.stringify({
    airlock: 1,
    connection: 'con_1',
    token,
    pid: 7,
    ppid: 3,
    cwd: '/w',
    env: { A: '1' },
    argv: ['npx', 'x'],
    ...over,
  });

describe('a good hello', () => {
  test('is accepted, and what follows is the client, byte for byte', async () => {
    const { accepted } = await door();
    const { socket, heard } = visitor();
    socket.write(`${hello({ later: true })}\n{"first":"bytes"}\n`);
    await until(() => accepted.length === 1);
    await until(() => heard() === helloAccepted);
    expect(accepted[0]?.hello).toEqual({
      airlock: 1,
      connection: 'con_1',
      token,
      pid: 7,
      ppid: 3,
      cwd: '/w',
      env: { A: '1' },
      argv: ['npx', 'x'],
    });
    let client = '';
    accepted[0]?.socket.on('data', (chunk) => {
      client += String(chunk);
    });
    accepted[0]?.socket.resume();
    socket.write('more');
    await until(() => client === '{"first":"bytes"}\nmore');
  });

  test('may come in pieces', async () => {
    const { accepted } = await door();
    const { socket } = visitor();
    const line = `${hello()}\n`;
    socket.setNoDelay(true);
    for (const at of [0, 1, 20, 21]) {
      socket.write(line.slice(at, { 0: 1, 1: 20, 20: 21 }[at]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => accepted.length === 1);
  });

  test('keeps the way back open when the client has said its last word', async () => {
    const { accepted } = await door();
    const { socket, heard } = visitor();
    socket.end(`${hello()}\n{"last":1}\n`);
    await until(() => accepted.length === 1);
    const mine = accepted[0]?.socket;
    let over = false;
    mine?.on('end', () => {
      over = true;
    });
    mine?.resume();
    await until(() => over);
    mine?.end('{"answer":1}\n');
    await until(() => heard() === `${helloAccepted}{"answer":1}\n`);
  });
});

describe('who is turned away', () => {
  test.each([
    ['a wrong token', `${hello({ token: 'the-wrong-token' })}\n`, 'wrong-token'],
    ['an empty token', `${hello({ token: '' })}\n`, 'wrong-token'],
    ['garbage', 'GET / HTTP/1.1\r\n\r\n', 'hello-unreadable'],
    ['a JSON-RPC message', '{"jsonrpc":"2.0","id":1,"method":"initialize"}\n', 'hello-unreadable'],
    ['a hello without its argv', `${hello({ argv: undefined })}\n`, 'hello-unreadable'],
    ['a hello of another version', `${hello({ airlock: 2 })}\n`, 'hello-unreadable'],
    ['a hello of two megabytes', `${hello({ cwd: 'x'.repeat(2_000_000) })}\n`, 'hello-too-long'],
    ['endless bytes', 'x'.repeat(1_100_000), 'hello-too-long'],
  ])('%s', async (_, text, code) => {
    const { accepted, refused } = await door();
    const { socket, heard, ended } = visitor();
    socket.write(text);
    await until(ended);
    const answer = JSON.parse(heard());
    expect(answer).toMatchObject({ airlock: 1, error: { code } });
    expect(heard().endsWith('\n')).toBe(true);
    expect(accepted).toEqual([]);
    expect(refused.map((one) => one.code)).toEqual([code]);
    expect(JSON.stringify(refused)).not.toContain('token":');
  });

  test('is named as far as it said', async () => {
    const { refused } = await door();
    visitor().socket.write(`${hello({ token: 'no' })}\n`);
    await until(() => refused.length === 1);
    expect(refused[0]?.known).toEqual({ connection: 'con_1', pid: 7 });
  });

  test('a slow one', async () => {
    const { refused } = await door({ helloMs: 30 });
    const { socket, heard, ended } = visitor();
    socket.write('{"airlock":1,');
    await until(ended);
    expect(JSON.parse(heard()).error.code).toBe('hello-slow');
    expect(refused.map(({ code }) => code)).toEqual(['hello-slow']);
  });

  test('one that leaves without a word is nobody', async () => {
    const { refused, accepted } = await door();
    const first = visitor();
    first.socket.end();
    await until(first.ended);
    const second = visitor();
    second.socket.write(`${hello()}\n`);
    await until(() => accepted.length === 1);
    expect(refused).toEqual([]);
  });
});

describe('the socket', () => {
  test('lies in a folder that is made for this user alone', async () => {
    await door();
    expect(statSync(folderOf()).mode & 0o777).toBe(0o700);
    expect(statSync(socketOf()).mode & 0o777).toBe(0o600);
  });

  test('closes a folder of ours that was too open', async () => {
    mkdirSync(folderOf());
    chmodSync(folderOf(), 0o777);
    expect((await door()).opened.ok).toBe(true);
    expect(statSync(folderOf()).mode & 0o777).toBe(0o700);
  });

  const codeOf = ({ opened }: Awaited<ReturnType<typeof door>>) =>
    opened.ok ? 'ok' : opened.problem.code;

  test('is not put into a folder of somebody else', async () => {
    mkdirSync(folderOf());
    expect(codeOf(await door({ uid: uid + 1 }))).toBe('folder-not-ours');
    expect(existsSync(socketOf())).toBe(false);
  });

  test('is not put behind a link', async () => {
    mkdirSync(path.join(root, 'elsewhere'));
    symlinkSync(path.join(root, 'elsewhere'), folderOf());
    expect(codeOf(await door())).toBe('folder-not-ours');
  });

  test('is not put where the folder cannot be', async () => {
    writeFileSync(folderOf(), 'a file');
    expect(codeOf(await door())).toBe('folder-unusable');
  });

  test('replaces one that a crash left behind', async () => {
    mkdirSync(folderOf(), { mode: 0o700 });
    // A server whose file is moved away cannot remove it when it closes: what is left is what a crash leaves.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path.join(folderOf(), 'x'), resolve));
    const { renameSync } = await import('node:fs');
    renameSync(path.join(folderOf(), 'x'), socketOf());
    await new Promise((resolve) => dead.close(resolve));
    expect(existsSync(socketOf())).toBe(true);
    const { accepted } = await door();
    visitor().socket.write(`${hello()}\n`);
    await until(() => accepted.length === 1);
  });

  test('does not take the place of one that answers', async () => {
    const first = await door();
    expect(codeOf(await door())).toBe('already-running');
    visitor().socket.write(`${hello()}\n`);
    await until(() => first.accepted.length === 1);
  });

  test('does not take the place of a file', async () => {
    mkdirSync(folderOf(), { mode: 0o700 });
    writeFileSync(socketOf(), 'mine');
    expect(codeOf(await door())).toBe('not-a-socket');
  });

  test('has a path that every system can take', async () => {
    expect(codeOf(await door({ socket: path.join(folderOf(), 'x'.repeat(100)) }))).toBe(
      'path-too-long',
    );
  });

  test('is gone once the door is closed, and waiting visitors with it', async () => {
    const { opened, accepted } = await door();
    const waiting = visitor();
    const inside = visitor();
    inside.socket.write(`${hello()}\n`);
    await until(() => accepted.length === 1);
    const listener: Listener | undefined = opened.ok ? opened.value : undefined;
    await listener?.close();
    await until(waiting.ended);
    expect(existsSync(socketOf())).toBe(false);
    let heard = '';
    accepted[0]?.socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    accepted[0]?.socket.resume();
    inside.socket.write('still here');
    await until(() => heard === 'still here');
    accepted[0]?.socket.destroy();
  });
});
