import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policyInit } from '../../../main/cli/policy-init.ts';
import { policyKeygen } from '../../../main/cli/policy-keys.ts';
import { policySign, type SignRequest } from '../../../main/cli/policy-sign.ts';
import { policyVerify, type VerifyRequest } from '../../../main/cli/policy-verify.ts';
import { signBundleJws } from '../../../main/managed/bundle-jws.ts';
import { EnrolledKey } from '../../../shared/managed.ts';
import { aFolder, aPolicyFolder, bundle, run } from './policy-desk.ts';

const noon = Date.parse('2026-06-01T12:00:00Z');
const day = 24 * 60 * 60 * 1_000;

/** A key pair as `keygen` makes it: the private key's file, and the entry to enrol in a file. */
async function aKey(folder = aFolder()) {
  const key = join(folder, 'key.json');
  const { text, document, notes } = await run((out) => policyKeygen(key, out));
  const entry = join(folder, 'entry.json');
  writeFileSync(entry, text);
  return { key, entry, document: document as EnrolledKey, notes };
}

const sign = (request: SignRequest, now = noon) =>
  run((out) => policySign(request, out, () => now));
const verify = (request: VerifyRequest, now = noon) =>
  run((out) => policyVerify(request, out, () => now));

describe('airlock policy keygen', () => {
  test('keeps the private key to the owner and prints what to enrol', async () => {
    const { key, document, notes } = await aKey();
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(EnrolledKey.parse(document)).toEqual(document);
    const kept = JSON.parse(readFileSync(key, 'utf8'));
    expect(kept).toEqual({ ...document, d: expect.stringMatching(/^[\w-]{43}$/) });
    expect(JSON.stringify([document, notes])).not.toContain(kept.d);
  });

  test('writes over nothing', async () => {
    const { key } = await aKey();
    const before = readFileSync(key, 'utf8');
    expect((await run((out) => policyKeygen(key, out))).code).toBe('exists');
    expect(readFileSync(key, 'utf8')).toBe(before);
  });
});

describe('airlock policy sign', () => {
  test('makes a bundle that verifies against the key and the enrolment', async () => {
    const { key, entry, document } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    const folder = aPolicyFolder(
      '@id("x") forbid (principal, action == Action::"sample", resource);',
    );
    expect(await sign({ folder, key, output })).toMatchObject({
      code: 0,
      document: { organisation: 'Example Ltd', serial: 3, expires: '2026-08-30T12:00:00Z' },
    });
    const enrolment = join(aFolder(), 'enrolment.json');
    const enrolled = {
      organisation: 'Example Ltd',
      policyUrl: 'https://x.example/p',
      keys: [document],
    };
    writeFileSync(enrolment, JSON.stringify(enrolled));
    for (const by of [{ key: entry }, { key }, { enrolment }]) {
      const verified = await verify({ file: output, by });
      expect(verified).toMatchObject({
        code: 0,
        document: { ok: true, serial: 3, kid: document.kid, rules: ['base', 'x'] },
      });
      expect(verified.text).toContain('organisation  Example Ltd');
      expect(verified.text).toContain('valid         2026-06-01T12:00:00Z to 2026-08-30T12:00:00Z');
    }
    writeFileSync(enrolment, JSON.stringify({ ...enrolled, organisation: 'Other Ltd' }));
    const other = await verify({ file: output, by: { enrolment } });
    expect(other).toMatchObject({ code: 1, document: { ok: false } });
    expect(other.text).toContain('"Other Ltd"');
  });

  test('wants a serial that rises over what it replaces', async () => {
    const { key, entry } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    const folder = aPolicyFolder();
    expect((await sign({ folder, key, output })).code).toBe(0);
    const first = readFileSync(output, 'utf8');
    for (const serial of [3, 2]) {
      const again = await sign({ folder, key, output, serial });
      expect(again.code).toBe(1);
      expect(again.notes.join()).toContain('give --serial 4 or higher');
    }
    expect(readFileSync(output, 'utf8')).toBe(first);
    expect((await sign({ folder, key, output, serial: 4 })).code).toBe(0);
    expect((await verify({ file: output, by: { key: entry } })).document).toMatchObject({
      serial: 4,
    });
  });

  test('signs nothing that check or test rejects', async () => {
    const { key } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    const broken = aPolicyFolder(
      '@id("x") forbid (principal, action, resource) when { nonsense };',
    );
    const failing = aPolicyFolder('', {
      'tests.json': JSON.stringify({
        tests: [{ name: 'it', request: { tool: 'read_file' }, expect: { decision: 'deny' } }],
      }),
    });
    const refused = await sign({ folder: broken, key, output });
    expect([refused.code, refused.notes.join()]).toEqual([1, expect.stringContaining('[x]')]);
    const failed = await sign({ folder: failing, key, output });
    expect([failed.code, failed.notes.join()]).toEqual([1, expect.stringContaining('tests')]);
    expect(existsSync(output)).toBe(false);
  });

  test('has a sentence for what it cannot use', async () => {
    const { key, entry } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    const folder = aPolicyFolder();
    expect((await sign({ folder, key: entry, output })).problem).toContain('the public key only');
    expect((await sign({ folder, key: '/no/such', output })).code).toBe('no-file');
    expect((await sign({ folder: aFolder({ 'policy.cedar': '' }), key, output })).code).toBe(
      'no-bundle',
    );
    writeFileSync(output, 'a letter to a friend');
    expect((await sign({ folder, key, output })).code).toBe('not-a-bundle');
    expect(readFileSync(output, 'utf8')).toBe('a letter to a friend');
  });
});

describe('airlock policy verify', () => {
  test.each<[string, number, string]>([
    ['is over', noon + 91 * day, 'ended on'],
    ['has not begun', noon - day, 'begins on'],
  ])('ends with 1 where a bundle %s', async (_, now, said) => {
    const { key } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    await sign({ folder: aPolicyFolder(), key, output });
    const late = await verify({ file: output, by: { key } }, now);
    expect(late.code).toBe(1);
    expect(late.text).toContain(said);
  });

  test('ends with 1 where it was changed, or signed by another', async () => {
    const { key } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    await sign({ folder: aPolicyFolder(), key, output });
    expect(await verify({ file: output, by: { key: (await aKey()).key } })).toMatchObject({
      code: 1,
      document: { ok: false, problems: [expect.stringContaining('not enrolled')] },
    });
    const [header, , signature] = readFileSync(output, 'utf8').split('.');
    const payload = Buffer.from('{"serial":9}').toString('base64url');
    writeFileSync(output, [header, payload, signature].join('.'));
    expect((await verify({ file: output, by: { key } })).text).toContain('does not fit');
    expect((await verify({ file: '/no/such', by: { key } })).code).toBe('no-file');
  });

  test('names the rules of a bundle that cannot be used, and a kill', async () => {
    const { key } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    const payload = {
      ...bundle,
      issued: '2026-06-01T12:00:00Z',
      expires: '2026-07-01T12:00:00Z',
      cedar: '@id("x") permit (principal, action == Action::"fly", resource);',
      kill: { scope: 'all', reason: 'A worm' },
    };
    writeFileSync(output, await signBundleJws(payload, JSON.parse(readFileSync(key, 'utf8'))));
    const { code, text } = await verify({ file: output, by: { key } });
    expect(code).toBe(1);
    expect(text).toContain('! Rule x (1:39): Unrecognized action `Action::"fly"`');
    expect(text).toMatch(/kill +all/);
  });
});

describe('airlock policy init', () => {
  test('makes a folder that passes, and writes over nothing', async () => {
    const folder = join(aFolder(), 'deep', 'policy');
    const made = await run((out) => policyInit({ folder, template: 'strict' }, out));
    expect(made).toMatchObject({
      code: 0,
      document: { files: ['policy.cedar', 'bundle.json', 'tests.json', 'README.md'] },
    });
    const { key } = await aKey();
    const output = join(aFolder(), 'policy.jws');
    expect((await sign({ folder, key, output })).code).toBe(0);
    writeFileSync(join(folder, 'policy.cedar'), 'mine');
    const again = await run((out) => policyInit({ folder, template: 'starter' }, out));
    expect(again.code).toBe('exists');
    expect(readFileSync(join(folder, 'policy.cedar'), 'utf8')).toBe('mine');
  });

  test('leaves other files of a folder alone', async () => {
    const folder = aFolder({ '.git/config': '', 'notes.txt': 'mine' });
    expect((await run((out) => policyInit({ folder, template: 'monitor' }, out))).code).toBe(0);
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    const file = join(folder, 'notes.txt', 'below');
    expect((await run((out) => policyInit({ folder: file, template: 'monitor' }, out))).code).toBe(
      'not-written',
    );
  });
});
