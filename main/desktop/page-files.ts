import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { cspHeader } from './csp.ts';
import { pageFile } from './page-file.ts';

/** The built pages below `root`, served at app://local/ with their content security policy as a header. */
export function pageFiles(root: string) {
  return {
    /** Must run before `ready`: makes app:// a standard, secure scheme. */
    register(): void {
      protocol.registerSchemesAsPrivileged([
        { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: false } },
      ]);
    },
    /** Serves the pages; must run after `ready`. */
    serve(): void {
      protocol.handle('app', async (request) => {
        const file = pageFile(root, request.url);
        if (!file) return notFound();
        try {
          return new Response(await readFile(file.path), {
            headers: {
              'content-type': file.type,
              'content-security-policy': cspHeader(),
              'x-content-type-options': 'nosniff',
            },
          });
        } catch {
          // A missing build file is plain to see in the window.
          return notFound();
        }
      });
    },
  };
}

const notFound = () => new Response('Not found', { status: 404 });
