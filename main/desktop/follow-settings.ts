import type { App, NativeTheme } from 'electron';
import type { Settings } from '../../shared/settings.ts';

/** Carries settings over to the system when they change, and says what the system refused. */
export function followSettings(
  app: Pick<App, 'setLoginItemSettings'>,
  theme: Pick<NativeTheme, 'themeSource'>,
  shortcut: { use(accelerator: string): string | undefined },
  report: (sentence: string) => void,
): (settings: Settings) => void {
  let before: Settings | undefined;
  return (settings) => {
    if (settings.theme !== before?.theme) theme.themeSource = settings.theme;
    // Off is the system's own state: nothing is written until somebody switches it on.
    if (settings.startAtLogin !== (before?.startAtLogin ?? false)) {
      app.setLoginItemSettings({ openAtLogin: settings.startAtLogin, args: ['--hidden'] });
    }
    before = settings;
    const problem = shortcut.use(settings.killShortcut);
    if (problem !== undefined) report(problem);
  };
}
