// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of config files look like this
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlaceholder, isSecretName } from '../../../main/inspection/secret-names.ts';

describe('names of secrets', () => {
  test.each([
    'password',
    'PASSWORD',
    'DB_PASSWORD',
    'dbPassword',
    'user-password',
    'passwd',
    'pwd',
    'SMTP_PASS',
    'pass',
    'passphrase',
    'token',
    'API_TOKEN',
    'accessToken',
    'GITHUB_TOKEN',
    'X-Auth-Token',
    'auth_token',
    '_authToken',
    'access_tokens',
    'apiKey',
    'api_key',
    'api-key',
    'APIKEY',
    'OPENAI_API_KEY',
    'secretKey',
    'private_key',
    'AccountKey',
    'SSH_KEY',
    'client_secret',
    'secret',
    'secrets',
    'credentials',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'jwt',
    '_auth',
    'AWS_SECRET_ACCESS_KEY',
    'mnemonic',
    'kennwort',
    'contraseña',
    '密码',
  ])('%s is one', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  test.each([
    'key',
    'keys',
    'keyword',
    'monkey',
    'primary_key',
    'author',
    'authority',
    'passage',
    'compass',
    'bypass',
    'tokens',
    'max_tokens',
    'tokenizer',
    'token_count',
    'token_type',
    'tokenUrl',
    'nextPageToken',
    'page_token',
    'password_policy',
    'password_file',
    'secretName',
    'secret_arn',
    'key_id',
    'secretary',
    'cookie_path',
    'path',
    '',
    'x'.repeat(500),
  ])('%s is none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  test('the answer for a name never changes with what was asked before', () => {
    const before = isSecretName('someToken');
    for (let at = 0; at < 5000; at += 1) isSecretName(`name${at}`);
    expect(isSecretName('someToken')).toBe(before);
  });

  test.each([
    '',
    ' ',
    '${env:TOKEN}',
    '${TOKEN}',
    '$TOKEN',
    '%TOKEN%',
    '{{token}}',
    '<your token>',
    '****',
    'xxx',
    'true',
    'null',
    '...',
  ])('%j only stands for a value', (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  test('a value around a placeholder is no placeholder', () => {
    fc.assert(
      fc.property(fc.constantFrom('a1', 'hunter', '9'), (more) => {
        expect(isPlaceholder(`\${env:X}${more}`)).toBe(false);
        expect(isPlaceholder(`${more}****`)).toBe(false);
      }),
    );
  });
});
