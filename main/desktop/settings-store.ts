import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Store from 'electron-store';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { defaultSettings, Settings, type SettingsPatch } from '../../shared/settings.ts';

/**
 * The user's settings in `settings.json` of the data folder. A file that cannot be read is kept aside and the
 * defaults, which enforce, take its place; `problem` says so.
 */
export function openSettings(folder: string, now: () => number) {
  const file = join(folder, 'settings.json');
  let problem = '';
  if (existsSync(file) && !readable(file)) {
    const aside = `${file}.damaged-${now()}`;
    renameSync(file, aside);
    problem = `The settings could not be read; they are kept as ${aside} and the defaults hold.`;
  }
  const store = new Store<Settings>({
    cwd: folder,
    name: 'settings',
    defaults: defaultSettings,
    clearInvalidConfig: false,
  });
  const read = (): Settings => {
    const parsed = Settings.safeParse(store.store);
    return parsed.success ? parsed.data : defaultSettings;
  };
  // electron-store reads the file at every access, and settings are looked at with every entry of the trail.
  let current = read();
  const get = (): Settings => current;
  return {
    problem,
    get,
    /** Changes some settings. A value that cannot be kept leaves everything as it was. */
    set(patch: SettingsPatch): Result<Settings> {
      const next = Settings.safeParse({ ...get(), ...patch });
      if (!next.success) {
        return fail(
          'bad-setting',
          `That setting is not valid: ${next.error.issues[0]?.message ?? 'unknown reason'}.`,
        );
      }
      try {
        store.set(next.data);
      } catch (error) {
        return fail('settings-not-saved', `The setting could not be saved: ${String(error)}.`);
      }
      current = next.data;
      return ok(current);
    },
  };
}

function readable(file: string): boolean {
  try {
    return Settings.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success;
  } catch {
    // Unreadable or no JSON: the caller keeps the file aside.
    return false;
  }
}
