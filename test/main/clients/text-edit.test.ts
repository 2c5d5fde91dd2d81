import { parseTree } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { memberOf } from '../../../main/clients/config-node.ts';
import {
  appendMembers,
  applyEdits,
  hasComment,
  insertAfter,
  removeMembers,
  removeNodes,
} from '../../../main/clients/text-edit.ts';

function tree(text: string) {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) throw new Error('unreadable');
  return root;
}

const without = (text: string, ...names: string[]) =>
  applyEdits(
    text,
    removeMembers(text, tree(text), (name) => names.includes(name)),
  );

describe('edits', () => {
  test('apply in any order given, an insertion before a replacement at the same place', () => {
    const edits = [
      { start: 4, end: 5, text: 'E' },
      { start: 1, end: 2, text: 'B' },
      { start: 1, end: 1, text: '+' },
    ];
    expect(applyEdits('abcde', edits)).toBe('a+BcdE');
  });

  test('that overlap are our own mistake', () => {
    const edits = [
      { start: 0, end: 3, text: '' },
      { start: 2, end: 4, text: '' },
    ];
    expect(() => applyEdits('abcde', edits)).toThrow('overlap');
  });
});

describe('a member is removed', () => {
  test.each([
    ['first of a line each', '{\n  "a": 1,\n  "b": 2\n}', ['a'], '{\n  "b": 2\n}'],
    ['last of a line each', '{\n  "a": 1,\n  "b": 2\n}', ['b'], '{\n  "a": 1\n}'],
    ['in the middle', '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ['b'], '{\n  "a": 1,\n  "c": 3\n}'],
    ['with CRLF', '{\r\n\t"a": 1,\r\n\t"b": 2\r\n}', ['a'], '{\r\n\t"b": 2\r\n}'],
    [
      'with a value over lines',
      '{\n  "a": {\n    "x": 1\n  },\n  "b": 2\n}',
      ['a'],
      '{\n  "b": 2\n}',
    ],
    ['on one line', '{ "a": 1, "b": 2, "c": 3 }', ['b'], '{ "a": 1, "c": 3 }'],
    ['last on one line', '{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
    ['minified', '{"a":1,"b":2,"c":3}', ['a', 'c'], '{"b":2}'],
    ['with its trailing comma', '{\n  "a": 1,\n  "b": 2,\n}', ['b'], '{\n  "a": 1,\n}'],
    ['with a comma in front', '{\n  "a": 1\n, "b": 2\n}', ['a'], '{\n  "b": 2\n}'],
    ['as the only one', '{\n  "a": 1\n}', ['a'], '{\n}'],
    ['with all others', '{"a": 1, "b": 2}', ['a', 'b'], '{}'],
    [
      'and a comment behind it stays',
      '{\n  "a": 1, // why\n  "b": 2\n}',
      ['a'],
      '{\n  // why\n  "b": 2\n}',
    ],
    [
      'and a comment above it stays',
      '{\n  "b": 2,\n  // why\n  "a": 1\n}',
      ['a'],
      '{\n  "b": 2\n  // why\n}',
    ],
    [
      'and a comment before its comma stays',
      '{"a": 1 /* , */, "b": 2}',
      ['a'],
      '{ /* , */ "b": 2}',
    ],
    [
      'and a comment between two that go stays',
      '{"a": 1, /* c */ "b": 2, "d": 3}',
      ['a', 'b'],
      '{ /* c */ "d": 3}',
    ],
    ['by its unescaped name', '{"\\u0061": 1, "b": 2}', ['a'], '{"b": 2}'],
    ['not at all where it is not there', '{"a": 1}', ['z'], '{"a": 1}'],
  ])('%s', (_, text, names, expected) => {
    expect(without(text, ...names)).toBe(expected);
  });

  test('items of a list go the same way', () => {
    const text = '[\n  "a", // first\n  "b",\n  "c"\n]';
    const root = tree(text);
    const edits = removeNodes(text, root.children ?? [], (node) => node.value !== 'a');
    expect(applyEdits(text, edits)).toBe('[\n  "a" // first\n]');
  });
});

describe('a member is added', () => {
  const added = (text: string, behind: string) => {
    const member = memberOf(tree(text), behind);
    if (member === undefined) throw new Error('no member');
    return applyEdits(text, [insertAfter(text, member, [{ key: '"n"', value: '0' }])]);
  };

  test.each([
    ['{\n  "a": 1,\n  "b": 2\n}', 'a', '{\n  "a": 1,\n  "n": 0,\n  "b": 2\n}'],
    ['{\r\n\t"a" : 1\r\n}', 'a', '{\r\n\t"a" : 1,\r\n\t"n" : 0\r\n}'],
    ['{"a":1,"b":2}', 'a', '{"a":1,"n":0,"b":2}'],
    ['{ "a": 1 }', 'a', '{ "a": 1, "n": 0 }'],
    ['{"a": 1}', 'a', '{"a": 1, "n": 0}'],
    ['{\n  "a": 1, // why\n}', 'a', '{\n  "a": 1,\n  "n": 0, // why\n}'],
    ['{"a" /* x */ : 1}', 'a', '{"a" /* x */ : 1, "n": 0}'],
  ])('in the style of its neighbour: %j', (text, behind, expected) => {
    expect(added(text, behind)).toBe(expected);
  });

  test.each([
    ['{}', '{ "n": 0, "m": 1 }'],
    ['{ // empty\n}', '{ "n": 0, "m": 1  // empty\n}'],
    ['{"a":1}', '{"a":1,"n":0,"m":1}'],
  ])('at the end of %j', (text, expected) => {
    const more = [
      { key: '"n"', value: '0' },
      { key: '"m"', value: '1' },
    ];
    expect(applyEdits(text, [appendMembers(text, tree(text), more)])).toBe(expected);
  });
});

test('a comment is told from a text that looks like one', () => {
  expect(hasComment('{"a": "// no", "b": "/* no */"}')).toBe(false);
  expect(hasComment('{"a": 1} // yes')).toBe(true);
  expect(hasComment('{/* yes */}')).toBe(true);
});
