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

/** Says why the app cannot run, where the person looks, and leaves. */
export function fatal(sentence: string): void {
  process.stderr.write(`Airlock cannot start. ${sentence}\n`);
  dialog.showErrorBox('Airlock cannot start', sentence);
  process.exit(1);
}
