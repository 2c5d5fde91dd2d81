import { existsSync } from 'node:fs';

const places = [
  process.env.AIRLOCK_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A browser on this machine to run the pages in; undefined where there is none. */
export const chromiumPath: string | undefined = places.find(
  (path) => path !== undefined && path !== '' && existsSync(path),
);
