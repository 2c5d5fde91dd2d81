import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell, csvLine } from '../../shared/csv.ts';

describe('a cell', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [undefined, ''],
    ['', ''],
    [-5, '-5'],
    [true, 'true'],
  ])('%j becomes %j', (value, written) => {
    expect(csvCell(value)).toBe(written);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '  =1', '|cmd', '\r=1', '＝1', '\n@x'])(
    'a text that a spreadsheet would run gets a quote: %j',
    (value) => {
      expect(csvCell(value).replace(/^"|"$/g, '')).toBe(`'${value}`);
    },
  );

  test('what begins otherwise is left as it is', () => {
    expect(csvCell('a=b')).toBe('a=b');
  });
});

test('a line reads back as the cells it was made from', () => {
  const cell = fc.string().filter((text) => !/^\s*[=+\-@|＝＋－＠]|^[\t\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
      expect(readLine(csvLine(cells))).toEqual(cells);
    }),
  );
});

/** RFC 4180, as a reader would. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let cell = '';
      at += 1;
      while (line[at] !== '"' || line[at + 1] === '"') {
        cell += line[at];
        at += line[at] === '"' ? 2 : 1;
      }
      cells.push(cell);
      at += 1;
    } else {
      const end = line.indexOf(',', at);
      cells.push(line.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return cells;
    at += 1;
  }
}
