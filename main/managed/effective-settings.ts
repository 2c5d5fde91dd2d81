import type { BundlePayload, ManagedSetting } from '../../shared/managed.ts';
import { defaultSettings, type Settings, SettingsPatch } from '../../shared/settings.ts';

/** A setting as it holds, where it came from, and what the person may do about it. */
export interface EffectiveSetting<T> {
  readonly value: T;
  readonly source: 'default' | 'user' | 'managed';
  /** `locked`: it stands. `floored`: it may be stricter. `free`: it is the person's. */
  readonly hold: 'free' | 'floored' | 'locked';
  /** The least strict value that is let through; absent where it is free. */
  readonly floor?: T;
  /** For people; empty where it is free. */
  readonly sentence: string;
}

/** Every setting as it holds. */
export type EffectiveSettings = {
  readonly [K in keyof Settings]: EffectiveSetting<Settings[K]>;
};

type Key = keyof Settings;

/**
 * How strict a value is: the higher, the stricter. Settings without an entry have no stricter side; a floor for one
 * of them is a lock.
 */
const strictness: { readonly [K in Key]?: (value: Settings[K]) => number } = {
  mode: (value) => (value === 'enforce' ? 1 : 0),
  // Silence denies sooner.
  approvalSeconds: (value) => -value,
  startAtLogin: (value) => (value ? 1 : 0),
  onDrift: (value) => ['leave', 'ask', 'reapply'].indexOf(value),
  onNewEntry: (value) => ['leave', 'ask', 'route', 'block'].indexOf(value),
};

/** Values that hold where IT's own cannot be read: the strictest there is. */
const strictest: SettingsPatch = {
  mode: 'enforce',
  startAtLogin: true,
  onDrift: 'reapply',
  onNewEntry: 'block',
};

const keys = Object.keys(defaultSettings) as Key[];

/** What came of IT's settings: those that can be used, and sentences about the others. */
export interface ManagedSettings {
  readonly values: ReadonlyMap<Key, ManagedSetting>;
  readonly problems: readonly string[];
}

const isKey = (name: string): name is Key => keys.some((key) => key === name);

/**
 * Checks IT's settings one by one. A name that is not known is left out; a value that does not fit is taken at its
 * strictest where there is one. Either is reported.
 */
export function readManagedSettings(settings: BundlePayload['settings']): ManagedSettings {
  const values = new Map<Key, ManagedSetting>();
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    if (!isKey(name)) {
      problems.push(
        `The policy sets ${JSON.stringify(name.slice(0, 60))}, which is no setting of this Airlock.`,
      );
      continue;
    }
    const read = SettingsPatch.safeParse({ [name]: setting.value });
    if (read.success) {
      values.set(name, setting);
      continue;
    }
    const value = strictest[name];
    if (value !== undefined) values.set(name, { value, mode: 'lock' });
    const rest = value === undefined ? 'It is left out.' : `It is held at ${String(value)}.`;
    problems.push(`The policy's value for ${name} does not fit. ${rest}`);
  }
  return { values, problems };
}

/** Whether `value` is at least as strict as `floor`; a setting without an order only by being the same. */
export function isAsStrict<K extends Key>(key: K, value: Settings[K], floor: Settings[K]): boolean {
  const order = strictness[key] as ((value: Settings[K]) => number) | undefined;
  return order === undefined ? value === floor : order(value) >= order(floor);
}

function effective<K extends Key>(
  key: K,
  own: Settings[K] | undefined,
  managed: ManagedSetting | undefined,
  organisation: string,
): EffectiveSetting<Settings[K]> {
  if (managed === undefined) {
    return own === undefined
      ? { value: defaultSettings[key], source: 'default', hold: 'free', sentence: '' }
      : { value: own, source: 'user', hold: 'free', sentence: '' };
  }
  // Checked against the schema of this very key by readManagedSettings.
  const floor = managed.value as Settings[K];
  if (managed.mode === 'lock' || strictness[key] === undefined) {
    const sentence = `${organisation} has set this. You cannot change it.`;
    return { value: floor, source: 'managed', hold: 'locked', floor, sentence };
  }
  const sentence = `${organisation} allows ${String(floor)} or stricter here.`;
  const chosen = own ?? defaultSettings[key];
  // A default that is stricter than the floor stays, as a floor loosens nothing.
  if (isAsStrict(key, chosen, floor)) {
    const source = own === undefined ? 'default' : 'user';
    return { value: chosen, source, hold: 'floored', floor, sentence };
  }
  return { value: floor, source: 'managed', hold: 'floored', floor, sentence };
}

/**
 * Joins the person's settings with IT's. `own` holds only what the person has chosen. Whatever stands in it, no value
 * comes out looser than a floor or other than a lock.
 */
export function effectiveSettings(
  own: SettingsPatch,
  managed: ManagedSettings,
  organisation = 'Your organisation',
): EffectiveSettings {
  const of = <K extends Key>(key: K) =>
    effective(key, own[key] as Settings[K] | undefined, managed.values.get(key), organisation);
  return {
    mode: of('mode'),
    approvalSeconds: of('approvalSeconds'),
    auditEndpoint: of('auditEndpoint'),
    killShortcut: of('killShortcut'),
    theme: of('theme'),
    startAtLogin: of('startAtLogin'),
    onDrift: of('onDrift'),
    onNewEntry: of('onNewEntry'),
    introduced: of('introduced'),
  };
}

/** The plain values, for whoever only uses them. */
export const plainSettings = (settings: EffectiveSettings): Settings => ({
  mode: settings.mode.value,
  approvalSeconds: settings.approvalSeconds.value,
  auditEndpoint: settings.auditEndpoint.value,
  killShortcut: settings.killShortcut.value,
  theme: settings.theme.value,
  startAtLogin: settings.startAtLogin.value,
  onDrift: settings.onDrift.value,
  onNewEntry: settings.onNewEntry.value,
  introduced: settings.introduced.value,
});
