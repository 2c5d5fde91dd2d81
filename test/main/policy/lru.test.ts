import { expect, test } from 'vitest';
import { makeLru } from '../../../main/policy/lru.ts';

test('the entry that was not asked for the longest falls out first', () => {
  const dropped: string[] = [];
  const lru = makeLru<string, number>(2, (key) => dropped.push(key));
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect(dropped).toEqual(['b']);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
});

test('setting again keeps one entry and makes it the youngest', () => {
  const lru = makeLru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.set('a', 3);
  lru.set('c', 4);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([3, undefined, 4]);
});

test('clear forgets all', () => {
  const lru = makeLru<string, number>(2);
  lru.set('a', 1);
  lru.clear();
  expect([lru.get('a'), lru.size]).toEqual([undefined, 0]);
});
