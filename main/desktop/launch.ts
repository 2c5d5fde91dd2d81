import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type App, dialog } from 'electron';

/** How the bridge starts this app again: the executable, the app's folder in development, and what must be kept. */
export function launchCommand(app: App): { command: string; args: string[] } {
  const kept = process.argv.filter(
    (word) => word === '--no-sandbox' || word.startsWith('--user-data-dir='),
  );
  return {
    command: process.execPath,
    args: [...(app.isPackaged ? [] : [app.getAppPath()]), ...kept, '--hidden'],
  };
}

/** Says why the app cannot run (any more), where the person looks, and leaves. */
export function fatal(sentence: string, title = 'Airlock cannot start'): void {
  process.stderr.write(`${title}. ${sentence}\n`);
  // A start that nobody sees must not wait for a click, and hold the data folder meanwhile.
  if (!process.argv.includes('--hidden')) dialog.showErrorBox(title, sentence);
  process.exit(1);
}

/** The systems Airlock knows; on any other it says so and leaves. */
export function knownPlatform(platform: NodeJS.Platform): 'darwin' | 'linux' | 'win32' {
  if (platform === 'darwin' || platform === 'linux' || platform === 'win32') return platform;
  fatal(`Airlock does not know the system "${platform}".`);
  throw new Error('unreachable');
}

/** The bridge to install: an executable of its own when packaged, in development a script for the Node on the PATH. */
export function bridgeSource(
  app: App,
  script: string,
): { kind: 'executable'; file: string } | { kind: 'script'; file: string; node: string } {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  if (app.isPackaged) {
    return {
      kind: 'executable',
      file: join(process.resourcesPath, 'bridge', `airlock-bridge${suffix}`),
    };
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const node = folders
    .map((folder) => join(folder, `node${suffix}`))
    .find((file) => existsSync(file));
  return { kind: 'script', file: script, node: node ?? `node${suffix}` };
}
