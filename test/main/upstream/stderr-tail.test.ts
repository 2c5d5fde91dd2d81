import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeStderrTail } from '../../../main/upstream/stderr-tail.ts';

const secret = 'sk-0123456789';
const mask = (text: string) => text.replaceAll(secret, '***');

function tailOf(chunks: readonly (string | Buffer)[]) {
  const tail = makeStderrTail(mask);
  for (const chunk of chunks) tail.take(Buffer.from(chunk));
  return tail;
}

describe('the tail of an error stream', () => {
  test('is all of a short one', () => {
    expect(tailOf(['one\n', 'two\n']).text()).toBe('one\ntwo\n');
  });

  test('masks a secret that comes in two pieces', () => {
    expect(tailOf(['key sk-0123', '456789 used\n']).text()).toBe('key *** used\n');
  });

  test('keeps the last 8 KiB', () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `line ${n}\n`);
    const text = tailOf(lines).text();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8_192);
    expect(text.endsWith('line 4998\nline 4999\n')).toBe(true);
    expect(text.length).toBeGreaterThan(8_000);
  });

  test('cuts between characters', () => {
    expect(tailOf(['é'.repeat(20_000), '\n']).text()).not.toContain('\uFFFD');
  });

  test('shows no part of a secret, wherever it is cut', () => {
    const noise = fc.string({ unit: fc.constantFrom('x', ' ', '\n', 'é'), maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(noise, { minLength: 1, maxLength: 30 }),
        fc.nat(3_000),
        (parts, times) => {
          const text = parts
            .map((part) => `${part}${secret}`)
            .join('')
            .repeat(1 + (times % 60));
          const shown = tailOf(text.match(/[\s\S]{1,977}/g) ?? []).text();
          expect(shown).not.toMatch(/sk-0|123|456|789/);
        },
      ),
    );
  });

  test.each([
    ['', ''],
    ['\n  \n', ''],
    ['first\nError: no token sk-0123456789\n\n', 'Error: no token ***'],
    ['half a li', 'half a li'],
    ['one\r\ntwo\r\n', 'two'],
  ])('of %j ends in %j', (text, line) => {
    expect(tailOf([text]).lastLine()).toBe(line);
  });

  test('gives no endless last line', () => {
    expect(tailOf(['x'.repeat(5_000)]).lastLine()).toHaveLength(300);
  });
});
