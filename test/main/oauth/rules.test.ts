import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { browserCommand } from '../../../main/oauth/browser-command.ts';
import { allowedUrl, isConfidential, mayReach, reachOf } from '../../../main/oauth/reach.ts';
import { redirectPage } from '../../../main/oauth/redirect-page.ts';
import { firstScopes, holdsAll, parseScopes, unionOf } from '../../../main/oauth/scope.ts';
import { kindOfHost } from '../../../main/policy/addresses.ts';

describe('scopes', () => {
  test('are read once each, and what is none is left out', () => {
    expect(parseScopes('a  b\ta c"d é \u0000x')).toEqual(['a', 'b']);
    expect(parseScopes('')).toEqual([]);
  });

  test('of a flood are cut', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `s${index}`).join(' ');
    expect(parseScopes(many)).toHaveLength(100);
    expect(parseScopes('x'.repeat(1000))).toEqual([]);
  });

  test('in a union are all of both, in order, and a union with itself is itself', () => {
    const scopes = fc.uniqueArray(fc.stringMatching(/^[a-z:]{1,6}$/), { maxLength: 20 });
    fc.assert(
      fc.property(scopes, scopes, (a, b) => {
        const both = unionOf(a, b);
        expect(holdsAll(both, a) && holdsAll(both, b)).toBe(true);
        expect(both.slice(0, a.length)).toEqual(a);
        expect(unionOf(both, both)).toEqual(both);
      }),
    );
  });

  test('begin with the challenge’s, else the resource’s, else none', () => {
    const none = {
      challenged: undefined,
      ofResource: undefined,
      ofServer: undefined,
      configured: undefined,
    };
    expect(firstScopes(none)).toEqual([]);
    expect(firstScopes({ ...none, ofResource: ['r'] })).toEqual(['r']);
    expect(firstScopes({ ...none, ofResource: ['r'], challenged: ['c'] })).toEqual(['c']);
    expect(
      firstScopes({
        ...none,
        challenged: ['c'],
        configured: ['x'],
        ofServer: ['s', 'offline_access'],
      }),
    ).toEqual(['c', 'x', 'offline_access']);
  });
});

describe('how far a server may lead', () => {
  test.each([
    ['public', ['public']],
    ['private', ['public', 'private']],
    ['loopback', ['public', 'private', 'loopback']],
  ] as const)('from a %s one: to %s', (reach, kinds) => {
    const all = ['public', 'private', 'loopback', 'metadata'] as const;
    expect(all.filter((kind) => mayReach(kind, reach))).toEqual(kinds);
  });

  test('is as far inside as the innermost of its addresses', () => {
    expect(reachOf([])).toBe('public');
    expect(reachOf(['public', 'metadata'])).toBe('public');
    expect(reachOf(['public', 'private'])).toBe('private');
    expect(reachOf(['private', 'loopback'])).toBe('loopback');
  });

  test.each([
    ['https://a.example/x?y=1', 'public', undefined],
    ['http://a.example', 'loopback', 'bad-address'],
    ['http://127.0.0.1:80/x', 'loopback', undefined],
    ['http://[::1]/x', 'loopback', undefined],
    ['http://localhost/x', 'loopback', undefined],
    ['http://127.0.0.1.nip.io/x', 'loopback', 'bad-address'],
    ['http://0.0.0.0/x', 'loopback', 'bad-address'],
    ['http://127.0.0.1/x', 'public', 'address-refused'],
    ['https://127.0.0.1/x', 'private', 'address-refused'],
    ['https://0x7f000001/x', 'private', 'address-refused'],
    ['https://[::ffff:10.0.0.1]/x', 'public', 'address-refused'],
    ['https://metadata.google.internal/x', 'loopback', 'address-refused'],
    ['https://user@a.example/x', 'public', 'bad-address'],
    ['https://a.example/x#y', 'public', 'bad-address'],
    ['javascript:alert(1)', 'loopback', 'bad-address'],
    ['', 'public', 'bad-address'],
  ] as const)('%s from a %s one: %s', (url, reach, code) => {
    const allowed = allowedUrl(url, reach, kindOfHost, 'It');
    expect(allowed.ok ? undefined : allowed.problem.code).toBe(code);
  });

  test('plain http is confidential on this machine alone', () => {
    expect(isConfidential(new URL('http://127.8.9.1'))).toBe(true);
    expect(isConfidential(new URL('http://localhost.evil.example'))).toBe(false);
    expect(isConfidential(new URL('ws://127.0.0.1'))).toBe(false);
  });
});

describe('the command that opens the browser', () => {
  const url = 'https://a.example/auth?a=1&b=2%20x';

  test.each([
    ['darwin', { command: '/usr/bin/open', args: [url] }],
    ['linux', { command: 'xdg-open', args: [url] }],
    [
      'win32',
      { command: 'D:\\W\\System32\\rundll32.exe', args: ['url.dll,FileProtocolHandler', url] },
    ],
  ] as const)('on %s hands the address over as one argument', (platform, value) => {
    expect(browserCommand(url, platform, 'D:\\W')).toEqual({ ok: true, value });
  });

  test.each(['file:///etc/passwd', 'javascript:alert(1)', 'ms-msdt:/id', '-a Calculator', ''])(
    'is refused for %j on every system',
    (text) => {
      for (const platform of ['darwin', 'linux', 'win32'] as const) {
        expect(browserCommand(text, platform)).toMatchObject({ ok: false });
      }
    },
  );

  test('is refused on Windows for what would be cut there, and on no other', () => {
    const long = `https://a.example/${'x'.repeat(2083)}`;
    expect(browserCommand(long, 'win32')).toMatchObject({ problem: { code: 'browser-failed' } });
    expect(browserCommand(long, 'darwin')).toMatchObject({ ok: true });
  });

  test('never holds what a shell or a reader could take for more', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (text) => {
        const made = browserCommand(text, 'linux');
        if (made.ok) expect(made.value.args[0]).toMatch(/^https?:\/\/[^\s"<>]+$/);
      }),
    );
  });
});

test('the page shows text as text', () => {
  const page = redirectPage('<b>', `"'&<script>alert(1)</script>`);
  expect(page).toContain('<h1>&lt;b&gt;</h1>');
  expect(page).toContain('&quot;&#39;&amp;&lt;script&gt;');
  expect(page).not.toMatch(/<script|<b>/);
});
