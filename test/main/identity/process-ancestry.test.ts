import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCallerJudge } from '../../../main/identity/calling-client.ts';
import { ancestryOf } from '../../../main/identity/process-ancestry.ts';
import { runProgram } from '../../../main/identity/run-program.ts';

const linux = { platform: 'linux', run: runProgram } as const;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Starts node, which starts node, which tells its own id. Both end with their input. */
async function grandchild() {
  const inner = "console.log(process.pid); process.stdin.resume().on('end', () => process.exit(0))";
  const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}, 'inner-mark'], { stdio: 'inherit' }).on('exit', () => process.exit(0))`;
  const child = spawn(process.execPath, ['-e', outer, 'outer-mark'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  ends.push(async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { inner: Number(line), outer: Number(child.pid) };
}

describe.runIf(process.platform === 'linux')('the ancestry of real processes', () => {
  test('goes from a process to those that started it', async () => {
    const { inner, outer } = await grandchild();
    const ancestry = await ancestryOf(inner, linux);
    expect(ancestry.slice(0, 3).map(({ pid }) => pid)).toEqual([inner, outer, process.pid]);
    expect(ancestry[0]).toMatchObject({ path: process.execPath, parentPid: outer });
    expect(ancestry[0]?.command).toContain('inner-mark');
    expect(ancestry[1]?.command).toContain('outer-mark');
    expect(ancestry.every(({ pid }) => pid > 1)).toBe(true);
  });

  test('of one that ended is empty', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(await ancestryOf(Number(child.pid), linux)).toEqual([]);
  });

  test('makes this very process a stranger to Cursor', async () => {
    const { inner } = await grandchild();
    const judge = makeCallerJudge(linux);
    const judged = await judge(inner, [{ id: 'cursor', name: 'Cursor' }]);
    expect(judged.verdict.verdict).toBe('unexpected');
    expect(judged.finding?.code).toBe('unexpected-process');
    expect(judged.ancestry[0]?.pid).toBe(inner);
  });
});

describe('a process id', () => {
  test.each([0, 1, -4, 1.5, Number.NaN, 2 ** 40])('%d is nobody', async (pid) => {
    expect(await ancestryOf(pid, linux)).toEqual([]);
  });

  test('that is not told leaves the caller unknown', async () => {
    const judged = await makeCallerJudge(linux)(undefined, [{ id: 'cursor', name: 'Cursor' }]);
    expect(judged).toMatchObject({ ancestry: [], verdict: { verdict: 'unknown' } });
    expect(judged).not.toHaveProperty('finding');
  });
});

describe('on other systems', () => {
  const row = (ProcessId: number, ParentProcessId: number, at: number) => ({
    ProcessId,
    ParentProcessId,
    ExecutablePath: `C:\\p${ProcessId}.exe`,
    CreationDate: `/Date(${at})/`,
  });
  const windows = (rows: readonly object[]) => ({
    platform: 'win32' as const,
    run: async () => ({ out: JSON.stringify(rows), err: '' }),
  });
  const pids = async (pid: number, rows: readonly object[]) =>
    (await ancestryOf(pid, windows(rows))).map((one) => one.pid);

  test('Windows is listed once and followed', async () => {
    expect(await pids(30, [row(10, 4, 1), row(20, 10, 2), row(30, 20, 3)])).toEqual([30, 20, 10]);
  });

  test('a parent that is younger than its child is somebody else with an old number', async () => {
    expect(await pids(30, [row(20, 10, 9), row(30, 20, 3)])).toEqual([30]);
  });

  test('a circle ends', async () => {
    expect(await pids(30, [row(20, 30, 3), row(30, 20, 3)])).toEqual([30, 20]);
  });

  test('a long chain is cut', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => row(at + 2, at + 1, at));
    expect(await pids(51, rows)).toHaveLength(12);
  });

  test('macOS is asked for programs and commands', async () => {
    const answers = ['  7     1 /Applications/Zed.app/Contents/MacOS/zed\n', '  7 zed --x\n'];
    const run = async () => ({ out: answers.shift() ?? '', err: '' });
    expect(await ancestryOf(7, { platform: 'darwin', run })).toEqual([
      {
        pid: 7,
        parentPid: 1,
        path: '/Applications/Zed.app/Contents/MacOS/zed',
        command: 'zed --x',
      },
    ]);
  });

  test('a system that does not answer leaves it empty', async () => {
    const run = () => Promise.reject(new Error('spawn EACCES'));
    expect(await ancestryOf(7, { platform: 'darwin', run })).toEqual([]);
  });

  test('a signature is asked for once, and only where the name fits', async () => {
    const asked: string[] = [];
    // The file has to be there to be looked at, so this test's own program plays the part of Zed.
    const path = process.execPath;
    const make = (signed: string) =>
      makeCallerJudge({
        platform: 'darwin',
        async run({ command, args }) {
          asked.push(command);
          if (command.endsWith('codesign')) return { out: '', err: signed };
          const commands = args.at(-1) === 'pid=,command=';
          return { out: commands ? `9 node /opt/Zed.app/libexec/zed.js` : `9 1 ${path}`, err: '' };
        },
      });
    const judge = make('TeamIdentifier=MQ55VZLNZQ');
    for (let time = 0; time < 2; time += 1) {
      expect((await judge(9, [{ id: 'zed', name: 'Zed' }])).verdict.verdict).toBe('matches');
    }
    expect(asked.filter((command) => command.endsWith('codesign'))).toHaveLength(1);
    asked.length = 0;
    await judge(9, [{ id: 'cursor', name: 'Cursor' }]);
    expect(asked.filter((command) => command.endsWith('codesign'))).toEqual([]);
  });
});

describe('a program', () => {
  test('that ends with a failure has said what it said', async () => {
    const script = "console.log('out'); console.error('err'); process.exit(3)";
    const printed = await runProgram({ command: process.execPath, args: ['-e', script] });
    expect(printed).toEqual({ out: 'out\n', err: 'err\n' });
  });

  test('that is not there rejects', async () => {
    await expect(runProgram({ command: '/nonexistent/x', args: [] })).rejects.toThrow('ENOENT');
  });
});
