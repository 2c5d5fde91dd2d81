import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../../main/upstream/proxy.ts';

const proxy = 'http://proxy.example:3128';
const choose = (url: string, environment: Record<string, string>, platform = 'linux') =>
  proxyFor(new URL(url), platform as NodeJS.Platform, environment);
const via = (url: string, environment: Record<string, string>) => {
  const choice = choose(url, environment);
  return choice.kind === 'via' ? choice.proxy.href : choice.kind;
};

describe('the proxy for an address', () => {
  test.each<[string, Record<string, string>, string]>([
    ['https://a.example', {}, 'direct'],
    ['https://a.example', { HTTPS_PROXY: '' }, 'direct'],
    ['https://a.example', { HTTPS_PROXY: proxy }, `${proxy}/`],
    ['https://a.example', { https_proxy: proxy, HTTPS_PROXY: 'http://other:1' }, `${proxy}/`],
    ['https://a.example', { HTTP_PROXY: proxy }, 'direct'],
    ['http://a.example', { HTTP_PROXY: proxy }, `${proxy}/`],
    ['https://a.example', { ALL_PROXY: proxy }, `${proxy}/`],
    ['https://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, `${proxy}/`],
    ['https://a.example', { HTTPS_PROXY: 'https://u:p@p.example' }, 'https://u:p@p.example/'],
    ['https://a.example', { HTTPS_PROXY: 'socks5://p.example:1080' }, 'unusable'],
    ['https://a.example', { HTTPS_PROXY: 'http://' }, 'unusable'],
  ])('%s with %j is %s', (url, environment, expected) => {
    expect(via(url, environment)).toBe(expected);
  });

  test.each(['http://localhost:1', 'http://x.localhost', 'http://127.0.0.1', 'https://[::1]:8'])(
    'is none for this machine itself: %s',
    (url) => {
      expect(via(url, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ALL_PROXY: 'socks5://x' })).toBe(
        'direct',
      );
    },
  );

  test.each([
    ['https://a.example', '*', true],
    ['https://a.example', 'a.example', true],
    ['https://a.example', 'A.EXAMPLE', true],
    ['https://x.a.example', 'a.example', true],
    ['https://x.a.example', '.a.example', true],
    ['https://x.a.example', '*.a.example', true],
    ['https://a.example', '.a.example', true],
    ['https://ba.example', 'a.example', false],
    ['https://a.example', 'x, a.example other', true],
    ['https://a.example', 'a.example:443', true],
    ['https://a.example', 'a.example:8443', false],
    ['https://a.example:8443', 'a.example:8443', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.1.2.3:443', true],
    ['https://110.1.2.3', '10.1.2.3', false],
    ['https://[fd00::5]', 'fd00::/8', true],
    ['https://[fd00::5]', 'fd00::5', true],
    ['https://[fd00::5]:1', '[fd00::5]:1', true],
    ['https://[fd00::5]', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://a.example', ',,', false],
    ['https://a.example', '.', false],
  ])('%s with NO_PROXY=%s: excepted is %s', (url, entry, excepted) => {
    expect(via(url, { HTTPS_PROXY: proxy, NO_PROXY: entry })).toBe(
      excepted ? 'direct' : `${proxy}/`,
    );
    expect(via(url, { HTTPS_PROXY: proxy, no_proxy: entry })).toBe(
      excepted ? 'direct' : `${proxy}/`,
    );
  });

  test('is looked up on Windows without case', () => {
    expect(choose('https://a.example', { Https_Proxy: proxy }, 'win32').kind).toBe('via');
    expect(choose('https://a.example', { Https_Proxy: proxy }, 'linux').kind).toBe('direct');
  });
});
