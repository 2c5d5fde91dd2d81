// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of config files look like this
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksSecret, maskerFor } from '../../../main/inspection/mask.ts';
import { anyText } from './texts.ts';

describe('values of the keychain', () => {
  const value = anyText(30).filter(
    (text) => text.isWellFormed() && text.trim().length >= 8 && !/masked|^\$|^[<{*x.]/i.test(text),
  );

  test('no injected value survives: plain, in JSON, percent-encoded, in base64', () => {
    fc.assert(
      fc.property(value, fc.string({ maxLength: 7 }), (secret, before) => {
        const mask = maskerFor([secret]);
        expect(mask(`${before}${secret}`).text).not.toContain(secret);
        const inJson = mask(JSON.stringify({ before, x: `${before}${secret}` })).text;
        expect((JSON.parse(inJson) as { x: string }).x).not.toContain(secret);
        expect(mask(`?q=${encodeURIComponent(secret)}`).text).not.toContain(
          encodeURIComponent(secret),
        );
        const encoded = mask(Buffer.from(`${before}${secret}`).toString('base64')).text;
        expect(Buffer.from(encoded, 'base64').toString('latin1')).not.toContain(
          Buffer.from(secret).toString('latin1'),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('short values are masked only as words, the shortest not at all', () => {
    const mask = maskerFor(['1234', 'ab', '${env:X}']);
    expect(mask('12345 1234 ab ${env:X}').text).toBe('12345 [masked] ab ${env:X}');
    expect(mask('{"a":1234,"b":12345}').text).toBe('{"a":"[masked]","b":12345}');
  });

  test('a value that reaches across the syntax of JSON takes the whole text with it', () => {
    const mask = maskerFor(['+ # "']);
    expect(mask('"+ # "').text).toBe('"[masked]"');
    expect(mask('{"a":"x"}').text).toBe('{"a":"x"}');
  });

  test('a value that is part of the marker does not eat it', () => {
    const mask = maskerFor(['masked']);
    const once = mask('is masked ghp_aB3aB3aB3aB3aB3aB3aB3aB3').text;
    expect(once).toBe('is [masked] ghp_…[masked]');
    expect(mask(once).text).toBe(once);
  });
});

describe('looking at a config value', () => {
  test.each([
    ['ghp_aB3aB3aB3aB3aB3aB3aB3aB3', undefined, 'github-token'],
    ['--token=abc123', undefined, 'named-secret'],
    ['postgres://u:p@h/d', undefined, 'connection-string'],
    ['hunter2', 'DB_PASSWORD', 'named-secret'],
    ['Xk29fjWQ0LpzmN48vRtyU7aSdEgHbC31', undefined, 'high-entropy'],
  ])('%s (%s) is a %s', (text, name, kind) => {
    expect(looksSecret(text, name)).toBe(kind);
  });

  test.each([
    ['${env:TOKEN}', 'TOKEN'],
    ['', 'TOKEN'],
    ['true', 'SECRET'],
    ['-y', undefined],
    ['@scope/server@1.2.3', undefined],
    ['/home/ada/Projects/Website2024/Content', undefined],
    ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', undefined],
    ['production', 'NODE_ENV'],
    ['https://api.example.com/v1', 'API_URL'],
  ])('%s (%s) is none', (text, name) => {
    expect(looksSecret(text, name)).toBeUndefined();
  });
});
