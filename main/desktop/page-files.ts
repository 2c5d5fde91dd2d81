import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { cspHeader } from './csp.ts';
import { pageFile } from './page-file.ts';

/** Must run before `ready`: makes app:// a standard, secure scheme. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: false } },
  ]);
}

/** Serves the built pages at app://local/ with their content security policy as a header. */
export function servePages(root: string): void {
  protocol.handle('app', async (request) => {
    const file = pageFile(root, request.url);
    if (!file) return new Response('Not found', { status: 404 });
    try {
      return new Response(await readFile(file.path), {
        headers: {
          'content-type': file.type,
          'content-security-policy': cspHeader(),
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      // The page shows its own error; a missing build file is plain to see in the window.
      return new Response('Not found', { status: 404 });
    }
  });
}
