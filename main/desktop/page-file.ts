import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The file a page URL names below `root`, or undefined where it would leave it or is of a type we do not serve. */
export function pageFile(root: string, url: string): { path: string; type: string } | undefined {
  let pathname: string;
  try {
    const parsed = new URL(url);
    if (parsed.host !== 'local') return undefined;
    pathname = decodeURIComponent(parsed.pathname);
  } catch {
    // A URL or an escape that cannot be read names no file of ours.
    return undefined;
  }
  if (pathname.includes('\0') || pathname.includes('\\')) return undefined;
  const path = normalize(join(root, pathname));
  const type = types[extname(path)];
  return path.startsWith(root + sep) && type ? { path, type } : undefined;
}
