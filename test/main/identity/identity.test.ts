import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeBridgeToken } from '../../../main/identity/bridge-token.ts';
import {
  fromProcCmdline,
  processCommand,
  processQuery,
} from '../../../main/identity/calling-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'airlock-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the bridge token', () => {
  test('is fresh each time and readable by the owner alone', () => {
    const file = join(folder, 'run', 'token');
    const first = writeBridgeToken(file);
    const second = writeBridgeToken(file);
    expect(first).toHaveLength(43);
    expect(second).not.toBe(first);
    expect(readFileSync(file, 'utf8')).toBe(second);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
  });
});

describe('the calling process', () => {
  test('is named by its command line', async () => {
    expect(await processCommand(process.pid, process.platform)).toContain('node');
  });

  test.each([0, 1, -4, Number.NaN, 2 ** 40])('process %d is nobody', async (pid) => {
    expect(await processCommand(pid, process.platform)).toBeUndefined();
  });

  test('is asked for in the way of each platform', () => {
    expect(processQuery('darwin', 7)).toEqual({
      command: 'ps',
      args: ['-o', 'command=', '-p', '7'],
    });
    expect(processQuery('win32', 7).args.at(-1)).toContain('ProcessId=7');
    expect(fromProcCmdline('/usr/bin/node\0server.js\0')).toBe('/usr/bin/node server.js');
  });
});
