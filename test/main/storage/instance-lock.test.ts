import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceOwner, ownDataFolder } from '../../../main/storage/instance-lock.ts';
import { holdLock, lockHeld } from '../../../main/storage/process-lock.ts';
import { childProcess } from './child.ts';
import { tempFolder } from './temp-folder.ts';

const me = { pid: process.pid, since: 1 };

test('nobody owns a folder at first', () => {
  expect(instanceOwner(tempFolder())).toBeUndefined();
});

test('one owner at a time, until it lets go', () => {
  const folder = tempFolder();
  const first = ownDataFolder(folder, me);
  expect(first.ok).toBe(true);
  expect(instanceOwner(folder)).toEqual(me);
  expect(ownDataFolder(folder, { pid: 2, since: 2 })).toMatchObject({
    ok: false,
    problem: { code: 'lock-held' },
  });
  expect(instanceOwner(folder)).toEqual(me);
  if (first.ok) {
    first.value.release();
    first.value.release();
  }
  expect(instanceOwner(folder)).toBeUndefined();
  const next = ownDataFolder(folder, me);
  expect(next.ok).toBe(true);
  if (next.ok) next.value.release();
});

test('another process that owns it is named, and a kill -9 frees it', async () => {
  const folder = tempFolder();
  const child = childProcess('storage/lock-holder.ts', folder);
  expect(await child.message()).toBe('held');
  expect(instanceOwner(folder)).toEqual({ pid: child.pid, since: 5 });
  expect(ownDataFolder(folder, me)).toMatchObject({ ok: false, problem: { code: 'lock-held' } });
  await child.kill();
  expect(instanceOwner(folder)).toBeUndefined();
  const lock = ownDataFolder(folder, me);
  expect(lock.ok).toBe(true);
  if (lock.ok) lock.value.release();
});

test('a lock outlives every reference to it', async () => {
  const folder = tempFolder();
  const child = childProcess('storage/lock-holder.ts', folder);
  expect(await child.message()).toBe('held');
  child.send('collect');
  expect(await child.message()).toBe('collected');
  expect(instanceOwner(folder)).toEqual({ pid: child.pid, since: 5 });
  await child.kill();
});

test('an owner whose name is lost still owns', () => {
  const folder = tempFolder();
  const lock = ownDataFolder(folder, me);
  rmSync(join(folder, 'instance.json'));
  expect(instanceOwner(folder)).toBe('unknown');
  if (lock.ok) lock.value.release();
});

test('asking for the owner does not take the lock from the process that asks', async () => {
  const folder = tempFolder();
  const lock = ownDataFolder(folder, me);
  expect(instanceOwner(folder)).toEqual(me);
  const child = childProcess('storage/lock-holder.ts', folder);
  expect(await child.message()).toBe('lock-held');
  await child.kill();
  if (lock.ok) lock.value.release();
});

test('a lock file with rubbish in it is replaced', () => {
  const path = join(tempFolder(), 'lock');
  writeFileSync(path, 'rubbish that is long enough to be taken for a header');
  expect(lockHeld(path)).toBe(false);
  const lock = holdLock(path);
  expect(lock.ok).toBe(true);
  expect(lockHeld(path)).toBe(true);
  if (lock.ok) lock.value.release();
});

test('a lock that cannot be looked at counts as held', () => {
  const folder = tempFolder();
  expect(lockHeld(folder)).toBe(true);
  expect(holdLock(join(folder, 'no', 'lock'))).toMatchObject({
    ok: false,
    problem: { code: 'not-writable' },
  });
});
