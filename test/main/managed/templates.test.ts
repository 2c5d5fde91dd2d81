import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { enrolmentPlaces, preferenceDomain } from '../../../main/managed/enrolment-place.ts';
import { Enrolment, ManagedSignIn } from '../../../shared/managed.ts';

const folder = path.resolve(import.meta.dirname, '../../../build/managed');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const placeholder = 'PUT THE x OF YOUR KEY HERE';

test('the example fits once it holds a key, and enrols nobody as it stands', () => {
  const text = read('enrolment.example.json');
  expect(Enrolment.safeParse(JSON.parse(text)).success).toBe(false);
  const filled = Enrolment.safeParse(JSON.parse(text.replace(placeholder, 'A'.repeat(43))));
  expect(filled.error?.message).toBeUndefined();
});

test('the profile for macOS sets known members of the domain that is read', () => {
  const text = read('airlock.mobileconfig');
  expect(text).toContain(`<key>${preferenceDomain}</key>`);
  expect(text).toContain(placeholder);
  const settings = /<key>mcx_preference_settings<\/key>([\s\S]*)/.exec(text)?.[1] ?? '';
  const names = [...settings.matchAll(/^ {16}<key>(\w+)<\/key>/gm)].map(([, name]) => name);
  expect(names).toContain('policyUrl');
  expect(Object.keys(Enrolment.shape)).toEqual(expect.arrayContaining(names));
});

test('the template for Windows writes what is read there, and every text of it is there', () => {
  const admx = read('airlock.admx');
  const [registry] = enrolmentPlaces('win32');
  const key = registry?.kind === 'registry' ? registry.key.replace('HKLM\\', '') : '';
  const policies = [...admx.matchAll(/<policy [^>]*key="([^"]+)"[^>]*>([\s\S]*?)<\/policy>/g)];
  expect(policies.length).toBeGreaterThan(3);
  for (const [, at = '', body = ''] of policies) {
    const known = Object.keys(at === `${key}\\SignIn` ? ManagedSignIn.shape : Enrolment.shape);
    if (at !== `${key}\\SignIn`) expect(at).toBe(key);
    for (const [, name = ''] of body.matchAll(/valueName="(\w+)"/g)) {
      expect(known).toContain(name.slice(0, 1).toLowerCase() + name.slice(1));
    }
  }
  expect(admx).toContain(`key="${key}\\Keys" explicitValue="true"`);
  const adml = read('airlock.adml');
  for (const [, name] of admx.matchAll(/\$\(string\.(\w+)\)/g)) {
    expect(adml).toContain(`<string id="${name}">`);
  }
  for (const [, id] of admx.matchAll(/<(?:text|list|boolean) id="(\w+)"/g)) {
    expect(adml).toContain(`refId="${id}"`);
  }
});
