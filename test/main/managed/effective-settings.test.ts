import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  effectiveSettings,
  isAsStrict,
  plainSettings,
  readManagedSettings,
} from '../../../main/managed/effective-settings.ts';
import type { ManagedSetting } from '../../../shared/managed.ts';
import { defaultSettings, type Settings, SettingsPatch } from '../../../shared/settings.ts';

const values: { readonly [K in keyof Settings]: fc.Arbitrary<Settings[K]> } = {
  mode: fc.constantFrom('enforce', 'monitor'),
  approvalSeconds: fc.integer({ min: 10, max: 55 }),
  auditEndpoint: fc.constantFrom('', 'https://siem.acme.example/v1/logs'),
  killShortcut: fc.constantFrom('', 'Control+Shift+K'),
  theme: fc.constantFrom('system', 'light', 'dark'),
  startAtLogin: fc.boolean(),
  onDrift: fc.constantFrom('reapply', 'ask', 'leave'),
  onNewEntry: fc.constantFrom('ask', 'route', 'block', 'leave'),
  introduced: fc.boolean(),
};
const keys = Object.keys(defaultSettings) as (keyof Settings)[];

const patch = fc.record(values, { requiredKeys: [] }).map((one) => SettingsPatch.parse(one));
const settings = fc.record(
  Object.fromEntries(
    keys.map((key) => [
      key,
      fc.record({
        value: values[key] as fc.Arbitrary<string>,
        mode: fc.constantFrom('floor', 'lock'),
      }),
    ]),
  ),
  { requiredKeys: [] },
);

const at = <K extends keyof Settings>(key: K, all: Settings): Settings[K] => all[key];

describe('a floor and a lock', () => {
  test('hold whatever the person sets', () => {
    fc.assert(
      fc.property(patch, settings, (own, managed) => {
        const read = readManagedSettings(managed as Record<string, ManagedSetting>);
        expect(read.problems).toEqual([]);
        const effective = effectiveSettings(own, read);
        const plain = plainSettings(effective);
        for (const [key, setting] of read.values) {
          const floor = setting.value as Settings[typeof key];
          expect(isAsStrict(key, at(key, plain), floor)).toBe(true);
          if (setting.mode === 'lock') expect(at(key, plain)).toBe(floor);
        }
        for (const key of keys) {
          if (read.values.has(key)) expect(effective[key].hold).not.toBe('free');
          else expect(at(key, plain)).toBe(own[key] ?? defaultSettings[key]);
        }
      }),
    );
  });

  test('lets a person be stricter, and says whose value it is', () => {
    const managed = readManagedSettings({
      approvalSeconds: { value: 30, mode: 'floor' },
      mode: { value: 'monitor', mode: 'floor' },
      theme: { value: 'dark', mode: 'floor' },
    });
    const loose = effectiveSettings({ approvalSeconds: 50 }, managed, 'Acme');
    expect(loose.approvalSeconds).toMatchObject({ value: 30, source: 'managed', hold: 'floored' });
    expect(loose.approvalSeconds.sentence).toContain('Acme');
    // The default enforces, and a floor loosens nothing.
    expect(loose.mode).toMatchObject({ value: 'enforce', source: 'default', hold: 'floored' });
    expect(loose.theme).toMatchObject({ value: 'dark', hold: 'locked' });
    const strict = effectiveSettings({ approvalSeconds: 20 }, managed);
    expect(strict.approvalSeconds).toMatchObject({ value: 20, source: 'user', hold: 'floored' });
  });
});

describe('settings that do not fit', () => {
  test('are held at their strictest or left out, and reported', () => {
    const { values: read, problems } = readManagedSettings({
      mode: { value: 'enfroce', mode: 'floor' },
      approvalSeconds: { value: 3, mode: 'lock' },
      colour: { value: 'red', mode: 'lock' },
    });
    expect(read.get('mode')).toEqual({ value: 'enforce', mode: 'lock' });
    expect(read.has('approvalSeconds')).toBe(false);
    expect(problems).toHaveLength(3);
    expect(problems.join(' ')).toContain('"colour"');
  });
});
