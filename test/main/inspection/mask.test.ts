import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksSecret, maskerFor, maskSecrets } from '../../../main/inspection/mask.ts';
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
          const letterByLetter = Array.from(secret, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
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

describe('values under secret names', () => {
  const value = fc
    .array(fc.constantFrom(...'abcdefghijkmnoprstuvwxyzABCDEFG0123456789!%*+/_.-'), { minLength: 6, maxLength: 30 })
    .map((all) => `Zq9${all.join('')}`);
  const name = fc.constantFrom(
    'password', 'DB_PASSWORD', 'apiKey', 'api_key', 'client_secret', 'X-Auth-Token', 'accessToken',
    'AWS_SECRET_ACCESS_KEY', 'passwd', 'private_key', 'AccountKey', 'refresh_token', 'kennwort',
  );

  test('JSON values are masked whole and the JSON stays valid', () => {
    fc.assert(
      fc.property(name, value, anyText(20), (key, secret, other) => {
        const text = JSON.stringify({ other, a: [{ [key]: `${secret} "quoted" \\ tail` }] });
        const out = masked(text);
        expect(out).not.toContain(secret);
        expect(JSON.parse(out)).toEqual({ other: JSON.parse(masked(JSON.stringify(other))), a: [{ [key]: '[masked]' }] });
      }),
      runs,
    );
  });

  test('assignments, flags, YAML and query strings are masked', () => {
    fc.assert(
      fc.property(name, value, (key, secret) => {
        const texts = [
          `${key}=${secret}`, `export ${key}=${secret} && run`, `${key}="${secret} and more"`, `${key}='${secret}'`,
          `${key}: ${secret}`, `--${key} ${secret} --next`, `--${key}=${secret}`,
          `https://h.example/p?a=1&${key}=${secret}&b=2`, `{${key}: "${secret}"}`,
          `log: {"${key}":"${secret}"} (cut`, `{\\"${key}\\":\\"${secret}\\"}`, `${key} => "${secret}"`,
        ];
        for (const text of texts) expect(masked(text), text).not.toContain(secret);
      }),
      runs,
    );
  });

  test.each([
    ['{"token":12345678}', '{"token":"[masked]"}'],
    ['{"credentials":{"user":"u","list":["a"]}}', '{"credentials":{"user":"[masked]","list":["[masked]"]}}'],
    ['["--api-key","abc","--dir","x"]', '["--api-key","[masked]","--dir","x"]'],
    ['[{"name":"API_KEY","value":"v"},{"value":"v","name":"PASSWORD"}]', '[{"name":"API_KEY","value":"[masked]"},{"value":"[masked]","name":"PASSWORD"}]'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [masked]'],
    ['{"headers":{"Authorization":"Basic dTpw"}}', '{"headers":{"Authorization":"[masked]"}}'],
    ['Cookie: a=b; sid=c', 'Cookie: [masked]'],
    ['curl -H "Bearer abcDEF123456"', 'curl -H "Bearer [masked]"'],
    ['postgres://u:p%40ss@db:5432/x', 'postgres://u:[masked]@db:5432/x'],
    ['postgres://u:p@s/s@db:5432/x', 'postgres://u:[masked]@db:5432/x'],
    ['redis://:hunter2@cache', 'redis://:[masked]@cache'],
    ['https://0123456789abcdef0123@sentry.example/1', 'https://[masked]@sentry.example/1'],
    ['Server=db;User=u;Password=hunter2;Pooling=true', 'Server=db;User=u;Password=[masked];Pooling=true'],
    ['my api key is 9f86d081884c7d659a2feaa0', 'my api key is [masked]'],
    ['{"pässword":"x","пароль":"секрет"}', '{"pässword":"x","пароль":"[masked]"}'],
  ])('%s', (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  test.each([
    '{"max_tokens":100,"nextPageToken":"abc","token_type":"bearer","key":"value","tokens":["a"]}',
    'password: the one you chose when you signed up',
    '{"password":"${env:DB_PASSWORD}","token":"","secret":null,"apiKey":"<your key>"}',
    'http://localhost:3000/users/@me and git@github.com:a/b.git',
    'Basic authentication flow and bearer tokens',
    '{"author":"Ann","passage":"x","keyboard":"y","secretary":"z","monkey":1}',
    '{"path":"/tmp/a","token_count":5,"password_file":"/run/secrets/db"}',
    'https://user@host/path',
  ])('%s stays as it is', (text) => {
    expect(maskSecrets(text)).toEqual({ text, kinds: [] });
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
      anyText(12), ...Object.values(tokens), json,
      fc.constantFrom('password=', 'token: ', '"', ' ', '[masked]', '…[masked]', 'ghp_…[masked]', 'Bearer ', '://u:', '@', '--api-key ', '\\"'),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (all) => {
        const once = masked(all.join(''));
        expect(masked(once)).toBe(once);
      }),
      { numRuns: 400 },
    );
  });

  test('a forged marker does not shield a secret', () => {
    const [secret = ''] = fc.sample(body(36), { numRuns: 1, seed: 2 });
    expect(masked(`ghp_${secret}…[masked]`)).not.toContain(secret.slice(4));
    expect(masked(`password=[masked]${secret}`)).not.toContain(secret);
    expect(masked(`{"password":"[masked] ${secret}"}`)).not.toContain(secret);
  });
});

describe('values of the keychain', () => {
  const value = anyText(30).filter((text) => text.isWellFormed() && text.trim().length >= 8 && !/masked|^\$|^[<{*x.]/i.test(text));

  test('no injected value survives: plain, in JSON, percent-encoded, in base64', () => {
    fc.assert(
      fc.property(value, fc.string({ maxLength: 7 }), (secret, before) => {
        const mask = maskerFor([secret]);
        expect(mask(`${before}${secret}`).text).not.toContain(secret);
        const inJson = mask(JSON.stringify({ before, x: `${before}${secret}` })).text;
        expect((JSON.parse(inJson) as { x: string }).x).not.toContain(secret);
        expect(mask(`?q=${encodeURIComponent(secret)}`).text).not.toContain(encodeURIComponent(secret));
        const encoded = mask(Buffer.from(`${before}${secret}`).toString('base64')).text;
        expect(Buffer.from(encoded, 'base64').toString('latin1')).not.toContain(Buffer.from(secret).toString('latin1'));
      }),
      { numRuns: 200 },
    );
  });

  test('short values are masked only as words, the shortest not at all', () => {
    const mask = maskerFor(['1234', 'ab', '${env:X}']);
    expect(mask('12345 1234 ab ${env:X}').text).toBe('12345 [masked] ab ${env:X}');
    expect(mask('{"a":1234,"b":12345}').text).toBe('{"a":"[masked]","b":12345}');
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
    ['${env:TOKEN}', 'TOKEN'], ['', 'TOKEN'], ['true', 'SECRET'], ['-y', undefined], ['@scope/server@1.2.3', undefined],
    ['/home/ada/Projects/Website2024/Content', undefined], ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', undefined],
    ['production', 'NODE_ENV'], ['https://api.example.com/v1', 'API_URL'],
  ])('%s (%s) is none', (text, name) => {
    expect(looksSecret(text, name)).toBeUndefined();
  });
});
