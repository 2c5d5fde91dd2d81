import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePendingTable } from '../../../main/relay/pending.ts';

const tableOf = (...ids: string[]) => {
  const table = makePendingTable<{ idText: string }>();
  for (const idText of ids) table.add({ idText });
  return table;
};

describe('requests that wait for an answer', () => {
  test('are found by the very id they came with', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.bigInt(), fc.string()), { minLength: 1 }), (ids) => {
        const texts = ids.map((id) => (typeof id === 'bigint' ? String(id) : JSON.stringify(id)));
        const table = tableOf(...texts);
        for (const text of texts) expect(table.find(text)?.idText).toBe(text);
      }),
    );
  });

  test.each([
    ['1', '1.0'],
    ['1', '"1"'],
    ['"7"', '7'],
    ['"a\\u0062"', '"ab"'],
    ['12345678901234567890', '12345678901234567000'],
  ])('are not escaped by spelling the id otherwise: %s answered as %s', (asked, answered) => {
    expect(tableOf(asked, '"other"').find(answered)?.idText).toBe(asked);
  });

  test('keep exact ids apart before any likeness counts', () => {
    const table = tableOf('1', '"1"', '12345678901234567891', '12345678901234567890');
    for (const text of ['1', '"1"', '12345678901234567891', '12345678901234567890'])
      expect(table.find(text)?.idText).toBe(text);
  });

  test('do not answer to null, text or another number', () => {
    const table = tableOf('0', '"a"', '5');
    for (const text of ['null', '"b"', '6', '"A"']) expect(table.find(text)).toBeUndefined();
  });

  test('hold their id until they are removed', () => {
    const table = makePendingTable<{ idText: string }>();
    const first = { idText: '1' };
    expect(table.add(first)).toBe(true);
    expect(table.add({ idText: '1.0' })).toBe(false);
    table.remove({ idText: '1' });
    expect(table.all()).toEqual([first]);
    table.remove(first);
    expect(table.add({ idText: '1' })).toBe(true);
  });
});
