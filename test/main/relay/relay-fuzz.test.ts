import { expect, test } from 'vitest';
import { carriesEvil } from './other-readers.ts';
import { fuzzSession } from './relay-fuzz.ts';

test('nothing that policy denies passes in a few thousand mutated messages', async () => {
  expect(await fuzzSession(20_260_728, 4_000)).toEqual([]);
}, 60_000);

test('the oracle knows evil when it sees it', () => {
  const evil = '{"id":1,"method":"tools/call","params":{"name":"evil"}}';
  expect(carriesEvil(evil)).toBe(true);
  expect(carriesEvil(`[{"method":"a"},${evil}]`)).toBe(true);
  expect(carriesEvil(`{"x":\r${evil}\r}`)).toBe(true);
  expect(carriesEvil(evil.replace('"name"', '"NAME"'))).toBe(true);
  expect(carriesEvil(evil.replace('"name"', '"name":"good","name"'))).toBe(true);
  expect(carriesEvil(evil.replace('}}', ',"name":"good"}}'))).toBe(true);
  expect(carriesEvil(`{"x":${evil}}`)).toBe(false);
  expect(carriesEvil(evil.replace('evil', 'good'))).toBe(false);
});
