import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  issuerMetadataUrls,
  resourceMetadataUrl,
  resourceMetadataUrls,
  serverIdentifier,
  standsFor,
} from '../../../main/oauth/well-known.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/);
const origin = fc
  .tuple(fc.constantFrom('https://a.example', 'https://b.example:8443'), fc.nat(9))
  .map(([text, digit]) => text.replace('://', `://s${digit}.`));
const path = fc
  .array(segment, { maxLength: 4 })
  .map((parts) => parts.map((part) => `/${part}`).join(''));

describe('where resource metadata stands', () => {
  test.each([
    ['https://a.example', ['https://a.example/.well-known/oauth-protected-resource']],
    [
      'https://a.example/mcp',
      [
        'https://a.example/.well-known/oauth-protected-resource/mcp',
        'https://a.example/.well-known/oauth-protected-resource',
      ],
    ],
    [
      'https://a.example/mcp/',
      [
        'https://a.example/.well-known/oauth-protected-resource/mcp/',
        'https://a.example/.well-known/oauth-protected-resource',
      ],
    ],
    [
      'https://a.example/?k=1',
      [
        'https://a.example/.well-known/oauth-protected-resource?k=1',
        'https://a.example/.well-known/oauth-protected-resource',
      ],
    ],
  ])('for %s', (server, places) => {
    expect(resourceMetadataUrls(server)).toEqual(places);
  });

  test('is always on the server’s own host, the path’s place before the root', () => {
    fc.assert(
      fc.property(origin, path, (host, at) => {
        const places = resourceMetadataUrls(`${host}${at}`);
        for (const place of places) expect(new URL(place).origin).toBe(host);
        expect(places.at(-1)).toBe(`${host}/.well-known/oauth-protected-resource`);
        expect(places[0]).toBe(`${host}/.well-known/oauth-protected-resource${at}`);
        expect(new Set(places).size).toBe(places.length);
      }),
    );
  });
});

describe('where issuer metadata stands', () => {
  test('for an issuer without a path: RFC 8414, then OpenID Connect', () => {
    for (const issuer of ['https://a.example', 'https://a.example/']) {
      expect(issuerMetadataUrls(issuer)).toEqual([
        'https://a.example/.well-known/oauth-authorization-server',
        'https://a.example/.well-known/openid-configuration',
      ]);
    }
  });

  test('for an issuer with a path: inserted twice, then appended', () => {
    for (const issuer of ['https://a.example/t/1', 'https://a.example/t/1/']) {
      expect(issuerMetadataUrls(issuer)).toEqual([
        'https://a.example/.well-known/oauth-authorization-server/t/1',
        'https://a.example/.well-known/openid-configuration/t/1',
        'https://a.example/t/1/.well-known/openid-configuration',
      ]);
    }
  });

  test('is always on the issuer’s own host, RFC 8414 first', () => {
    fc.assert(
      fc.property(origin, path, (host, at) => {
        const places = issuerMetadataUrls(`${host}${at}`);
        expect(places).toHaveLength(at === '' ? 2 : 3);
        expect(places[0]).toBe(`${host}/.well-known/oauth-authorization-server${at}`);
        for (const place of places) expect(new URL(place).origin).toBe(host);
      }),
    );
  });
});

describe('a server’s identifier', () => {
  test.each([
    ['HTTPS://A.Example:443/Mcp#x', 'https://a.example/Mcp'],
    ['https://a.example/', 'https://a.example'],
    ['https://user:pass@a.example/mcp?k=1', 'https://a.example/mcp?k=1'],
    ['ftp://a.example', undefined],
    ['nonsense', undefined],
  ])('%s is %s', (text, identifier) => {
    expect(serverIdentifier(text)).toBe(identifier);
  });
});

describe('a resource identifier', () => {
  const server = 'https://a.example/team/mcp';
  const elsewhere = 'https://a.example/meta';

  test.each([
    [server, elsewhere, true],
    ['https://A.EXAMPLE/team/mcp', elsewhere, true],
    ['https://a.example', resourceMetadataUrl('https://a.example'), true],
    ['https://a.example/team', resourceMetadataUrl('https://a.example/team'), true],
    ['https://a.example', elsewhere, false],
    ['https://a.example/team', resourceMetadataUrl('https://a.example'), false],
    ['https://a.example/tea', resourceMetadataUrl('https://a.example/tea'), false],
    ['https://a.example/other', resourceMetadataUrl('https://a.example/other'), false],
    ['https://b.example/team/mcp', elsewhere, false],
    ['http://a.example/team/mcp', elsewhere, false],
    ['https://a.example:8443/team/mcp', elsewhere, false],
    [`${server}#x`, elsewhere, false],
    [`${server}/deeper`, resourceMetadataUrl(`${server}/deeper`), false],
    ['https://a.example/team/../team/mcp', elsewhere, true],
    ['https://a.example/?x', resourceMetadataUrl('https://a.example/?x'), false],
    ['nonsense', elsewhere, false],
  ])('%s found at %s: %s', (resource, place, fits) => {
    expect(standsFor(resource, server, place)).toBe(fits);
  });

  test('never stands for a server on another origin', () => {
    fc.assert(
      fc.property(origin, path, origin, path, (a, pathA, b, pathB) => {
        fc.pre(a !== b);
        const resource = `${a}${pathA}`;
        expect(standsFor(resource, `${b}${pathB}`, resourceMetadataUrl(resource))).toBe(false);
      }),
    );
  });

  test('stands for what lies below it, and only by its own well-known place', () => {
    fc.assert(
      fc.property(origin, path, path, (host, above, below) => {
        const resource = `${host}${above}`;
        const place = resourceMetadataUrl(resource);
        expect(standsFor(resource, `${resource}${below}`, place)).toBe(true);
        expect(standsFor(resource, `${resource}${below}`, `${host}/meta`)).toBe(below === '');
      }),
    );
  });
});
