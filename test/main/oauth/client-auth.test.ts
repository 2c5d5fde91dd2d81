import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientAuth } from '../../../main/oauth/client-auth.ts';
import type { ClientIdentity } from '../../../main/oauth/kept.ts';

const issuer = { issuer: 'https://issuer.example' };

/** What a request of this client carries: its body, and the Basic credentials decoded from Base64 alone. */
async function request(client: ClientIdentity) {
  const body = new URLSearchParams();
  const headers = new Headers();
  await clientAuth(client)(issuer, { client_id: client.id }, body, headers);
  const header = headers.get('authorization');
  const basic = header?.startsWith('Basic ')
    ? Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8')
    : undefined;
  return { body: Object.fromEntries(body), header, basic };
}

const decoded = (part: string) => new URLSearchParams(`=${part}`).get('');

describe('HTTP Basic', () => {
  test.each([
    [
      'pre-registered-client',
      'pre_registered.secret',
      'pre-registered-client:pre_registered.secret',
    ],
    ['a b', 'c*d', 'a+b:c*d'],
    ['a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['100%', "~!'()", '100%25:%7E%21%27%28%29'],
    ['naïve', '☃', 'na%C3%AFve:%E2%98%83'],
  ])('writes %s and %s as forms do', async (id, secret, expected) => {
    const { basic } = await request({ id, secret, method: 'client_secret_basic' });
    expect(basic).toBe(expected);
  });

  test('gives any id and secret back to a server that decodes them', async () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, text, async (id, secret) => {
        const { basic = '', body } = await request({ id, secret, method: 'client_secret_basic' });
        expect(basic.split(':').map(decoded)).toEqual([id, secret]);
        expect(body).toEqual({});
      }),
    );
  });

  test('leaves letters, digits and *-._ alone, for servers that do not decode', async () => {
    const plain = fc.stringMatching(/^[A-Za-z0-9*\-._]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(plain, plain, async (id, secret) => {
        const { basic } = await request({ id, secret, method: 'client_secret_basic' });
        expect(basic).toBe(`${id}:${secret}`);
      }),
    );
  });
});

test('a secret for the body stays out of the header', async () => {
  const { body, header } = await request({ id: 'a-b', secret: 'c', method: 'client_secret_post' });
  expect(body).toEqual({ client_id: 'a-b', client_secret: 'c' });
  expect(header).toBeNull();
});

test('a client without a secret sends its id alone', async () => {
  const { body, header } = await request({ id: 'a-b', method: 'none' });
  expect(body).toEqual({ client_id: 'a-b' });
  expect(header).toBeNull();
});
