import { describe, expect, test } from 'vitest';
import { hostRaise, kindOfHost, looksLikeUrl, urlRaise } from '../../../main/policy/addresses.ts';

describe('a host leads to', () => {
  test.each([
    ['169.254.169.254', 'metadata'],
    ['169.254.1.1', 'metadata'],
    ['metadata.google.internal', 'metadata'],
    ['METADATA.google.internal.', 'metadata'],
    ['[fd00:ec2::254]', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['2002:a9fe:a9fe::1', 'metadata'],
    ['169-254-169-254.sslip.io', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['localhost', 'loopback'],
    ['app.localhost', 'loopback'],
    ['[::1]', 'loopback'],
    ['::', 'loopback'],
    ['127.0.0.1.nip.io', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['fe80::1', 'private'],
    ['printer.local', 'private'],
    ['wiki.corp', 'private'],
    ['intranet', 'private'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['8.8.8.8', 'public'],
    ['2001:4860:4860::8888', 'public'],
    ['example.com', 'public'],
    ['localhost.example.com', 'public'],
  ])('%s: %s', (host, kind) => {
    expect(kindOfHost(host)).toBe(kind);
  });
});

describe('a URL', () => {
  test.each([
    ['http://2130706433/', 'execute'],
    ['http://0x7f.1/', 'execute'],
    ['http://017700000001/', 'execute'],
    ['http://user@127.0.0.1:80/', 'execute'],
    ['http://example.com@169.254.169.254/', 'unknown'],
    ['ftp://169.254.169.254/', 'unknown'],
    ['gopher://127.0.0.1:6379/_x', 'execute'],
    ['ws://2852039166/', 'unknown'],
    ['http:///169.254.169.254/', 'unknown'],
    ['https://example.com/a?b=c', 'send'],
    ['http://[::1', 'unknown'],
    ['http://', 'unknown'],
  ])('%s raises to %s', (url, level) => {
    expect(urlRaise(url).level).toBe(level);
  });

  test.each([
    ['https://a', true],
    ['HTTP://a', true],
    ['gopher://a', true],
    ['http:/a', true],
    ['file:///a', false],
    ['memory://a', false],
    ['see https://a', false],
  ])('%s is one: %s', (text, yes) => {
    expect(looksLikeUrl(text)).toBe(yes);
  });
});

test('every reason names the host', () => {
  for (const host of ['169.254.169.254', 'localhost', '10.0.0.1', 'example.com']) {
    expect(hostRaise(host).reason).toContain(host);
  }
});
