import { createHmac } from 'node:crypto';
import { CompactSign, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleType } from '../../main/managed/bundle-jws.ts';
import { rulesWithoutBundle } from '../../main/managed/fail-closed.ts';
import {
  aBundle,
  aMachine,
  begin,
  day,
  type PolicyHost,
  policyHost,
  removeMachines,
  serving,
} from '../main/managed/policy-host.ts';
import { aKeyPair, type TestKey } from '../main/managed/signing.ts';

/*
 * Threat: whoever stands between the machine and the policy host, or has taken the host over, serves a policy of their
 * own, an old one, or one that breaks the reader. Whatever comes, the last good policy stays, and a machine without
 * one lets only reading through.
 */

let host: PolicyHost;
let key: TestKey;
let good: string;
beforeEach(async () => {
  key = await aKeyPair('2026');
  good = await aBundle(key, 3);
  host = await policyHost(serving(good));
});
afterEach(async () => {
  removeMachines();
  await host.close();
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const payload = {
  schemaVersion: 1,
  organisation: 'Acme',
  serial: 4,
  issued: new Date(begin).toISOString(),
  expires: new Date(begin + day).toISOString(),
  cedar: '@id("evil") permit (principal, action, resource);',
};

/** Serves a text to a machine that has serial 3 in force, and to one that has nothing. */
async function both(text: string): Promise<string> {
  const managed = aMachine(host, [key.enrolled]);
  const app = await managed.start();
  await app.checkNow();
  host.answer = serving(text);
  const view = await app.checkNow();
  expect(view.rules).toContain('serial-3');
  expect(view.status.serial).toBe(3);
  const fresh = aMachine(host, [key.enrolled]);
  const empty = await (await fresh.start()).checkNow();
  expect(empty.rules).toBe(rulesWithoutBundle);
  expect(empty.status.state).toBe('waiting');
  expect(fresh.rules).not.toContainEqual(expect.stringContaining('evil'));
  return view.status.problems.join(' ');
}

describe('a bundle that nobody enrolled has signed', () => {
  test('is refused when another key signed it, under its own name or the enrolled one', async () => {
    const other = await aKeyPair('other');
    expect(await both(await aBundle(other, 4))).toContain('"other", which is not enrolled');
    const posing = await aKeyPair('2026');
    host.answer = serving(good);
    expect(await both(await aBundle(posing, 4))).toContain('signature');
  });

  test('is refused with the algorithm none', async () => {
    const header = encode({ alg: 'none', kid: '2026', typ: bundleType });
    for (const signature of ['', 'A'.repeat(86)]) {
      host.answer = serving(good);
      await both(`${header}.${encode(payload)}.${signature}`);
    }
  });

  test('is refused when the public key is used as the secret of HS256', async () => {
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(key.enrolled.x, 'base64url'),
    ]);
    const secrets = [
      Buffer.from(key.enrolled.x, 'base64url'),
      Buffer.from(key.enrolled.x),
      spki,
      Buffer.from(
        `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`,
      ),
      Buffer.from(JSON.stringify(key.enrolled)),
    ];
    for (const [index, secret] of secrets.entries()) {
      const alg = index % 2 === 0 ? 'HS256' : 'HS512';
      const input = `${encode({ alg, kid: '2026', typ: bundleType })}.${encode(payload)}`;
      const mac = createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret).update(input);
      host.answer = serving(good);
      await both(`${input}.${mac.digest('base64url')}`);
    }
  });

  test('is refused when the header of a good one was replaced', async () => {
    const [, body = '', signature = ''] = (await aBundle(key, 4)).split('.');
    const header = { alg: 'EdDSA', kid: '2026', typ: bundleType, b64: false, crit: ['b64'] };
    await both(`${encode(header)}.${body}.${signature}`);
  });

  test('is refused when the enrolled key signed it for something else', async () => {
    const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: '2026', typ: 'JWT' })
      .sign(await importJWK(key.secret, 'EdDSA'));
    expect(await both(token)).toContain(bundleType);
  });

  test('is refused when it was cut, anywhere', async () => {
    const next = await aBundle(key, 4);
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      host.answer = serving(good);
      await both(next.slice(0, Math.floor(next.length * part)));
    }
  });
});

describe('a bundle whose time or turn is over', () => {
  test('is refused when its serial goes back', async () => {
    const machine = aMachine(host, [key.enrolled]);
    const app = await machine.start();
    await app.checkNow();
    host.answer = serving(await aBundle(key, 2));
    const view = await app.checkNow();
    expect(view.status.serial).toBe(3);
    expect(view.status.problems.join(' ')).toContain('3 was seen before');
  });

  test('is refused when it shares its serial with another', async () => {
    const machine = aMachine(host, [key.enrolled]);
    const app = await machine.start();
    await app.checkNow();
    host.answer = serving(await aBundle(key, 3, { cedar: payload.cedar }));
    const view = await app.checkNow();
    expect(view.rules).not.toContain('evil');
    expect(view.status.problems.join(' ')).toContain('Two different policy bundles');
  });

  test('is refused when it is replayed after its end, and before its beginning', async () => {
    const old = await aBundle(key, 4, {
      cedar: payload.cedar,
      expires: new Date(begin - day).toISOString(),
    });
    expect(await both(old)).toContain('ended on');
    host.answer = serving(good);
    const early = await aBundle(key, 4, {
      cedar: payload.cedar,
      notBefore: new Date(begin + day).toISOString(),
    });
    expect(await both(early)).toContain('begins on');
  });

  test('is taken within five minutes of a clock that is wrong', async () => {
    for (const [serial, more] of [
      [4, { expires: new Date(begin - 4 * 60_000).toISOString() }],
      [5, { notBefore: new Date(begin + 4 * 60_000).toISOString() }],
    ] as const) {
      host.answer = serving(await aBundle(key, serial, more));
      const app = await aMachine(host, [key.enrolled]).start();
      expect((await app.checkNow()).status.serial).toBe(serial);
    }
  });

  test('is refused when it is that of another organisation under the same key', async () => {
    const other = await aBundle(key, 4, { organisation: 'Other', cedar: payload.cedar });
    expect(await both(other)).toContain('"Other"');
  });

  test('is refused when it is written for a newer Airlock', async () => {
    expect(await both(await aBundle(key, 4, { schemaVersion: 2 }))).toContain('Update Airlock');
  });
});

describe('a bundle with one thing wrong', () => {
  const view = async (more: Readonly<Record<string, unknown>>) => {
    host.answer = serving(await aBundle(key, 4, more));
    return (await aMachine(host, [key.enrolled]).start()).checkNow();
  };

  test('loses that alone: an unknown key, a setting, a notice, an allowed server', async () => {
    const taken = await view({
      colour: 'red',
      settings: { mode: { value: 'enforce', mode: 'lock' }, theme: { value: {}, mode: 'lock' } },
      notices: [{ id: 'a', text: 'Good.' }, { text: 'No id.' }],
      registry: { allow: [{ server: {} }, { server: { id: 'srv_1' } }] },
    });
    expect(taken.status.serial).toBe(4);
    expect([...taken.settings.values.keys()]).toEqual(['mode']);
    expect(taken.status.notices.map(({ id }) => id)).toEqual(['a']);
    expect(taken.bundle?.registry?.allow.map(({ server }) => server)).toEqual([{ id: 'srv_1' }]);
    expect(taken.bundle?.registry?.default).toBe('allow');
    expect(taken.status.problems.join(' ')).toMatch(/colour.*theme|theme.*colour/s);
  });

  test('denies what is not allowed when an entry of its deny list is lost', async () => {
    const taken = await view({
      registry: { deny: [{ server: { idd: 'srv_1' } }, { server: { id: 'srv_2' } }] },
    });
    expect(taken.bundle?.registry).toMatchObject({
      default: 'deny',
      deny: [{ server: { id: 'srv_2' } }],
    });
  });

  test.each([
    ['kill', { kill: { scope: 'everything' } }],
    ['serial', { serial: 1.5 }],
    ['expires', { expires: 'never' }],
    ['rollout', { rollout: { percent: 300, salt: 'x' } }],
  ])('is refused as a whole when it is its %s', async (name, more) => {
    expect(await both(await aBundle(key, 4, more))).toContain(name);
  });
});

test('two keys may sign while one takes over from the other', async () => {
  const next = await aKeyPair('2027');
  const machine = aMachine(host, [key.enrolled, next.enrolled]);
  const app = await machine.start();
  expect((await app.checkNow()).status.kid).toBe('2026');
  host.answer = serving(await aBundle(next, 4));
  expect((await app.checkNow()).status).toMatchObject({ kid: '2027', serial: 4, problems: [] });
});
