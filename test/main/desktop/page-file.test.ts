import { expect, test } from 'vitest';
import { csp, cspHeader } from '../../../main/desktop/csp.ts';
import { pageFile } from '../../../main/desktop/page-file.ts';

test('a page is served from below the root with its type', () => {
  expect(pageFile('/app/renderer', 'app://local/approval/index.html')).toEqual({
    path: '/app/renderer/approval/index.html',
    type: 'text/html; charset=utf-8',
  });
});

test.each([
  'app://local/../main/index.js',
  'app://local/%2e%2e/main/index.js',
  'app://local/..%2fmain%2findex.js',
  'app://local/..%5cmain%5cindex.js',
  'app://local/a%00.html',
  'app://local/%E0%A4%A.html',
  'app://other/approval/index.html',
  'app://local/secrets.db',
  'not a url',
])('%s names no file of ours', (url) => {
  const file = pageFile('/app/renderer', url);
  if (file) expect(file.path.startsWith('/app/renderer/')).toBe(true);
  expect(file?.path ?? '').not.toContain('/app/main');
});

test('the policy starts from nothing and lets no script in from elsewhere', () => {
  expect(csp['default-src']).toBe("'none'");
  expect(csp['script-src']).toBe("'self'");
  expect(cspHeader()).not.toMatch(/unsafe|https?:|\*/);
});
