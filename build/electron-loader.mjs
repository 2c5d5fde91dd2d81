// Stands in for Electron's default app inside the npm runtime: `electron <folder> ...` loads the app in that folder.
// It must be a module that waits for the app's main at top level: behind a promise nobody awaits, `ready` would fire
// before the app's own code runs.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

/** @param {string} folder */
const isApp = (folder) => existsSync(path.join(folder, 'package.json'));

const named = process.argv.slice(1).find((arg) => !arg.startsWith('-') && isApp(arg));
const folder = path.resolve(named ?? process.env.AIRLOCK_APP_DIR ?? process.cwd());
const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

// What the default app does too, in this order: names first, then the paths that are made from them.
const internals =
  /** @type {{ _setDefaultAppPaths?(folder: string): void, setAppPath?(folder: string): void, setVersion?(version: string): void }} */ (
    /** @type {unknown} */ (app)
  );
Object.assign(process, { defaultApp: true });
app.setName(manifest.productName ?? manifest.name ?? path.basename(folder));
if (manifest.version) internals.setVersion?.(manifest.version);
if (internals._setDefaultAppPaths) internals._setDefaultAppPaths(folder);
else internals.setAppPath?.(folder);

await import(pathToFileURL(path.join(folder, manifest.main ?? 'index.js')).href);
