import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { underClientLock } from '../../../main/clients/client-lock.ts';
import { ok } from '../../../shared/outcome.ts';
import { clientOf, type Desk, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
let file: string;
beforeEach(() => {
  desk = makeDesk();
  file = desk.put('settings.json', '{}');
});
afterEach(() => desk.close());

const cline = clientOf('cline');
const copilot = clientOf('copilot-cli');
const pauses: number[] = [];
const pause = async (ms: number) => {
  pauses.push(ms);
};
const old = (place: string) => utimesSync(place, new Date(0), new Date(0));

test('Cline’s lock is held while we write and gone afterwards', async () => {
  let held = false;
  const done = await underClientLock(cline, file, async () => {
    held = existsSync(`${file}.lock`);
    return ok('written');
  });
  expect(done).toEqual(ok('written'));
  expect(held).toBe(true);
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('it is gone after a failure as well', async () => {
  const failing = underClientLock(cline, file, async () => {
    throw new Error('disk');
  });
  await expect(failing).rejects.toThrow('disk');
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('a lock that stays taken refuses the write and stays', async () => {
  mkdirSync(`${file}.lock`);
  const done = await underClientLock(cline, file, async () => ok(1), pause);
  expect(done).toMatchObject({ ok: false, problem: { code: 'client-writing' } });
  expect(existsSync(`${file}.lock`)).toBe(true);
  expect(pauses.length).toBeGreaterThan(3);
});

test('a lock that a crash left is taken over', async () => {
  mkdirSync(`${file}.lock`);
  old(`${file}.lock`);
  expect(await underClientLock(cline, file, async () => ok(1))).toEqual(ok(1));
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('Copilot’s lock file is waited for and never made or removed', async () => {
  const lock = path.join(path.dirname(file), '.mcp-writer.lock');
  expect(await underClientLock(copilot, file, async () => ok(existsSync(lock)))).toEqual(ok(false));
  writeFileSync(lock, '');
  expect(await underClientLock(copilot, file, async () => ok(1), pause)).toMatchObject({
    ok: false,
  });
  old(lock);
  expect(await underClientLock(copilot, file, async () => ok(1))).toEqual(ok(1));
  expect(existsSync(lock)).toBe(true);
});

test('a client without a lock is written at once', async () => {
  expect(await underClientLock(clientOf('cursor'), file, async () => ok(1))).toEqual(ok(1));
});
