import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { childProcess } from '../storage/child.ts';
import { closed, opened } from './trail-child.ts';
import { aTrail, trailPath, walk, watchedOpen } from './trail-support.ts';

const writer = (file: string, name: string) =>
  childProcess('audit/trail-writer.ts', file, 'calls', name);

const endings = (trail: ReturnType<typeof aTrail>) =>
  walk(trail)
    .filter(({ kind }) => kind === 'call.closed')
    .map(({ callId, outcome }) => [callId, outcome]);

const lockFiles = (file: string) =>
  readdirSync(path.dirname(file)).filter((name) => name.includes('-writer-'));

describe('a call that was open when its process was killed', () => {
  test('is closed as interrupted at the next start, once', async () => {
    const file = trailPath();
    const child = writer(file, 'a');
    expect(await child.message()).toBe('open');
    await child.kill();
    const trail = aTrail(file);
    expect(endings(trail)).toEqual([
      ['a-done', 'ok'],
      ['a-open', 'interrupted'],
    ]);
    const [last] = trail.recent(1);
    expect(last).toMatchObject({
      kind: 'call.closed',
      callId: 'a-open',
      tool: { name: 'write_file' },
      argumentsHash: 'ff',
      detail: 'Airlock stopped while this call was under way; its outcome is unknown.',
    });
    expect(last).not.toHaveProperty('arguments');
    trail.close();
    expect(endings(aTrail(file))).toHaveLength(2);
  });

  test('stays open while its process lives, whoever else starts', async () => {
    const file = trailPath();
    const child = writer(file, 'a');
    expect(await child.message()).toBe('open');
    const trail = aTrail(file);
    expect(trail.closeInterrupted()).toBe(0);
    expect(endings(trail)).toEqual([['a-done', 'ok']]);
    await child.kill();
    expect(trail.closeInterrupted()).toBe(1);
    expect(trail.closeInterrupted()).toBe(0);
    expect(endings(trail)).toContainEqual(['a-open', 'interrupted']);
  });

  test('is closed once where several notice', async () => {
    const file = trailPath();
    const children = ['a', 'b'].map((name) => writer(file, name));
    for (const child of children) expect(await child.message()).toBe('open');
    const trails = [aTrail(file), aTrail(file)];
    for (const child of children) await child.kill();
    expect(trails.map((trail) => trail.closeInterrupted())).toEqual([2, 0]);
  });
});

test('a clean end closes the calls that are under way', async () => {
  const file = trailPath();
  const child = writer(file, 'a');
  expect(await child.message()).toBe('open');
  child.send('exit');
  expect(await child.ended()).toBe(0);
  expect(lockFiles(file)).toEqual([]);
  const trail = aTrail(file);
  expect(trail.recent(1)[0]).toMatchObject({
    callId: 'a-open',
    outcome: 'interrupted',
    detail: expect.stringContaining('was stopped'),
  });
});

test('a close that still waits to be written is no interruption', () => {
  const file = trailPath();
  const trail = aTrail(file);
  trail.append(opened('c1'));
  trail.appendSoon(closed('c1'));
  trail.close();
  expect(endings(aTrail(file))).toEqual([['c1', 'ok']]);
});

test('a long life does not make the next start look through all of it', async () => {
  const file = trailPath();
  const { open, db } = watchedOpen();
  const trail = aTrail(file, { open });
  trail.append(opened('old'));
  for (let n = 0; n < 20; n += 1) {
    trail.append(opened(`c${n}`));
    trail.append(closed(`c${n}`));
  }
  const from = () => db().prepare('SELECT open_from FROM writers').get()?.open_from;
  await vi.waitFor(() => expect(from()).toBe(2), { timeout: 5_000 });
  trail.append(closed('old'));
  await vi.waitFor(() => expect(from()).toBe(44), { timeout: 5_000 });
});

test('no lock files are left behind by those who died', async () => {
  const file = trailPath();
  const child = writer(file, 'a');
  await child.message();
  await child.kill();
  expect(lockFiles(file)).toHaveLength(1);
  const trail = aTrail(file);
  trail.append(opened('c1'));
  expect(lockFiles(file)).toHaveLength(1);
  trail.close();
  expect(lockFiles(file)).toEqual([]);
  expect(existsSync(file)).toBe(true);
});
