import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../../main/inspection/mask.ts';
import { anyText, body, kernel, tokens } from './texts.ts';

const runs = { numRuns: 60 };
const masked = (text: string) => maskSecrets(text).text;

describe('known tokens', () => {
  for (const [kind, arbitrary] of Object.entries(tokens)) {
    test(`no ${kind} survives, whatever stands around it`, () => {
      fc.assert(
        fc.property(anyText(), arbitrary, anyText(), (before, secret, after) => {
          const { text, kinds } = maskSecrets(`${before}${secret}${after}`);
          expect(text).not.toContain(kernel(secret));
          expect(kinds.length).toBeGreaterThan(0);
        }),
        runs,
      );
    });

    test(`no ${kind} survives in JSON, plain, nested, or escaped letter by letter`, () => {
      fc.assert(
        fc.property(arbitrary, anyText(20), (secret, key) => {
          const letterByLetter = Array.from(
            secret,
            (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
          );
          const texts = [
            JSON.stringify({ [key]: `a ${secret} b` }),
            JSON.stringify([[{ x: secret }]]),
            JSON.stringify({ body: JSON.stringify({ deep: JSON.stringify([secret]) }) }),
            JSON.stringify({ [secret]: 1 }),
            `{"x":"${letterByLetter.join('')}"}`,
          ];
          for (const text of texts) {
            const out = masked(text);
            expect(JSON.stringify(JSON.parse(out))).not.toContain(kernel(secret));
          }
        }),
        runs,
      );
    });
  }

  test('an OpenAI key is told from a word that ends in "sk-"', () => {
    fc.assert(
      fc.property(body(48), (t) => {
        expect(masked(`key sk-proj-${t} end`)).toBe('key sk-…[masked] end');
        expect(masked(`xsk-${t}`)).not.toContain(t.slice(4));
      }),
      runs,
    );
    const name = 'task-management-system-integration-test';
    expect(masked(name)).toBe(name);
  });

  test('at most four public characters are shown', () => {
    for (const [kind, arbitrary] of Object.entries(tokens)) {
      const [secret] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
      const hint = masked(secret ?? '').replace(/…?\[masked\].*$/s, '');
      expect(hint.length, kind).toBeLessThanOrEqual(4);
      expect(secret?.startsWith(hint), kind).toBe(true);
    }
  });

  test('the kinds are told once each, in order', () => {
    const t = 'a1B'.repeat(12);
    expect(maskSecrets(`npm_${t} ghp_${t} npm_${t}`).kinds).toEqual(['npm-token', 'github-token']);
  });

  test('a key without its end is masked to the end of the text', () => {
    expect(masked('x -----BEGIN PRIVATE KEY-----\nMIIEvQ')).toBe('x [masked]');
    expect(masked('-----BEGIN PUBLIC KEY-----\nMIIEvQ')).toContain('MIIEvQ');
  });
});

describe('masking as a whole', () => {
  const json = fc.json({ maxDepth: 4 });

  test('valid JSON stays valid, and what is no secret stays byte for byte', () => {
    fc.assert(
      fc.property(json, (text) => {
        const out = masked(text);
        JSON.parse(out);
        if (maskSecrets(text).kinds.length === 0) expect(out).toBe(text);
      }),
      { numRuns: 300 },
    );
    const odd = '{ "a" : 1e400, "a":9007199254740993 ,"b":[ ],"c":"\\u00e9\\/","token":"x"}';
    expect(masked(odd)).toBe(odd.replace('"x"', '"[masked]"'));
  });

  test('masking twice changes nothing more', () => {
    const pieces = fc.oneof(
      anyText(12),
      ...Object.values(tokens),
      json,
      fc.constantFrom(
        'password=',
        'token: ',
        '"',
        ' ',
        '[masked]',
        '…[masked]',
        'ghp_…[masked]',
        'Bearer ',
        '://u:',
        '@',
        '--api-key ',
        '\\"',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (all) => {
        const once = masked(all.join(''));
        expect(masked(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  test('two tokens glued to one another are both found', () => {
    const pair = fc.tuple(fc.oneof(...Object.values(tokens)), fc.oneof(...Object.values(tokens)));
    fc.assert(
      fc.property(pair, ([first, second]) => {
        const out = masked(first + second);
        expect(out).not.toContain(kernel(first));
        expect(out).not.toContain(kernel(second));
      }),
      { numRuns: 300 },
    );
  });

  test('a forged marker does not shield a secret', () => {
    const [secret = ''] = fc.sample(body(36), { numRuns: 1, seed: 2 });
    expect(masked(`ghp_${secret}…[masked]`)).not.toContain(secret.slice(4));
    expect(masked(`password=[masked]${secret}`)).not.toContain(secret);
    expect(masked(`{"password":"[masked] ${secret}"}`)).not.toContain(secret);
  });
});
