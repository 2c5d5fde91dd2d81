// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of config files look like this
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../../main/inspection/mask.ts';
import { anyText } from './texts.ts';

const runs = { numRuns: 60 };
const masked = (text: string) => maskSecrets(text).text;

describe('values under secret names', () => {
  const value = fc
    .array(fc.constantFrom(...'abcdefghijkmnoprstuvwxyzABCDEFG0123456789!%*+/_.-'), {
      minLength: 6,
      maxLength: 30,
    })
    .map((all) => `Zq9${all.join('')}`);
  const name = fc.constantFrom(
    'password',
    'DB_PASSWORD',
    'apiKey',
    'api_key',
    'client_secret',
    'X-Auth-Token',
    'accessToken',
    'AWS_SECRET_ACCESS_KEY',
    'passwd',
    'private_key',
    'AccountKey',
    'refresh_token',
    'kennwort',
  );

  test('JSON values are masked whole and the JSON stays valid', () => {
    fc.assert(
      fc.property(name, value, anyText(20), (key, secret, other) => {
        const text = JSON.stringify({ other, a: [{ [key]: `${secret} "quoted" \\ tail` }] });
        const out = masked(text);
        expect(out).not.toContain(secret);
        expect(JSON.parse(out)).toEqual({
          other: JSON.parse(masked(JSON.stringify(other))),
          a: [{ [key]: '[masked]' }],
        });
      }),
      runs,
    );
  });

  test('assignments, flags, YAML and query strings are masked', () => {
    fc.assert(
      fc.property(name, value, (key, secret) => {
        const texts = [
          `${key}=${secret}`,
          `export ${key}=${secret} && run`,
          `${key}="${secret} and more"`,
          `${key}='${secret}'`,
          `${key}: ${secret}`,
          `--${key} ${secret} --next`,
          `--${key}=${secret}`,
          `https://h.example/p?a=1&${key}=${secret}&b=2`,
          `{${key}: "${secret}"}`,
          `log: {"${key}":"${secret}"} (cut`,
          `{\\"${key}\\":\\"${secret}\\"}`,
          `${key} => "${secret}"`,
        ];
        for (const text of texts) expect(masked(text), text).not.toContain(secret);
      }),
      runs,
    );
  });

  test.each([
    ['{"token":12345678}', '{"token":"[masked]"}'],
    [
      '{"credentials":{"user":"u","list":["a"]}}',
      '{"credentials":{"user":"[masked]","list":["[masked]"]}}',
    ],
    ['["--api-key","abc","--dir","x"]', '["--api-key","[masked]","--dir","x"]'],
    [
      '[{"name":"API_KEY","value":"v"},{"value":"v","name":"PASSWORD"}]',
      '[{"name":"API_KEY","value":"[masked]"},{"value":"[masked]","name":"PASSWORD"}]',
    ],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [masked]'],
    ['{"headers":{"Authorization":"Basic dTpw"}}', '{"headers":{"Authorization":"[masked]"}}'],
    ['Cookie: a=b; sid=c', 'Cookie: [masked]'],
    ['curl -H "Bearer abcDEF123456"', 'curl -H "Bearer [masked]"'],
    ['postgres://u:p%40ss@db:5432/x', 'postgres://u:[masked]@db:5432/x'],
    ['postgres://u:p@s/s@db:5432/x', 'postgres://u:[masked]@db:5432/x'],
    ['redis://:hunter2@cache', 'redis://:[masked]@cache'],
    ['https://0123456789abcdef0123@sentry.example/1', 'https://[masked]@sentry.example/1'],
    [
      'Server=db;User=u;Password=hunter2;Pooling=true',
      'Server=db;User=u;Password=[masked];Pooling=true',
    ],
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
