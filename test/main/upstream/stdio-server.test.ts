import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type ServerStart, startStdioServer } from '../../../main/upstream/stdio-server.ts';
import { isAlive, printedPids, stubbornScripts } from '../../fakes/stubborn-tree.ts';
import { aSupervisor } from '../../fakes/supervised.ts';

const { trees, folder, remove } = aSupervisor();
const sessions: string[] = [];
afterEach(async () => {
  const now = { closeMs: 0, graceMs: 0, forceMs: 2_000 };
  await Promise.all(sessions.splice(0).map((id) => trees.end(id, now)));
}, 60_000);
afterAll(remove);

const start = (over: Partial<ServerStart> = {}) => {
  const sessionId = `stdio-${process.pid}-${Math.random()}`;
  sessions.push(sessionId);
  trees.track(sessionId, 'files');
  return startStdioServer(
    {
      sessionId,
      name: 'files',
      clientName: 'Cursor',
      command: 'sh',
      args: ['-c', 'exec cat'],
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', AIRLOCK_SESSION: sessionId },
      mask: (text) => text.replaceAll('s3cret', '***'),
      ...over,
    },
    trees,
    process.platform,
  );
};

const run = async (script: string, over: Partial<ServerStart> = {}) => {
  const server = await start({ args: ['-c', script], ...over });
  if (!server.ok) throw new Error(server.problem.message);
  return server.value;
};

describe.runIf(process.platform !== 'win32')('a server over stdio', () => {
  test('passes bytes both ways, in its folder and with its environment alone', async () => {
    const server = await run('pwd; env; exec cat', {
      env: { PATH: process.env.PATH ?? '', A: 'b' },
    });
    server.stdin.end('{"jsonrpc":"2.0"}\n');
    const out = (await server.stdout.toArray()).join('');
    expect(out).toContain(`${folder}\n`);
    expect(out).toContain('A=b\n');
    expect(out).not.toContain('HOME=');
    expect(out.endsWith('{"jsonrpc":"2.0"}\n')).toBe(true);
    expect(await server.drained).toEqual({ code: 0, signal: null });
  });

  test('tells its exit code after its last words, masked', async () => {
    const server = await run('echo "key s3cret refused" >&2; exit 3');
    expect(await server.drained).toEqual({ code: 3, signal: null });
    expect(server.stderr.lastLine()).toBe('key *** refused');
  });

  test('does not hang on a child that keeps its pipes', async () => {
    const server = await run('sleep 60 & exit 0');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(await server.drained).toEqual({ code: 0, signal: null });
  });

  test('that floods its error stream does not block', async () => {
    const server = await run('yes s3cret | head -c 1000000 >&2; echo done');
    expect((await server.stdout.toArray()).join('')).toBe('done\n');
    expect(server.stderr.text()).not.toContain('s3cret');
  });

  test('outlives a write into its closed input', async () => {
    const server = await run('exec <&-; echo closed; sleep 60');
    await new Promise((resolve) => server.stdout.once('data', resolve));
    const failure = new Promise((resolve) => server.stdin.write('x', resolve));
    expect(await failure).toMatchObject({ code: 'EPIPE' });
    expect(isAlive(server.pid)).toBe(true);
  });
});

describe.runIf(process.platform !== 'win32')('a server that cannot start', () => {
  const code = async (over: Partial<ServerStart>) => {
    const server = await start(over);
    return server.ok ? undefined : server.problem.code;
  };

  test.each<[string, Partial<ServerStart>]>([
    ['command-not-found', { command: 'no-such-command-anywhere' }],
    ['command-not-found', { command: '/no/such/file' }],
    ['command-not-executable', { command: '/etc/passwd' }],
    ['cwd-missing', { cwd: '/no/such/folder' }],
    ['start-failed', { args: ['-c', 'a\0b'] }],
    ['start-failed', { args: ['x'.repeat(3_000_000)] }],
  ])('is the problem %s', async (expected, over) => {
    expect(await code(over)).toBe(expected);
  });

  test('for want of an interpreter says so', async () => {
    const script = path.join(folder, 'script');
    writeFileSync(script, '#!/no/such/interpreter\n');
    chmodSync(script, 0o755);
    expect(await code({ command: script })).toBe('interpreter-missing');
  });
});

describe.runIf(process.platform === 'linux')('stopping a server', () => {
  const timing = { closeMs: 150, termMs: 150 };

  test('that is polite needs no more than the end of its input', async () => {
    const server = await run(stubbornScripts.polite);
    await printedPids(server.stdout);
    const report = await server.stop();
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(report.items).toMatchObject([
      { pid: server.pid, stopped: true, detail: 'It ended when its input was closed.' },
    ]);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  test('that is slow is given the time to finish what it does', async () => {
    const server = await run('echo up; cat >/dev/null; sleep 0.3; echo saved');
    await new Promise((resolve) => server.stdout.once('data', resolve));
    const rest = server.stdout.toArray();
    const report = await server.stop({ closeMs: 20_000, termMs: 0 });
    expect((await rest).join('')).toBe('saved\n');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(new Set(report.items.map(({ detail }) => detail))).toEqual(
      new Set(['It ended when its input was closed.']),
    );
  });

  test('with a family ends the family', async () => {
    const server = await run(stubbornScripts.parent);
    const pids = await printedPids(server.stdout);
    const report = await server.stop(timing);
    expect(report.verified).toBe(true);
    expect(report.items.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('that is deaf kills it', async () => {
    const server = await run(stubbornScripts.deaf);
    const pids = await printedPids(server.stdout);
    const report = await server.stop(timing);
    expect(report.items.map(({ detail }) => detail)).toEqual(pids.map(() => 'It was killed.'));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('that left a daemon ends the daemon too, also at once', async () => {
    for (const how of ['stop', 'kill'] as const) {
      const server = await run(stubbornScripts.daemon);
      const pids = await printedPids(server.stdout);
      const report = how === 'stop' ? await server.stop(timing) : await server.kill();
      expect(report).toMatchObject({ verified: true });
      expect(report.items.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
      expect(pids.filter(isAlive)).toEqual([]);
    }
  });

  test('at once drops what is still queued for it', async () => {
    const server = await run('echo up; sleep 60');
    await new Promise((resolve) => server.stdout.once('data', resolve));
    server.stdin.write('x'.repeat(4_000_000));
    const killed = server.kill();
    expect(server.stdin.destroyed).toBe(true);
    expect(await killed).toMatchObject({ verified: true });
  });

  test('twice, gently and at once, comes to the same end', async () => {
    const server = await run(stubbornScripts.deaf);
    const pids = await printedPids(server.stdout);
    const [gently, atOnce] = await Promise.all([server.stop(), server.kill()]);
    expect([gently.verified, atOnce.verified]).toEqual([true, true]);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
