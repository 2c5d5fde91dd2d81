import { ClientError } from 'openid-client';
import { describe, expect, test } from 'vitest';
import { OidcRefused, oidcProblem, unreachable } from '../../../main/identity/oidc-problem.ts';

const coded = (code: string, cause?: unknown): ClientError => {
  const error = new ClientError('secret words of a server', { cause });
  error.code = code;
  return error;
};

describe('what the library throws', () => {
  test.each<[string, unknown, string]>([
    ['a time-out', coded('OAUTH_TIMEOUT'), 'unreachable'],
    ['times that do not fit', coded('OAUTH_JWT_TIMESTAMP_CHECK_FAILED'), 'clock-wrong'],
    ['a claim that does not fit', coded('OAUTH_JWT_CLAIM_COMPARISON_FAILED'), 'bad-id-token'],
    [
      'another issuer in the document',
      coded('OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'),
      'wrong-issuer',
    ],
    [
      'another issuer in the redirect',
      coded(
        'OAUTH_INVALID_RESPONSE',
        new Error('unexpected "iss" (issuer) response parameter value'),
      ),
      'wrong-issuer',
    ],
    [
      'a signature that fails',
      coded('OAUTH_INVALID_RESPONSE', new Error('verification')),
      'bad-id-token',
    ],
    [
      'status 503',
      coded('OAUTH_RESPONSE_IS_NOT_CONFORM', new Response('', { status: 503 })),
      'server-error',
    ],
    [
      'status 404',
      coded('OAUTH_RESPONSE_IS_NOT_CONFORM', new Response('', { status: 404 })),
      'bad-answer',
    ],
    ['our own refusal inside it', coded('X', new OidcRefused(unreachable('h'))), 'unreachable'],
    ['anything else', new TypeError('secret words of a server'), 'bad-answer'],
    ['nothing at all', undefined, 'bad-answer'],
  ])('%s', (_, error, code) => {
    const problem = oidcProblem(error, 'idp.example', 'sign-in-refused');
    expect(problem.code).toBe(code);
    expect(problem.message).not.toContain('secret words');
  });
});
