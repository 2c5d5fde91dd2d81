import { parseTree } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../main/clients/config-node.ts';
import { differsAt } from '../../../main/clients/verify.ts';

const tree = (value: unknown): Node => {
  const root = parseTree(JSON.stringify(value));
  if (root === undefined) throw new Error('unreadable');
  return root;
};
const differs = (before: unknown, after: unknown, allowed: string[][] = []) =>
  differsAt(tree(before), tree(after), allowed);

describe('two readings of a config', () => {
  test('are the same in another order of names, not of lists', () => {
    expect(differs({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBeUndefined();
    expect(differs({ b: [1, 2] }, { b: [2, 1] })).toBe('b.0');
    expect(differs({ b: [1] }, { b: [1, 2] })).toBe('b');
  });

  test.each([
    [{ a: { b: 1 } }, { a: { b: 2 } }, 'a.b'],
    [{ a: { b: 1 } }, { a: {} }, 'a.b'],
    [{ a: {} }, { a: { b: 1 } }, 'a.b'],
    [{ a: 1 }, { a: '1' }, 'a'],
    [{ a: null }, {}, 'a'],
  ])('%j and %j differ at %s', (before, after, place) => {
    expect(differs(before, after)).toBe(place);
    expect(differs(before, after, [place.split('.')])).toBeUndefined();
  });

  test('may only lack an object as a whole when all of it may change', () => {
    const before = { e: { env: { A: 1, B: 2 }, x: 1 } };
    const after = { e: { x: 1 } };
    expect(differs(before, after, [['e', 'env', 'A']])).toBe('e.env');
    expect(
      differs(before, after, [
        ['e', 'env', 'A'],
        ['e', 'env', 'B'],
      ]),
    ).toBeUndefined();
    expect(
      differs({ e: { x: 1 } }, { e: { x: 1, h: { T: 1 } } }, [['e', 'h', 'T']]),
    ).toBeUndefined();
    expect(differs({ e: {} }, { e: { h: { T: 1, U: 1 } } }, [['e', 'h', 'T']])).toBe('e.h');
  });

  test('are told apart inside lists', () => {
    expect(differs([{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }])).toBe('1.a');
    expect(differs([{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }], [['1', 'a']])).toBeUndefined();
  });
});
