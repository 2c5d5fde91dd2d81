import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { platformProcesses } from '../../../main/upstream/platform-processes.ts';
import type { ListingQuery } from '../../../main/upstream/process-listing.ts';

test('a unix has signals', async () => {
  const { forceEnd, signal } = platformProcesses('linux');
  expect(forceEnd).toBeUndefined();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  signal(child.pid ?? 0, 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(() => signal(2 ** 30, 'SIGTERM')).toThrow('ESRCH');
});

test('Windows ends a tree by taskkill', async () => {
  const asked: ListingQuery[] = [];
  const { forceEnd } = platformProcesses('win32', async (query) => {
    asked.push(query);
    return '';
  });
  await forceEnd?.(42);
  expect(asked).toMatchObject([{ args: ['/PID', '42', '/T', '/F'] }]);
});
