import { describe, expect, test } from 'vitest';
import { retryAfter } from '../../../main/upstream/http-problem.ts';
import { openHttpServer } from '../../../main/upstream/http-server.ts';
import { readTarget } from '../../../main/upstream/http-target.ts';
import { ok } from '../../../shared/outcome.ts';

const entry = { name: 'files', clientName: 'Cursor' };
const code = (url: string, plain = false) => {
  const read = readTarget(url, entry, () => plain);
  return read.ok ? read.value.href : read.problem.code;
};

describe('an address', () => {
  test.each([
    ['https://example.com/mcp?x=1#frag', 'https://example.com/mcp?x=1'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/mcp'],
    ['http://app.localhost/', 'http://app.localhost/'],
    ['http://127.0.0.1/x', 'http://127.0.0.1/x'],
    ['http://127.1.2.3/', 'http://127.1.2.3/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['http://[::1]:80/', 'http://[::1]/'],
  ])('%s may be reached', (url, href) => {
    expect(code(url)).toBe(href);
  });

  test.each([
    ['http://example.com/mcp', 'plain-http'],
    ['http://localhost.example.com/', 'plain-http'],
    ['http://127.0.0.1.example.com/', 'plain-http'],
    ['http://notlocalhost/', 'plain-http'],
    ['http://192.168.1.2/', 'plain-http'],
    ['http://0.0.0.0/', 'plain-http'],
    ['https://user:pass@example.com/', 'address-with-password'],
    ['ws://example.com/', 'address-unusable'],
    ['file:///etc/passwd', 'address-unusable'],
    ['', 'address-unusable'],
    ['<address>', 'address-unusable'],
  ])('%s may not (%s)', (url, problem) => {
    expect(code(url)).toBe(problem);
  });

  test('over plain http elsewhere may be allowed', () => {
    expect(code('http://example.com/mcp', true)).toBe('http://example.com/mcp');
  });

  test('that may not be reached opens nothing', () => {
    const start = {
      ...entry,
      sessionId: 's',
      target: { url: 'http://example.com', kind: 'http' as const },
    };
    const opened = openHttpServer({ ...start, mask: String }, { entryHeaders: async () => ok({}) });
    expect(opened).toMatchObject({ ok: false, problem: { code: 'plain-http' } });
  });
});

test('the wait that a server asks for is read as seconds or as a date', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  expect(retryAfter('120', now)).toBe(120);
  expect(retryAfter('Wed, 21 Oct 2026 07:28:30 GMT', now)).toBe(30);
  expect(retryAfter('Wed, 21 Oct 2026 07:27:00 GMT', now)).toBe(0);
  for (const field of ['', 'soon', '-5', '9'.repeat(40)])
    expect(retryAfter(field, now) ?? 'none').toBe('none');
});
