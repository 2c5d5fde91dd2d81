import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type EnrolmentPorts,
  isTrustedUrl,
  readEnrolment,
  runCommand,
} from '../../../main/managed/enrolment.ts';
import { enrolmentPlaces, type FilePlace } from '../../../main/managed/enrolment-place.ts';
import { looseness } from '../../../main/managed/enrolment-trust.ts';

const key = { kid: '2026', kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
const good = {
  organisation: 'Acme',
  policyUrl: 'https://policy.acme.example/airlock.jws',
  keys: [key],
  contact: 'mailto:it@acme.example',
};

let top = '';
let place: FilePlace;
beforeEach(() => {
  top = mkdtempSync(path.join(os.tmpdir(), 'airlock-enrolment-'));
  chmodSync(top, 0o755);
  const folder = path.join(top, 'airlock');
  mkdirSync(folder, { mode: 0o755 });
  const file = path.join(folder, 'enrolment.json');
  place = { kind: 'file', path: file, form: 'json', top, owner: process.getuid?.() ?? 0 };
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const read = (more: Partial<EnrolmentPorts> = {}) =>
  readEnrolment({
    platform: 'linux',
    places: [place],
    run: runCommand,
    allowLoopbackHttp: false,
    ...more,
  });

const write = (value: unknown, mode = 0o644) => {
  writeFileSync(place.path, typeof value === 'string' ? value : JSON.stringify(value));
  chmodSync(place.path, mode);
};

const unreadable = (part: string) => ({
  state: 'enrolment-unreadable',
  problem: expect.stringContaining(part),
});

describe('where an enrolment stands', () => {
  test.each([
    [
      'darwin',
      [
        '/Library/Managed Preferences/com.airlockdesktop.app.plist',
        '/Library/Application Support/Airlock/enrolment.json',
      ],
    ],
    ['linux', ['/etc/airlock/enrolment.json']],
    ['win32', ['HKLM\\Software\\Policies\\Airlock', 'D:\\Data\\Airlock\\enrolment.json']],
  ] as const)('on %s', (platform, expected) => {
    const places = enrolmentPlaces(platform, 'D:\\Data');
    expect(places.map((one) => (one.kind === 'file' ? one.path : one.key))).toEqual(expected);
  });
});

describe('reading a file on POSIX', () => {
  test('tells a machine without one from one whose enrolment cannot be read', async () => {
    expect(await read()).toEqual({ state: 'not-enrolled' });
    write('{');
    expect(await read()).toMatchObject(unreadable('does not hold JSON'));
  });

  test('gives the enrolment with its defaults', async () => {
    write({ ...good, signIn: { issuer: 'https://id.acme.example', clientId: 'airlock' } });
    expect(await read()).toMatchObject({
      state: 'enrolled',
      place: place.path,
      problems: [],
      enrolment: { ...good, signIn: { groupsClaim: 'groups', sessionHours: 12, required: false } },
    });
  });

  test('reports what it does not know, and leaves out a contact that is none', async () => {
    write({ ...good, polcyUrl: 'x', contact: 'javascript:alert(1)' });
    const state = await read();
    if (state.state !== 'enrolled') throw new Error(state.state);
    expect(state.problems.join(' ')).toContain('polcyUrl is not known');
    expect(state.problems.join(' ')).toContain('contact');
    expect(state.enrolment.contact).toBeUndefined();
  });

  test.each([
    ['http', { policyUrl: 'http://policy.acme.example/' }, 'https address'],
    ['a user in the address', { policyUrl: 'https://a:b@policy.acme.example/' }, 'https address'],
    ['http to this machine', { policyUrl: 'http://127.0.0.1:8080/' }, 'https address'],
    ['no key', { keys: [] }, 'keys'],
    ['two keys of one name', { keys: [key, key] }, 'same kid'],
    ['a key that is no key', { keys: [{ ...key, x: 'short' }] }, 'keys'],
    ['a channel elsewhere', { channelUrl: 'https://other.example/events' }, 'same host'],
  ])('refuses %s', async (_, more, part) => {
    write({ ...good, ...more });
    expect(await read()).toMatchObject(unreadable(part));
  });

  test('takes http to this machine where development allows it', async () => {
    write({ ...good, policyUrl: 'http://127.0.0.1:8080/' });
    expect(await read({ allowLoopbackHttp: true })).toMatchObject({ state: 'enrolled' });
    expect(isTrustedUrl('http://policy.acme.example/', true)).toBe(false);
  });

  test('refuses a file or folder that others may write', async () => {
    write(good, 0o664);
    expect(await read()).toMatchObject(unreadable('can be written by others'));
    write(good, 0o646);
    expect(await read()).toMatchObject(unreadable('can be written by others'));
    write(good);
    chmodSync(path.dirname(place.path), 0o775);
    expect(await read()).toMatchObject(unreadable(path.dirname(place.path)));
    chmodSync(path.dirname(place.path), 0o755);
    chmodSync(top, 0o777);
    expect(await read()).toMatchObject(unreadable(top));
  });

  test('refuses one that does not belong to the administrator', async () => {
    write(good);
    const places = [{ ...place, owner: place.owner + 1 }];
    expect(await read({ places })).toMatchObject(unreadable('does not belong'));
  });

  test('refuses links, to the file and to a folder above it', async () => {
    const other = path.join(top, 'other.json');
    writeFileSync(other, JSON.stringify(good));
    symlinkSync(other, place.path);
    expect(await read()).toMatchObject(unreadable('is a link'));
    rmSync(place.path);
    write(good);
    symlinkSync(path.dirname(place.path), path.join(top, 'linked'));
    const linked = { ...place, path: path.join(top, 'linked', 'enrolment.json') };
    expect(await read({ places: [linked] })).toMatchObject(unreadable('through a link'));
  });

  test('refuses a folder in its place, and a file that is too large', async () => {
    mkdirSync(place.path);
    expect(await read()).toMatchObject({ state: 'enrolment-unreadable' });
    rmSync(place.path, { recursive: true });
    write(`"${'x'.repeat(300_000)}"`);
    expect(await read()).toMatchObject(unreadable('larger than'));
  });

  test('does not go on to the next place where the first is there and bad', async () => {
    write('{');
    const second = { ...place, path: path.join(top, 'airlock', 'second.json') };
    writeFileSync(second.path, JSON.stringify(good));
    expect(await read({ places: [place, second] })).toMatchObject(unreadable('JSON'));
    rmSync(place.path);
    expect(await read({ places: [place, second] })).toMatchObject({ place: second.path });
  });

  test('judges owner and mode', () => {
    expect(looseness({ uid: 0, mode: 0o100644 }, 0)).toBeUndefined();
    expect(looseness({ uid: 0, mode: 0o100664 }, 0)).toContain('written');
    expect(looseness({ uid: 501, mode: 0o100644 }, 0)).toContain('belong');
  });
});

describe('managed preferences on macOS', () => {
  test('are read by the system program, whatever their form', async () => {
    write('bplist00');
    const asked: string[] = [];
    const run: EnrolmentPorts['run'] = async (file, args) => {
      asked.push(file, ...args);
      return { code: 0, stdout: JSON.stringify(good) };
    };
    const places = [{ ...place, form: 'plist' as const }];
    expect(await read({ platform: 'darwin', places, run })).toMatchObject({ state: 'enrolled' });
    expect(asked).toEqual(['/usr/bin/plutil', '-convert', 'json', '-o', '-', place.path]);
    const broken = async () => ({ code: 1, stdout: '' });
    expect(await read({ platform: 'darwin', places, run: broken })).toMatchObject(
      unreadable('property list'),
    );
  });
});

describe('the registry of Windows', () => {
  const places = [{ kind: 'registry', key: 'HKLM\\Software\\Policies\\Airlock' }] as const;
  const output = [
    '',
    'HKEY_LOCAL_MACHINE\\Software\\Policies\\Airlock',
    '    Organisation    REG_SZ    Acme',
    '    PolicyUrl    REG_SZ    https://policy.acme.example/airlock.jws',
    '',
    'HKEY_LOCAL_MACHINE\\Software\\Policies\\Airlock\\Keys',
    `    2026    REG_SZ    ${'A'.repeat(43)}`,
    '',
    'HKEY_LOCAL_MACHINE\\Software\\Policies\\Airlock\\SignIn',
    '    Issuer    REG_SZ    https://id.acme.example',
    '    ClientId    REG_SZ    airlock',
    '    Required    REG_DWORD    0x1',
    '    SessionHours    REG_DWORD    0x8',
    '    Scopes    REG_MULTI_SZ    openid\\0groups',
    '',
  ].join('\r\n');
  const runWith =
    (answers: Readonly<Record<string, { code: number; stdout: string }>>): EnrolmentPorts['run'] =>
    async (_file, args) =>
      answers[args.join(' ')] ?? { code: 1, stdout: '' };
  const own = 'query HKLM\\Software\\Policies\\Airlock /s';
  const parent = 'query HKLM\\Software\\Policies';

  test('gives the enrolment with its keys and sign-in', async () => {
    const run = runWith({ [own]: { code: 0, stdout: output } });
    expect(await read({ platform: 'win32', places, run })).toMatchObject({
      state: 'enrolled',
      enrolment: {
        organisation: 'Acme',
        keys: [{ kid: '2026', x: 'A'.repeat(43) }],
        signIn: { required: true, sessionHours: 8, scopes: ['openid', 'groups'] },
      },
    });
  });

  test('tells absent from unreadable by its parent', async () => {
    const listing = (name: string) => ({
      code: 0,
      stdout: `\r\nHKEY_LOCAL_MACHINE\\Software\\Policies\\${name}\r\n`,
    });
    const ports = { platform: 'win32', places } as const;
    expect(await read({ ...ports, run: runWith({ [parent]: listing('Microsoft') }) })).toEqual({
      state: 'not-enrolled',
    });
    expect(await read({ ...ports, run: runWith({ [parent]: listing('AIRLOCK') }) })).toMatchObject(
      unreadable('cannot be read'),
    );
    expect(await read({ ...ports, run: runWith({}) })).toMatchObject(unreadable('cannot be read'));
  });

  test('takes a key without values for none', async () => {
    const stdout = '\r\nHKEY_LOCAL_MACHINE\\Software\\Policies\\Airlock\r\n';
    const run = runWith({ [own]: { code: 0, stdout } });
    expect(await read({ platform: 'win32', places, run })).toEqual({ state: 'not-enrolled' });
  });
});

describe('a file on Windows', () => {
  test('counts where its access list names administrators alone', async () => {
    write(good);
    const system = 'O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)';
    const run = (file: string) => async () => ({ code: 0, stdout: `${system}\r\n${file}\r\n` });
    const of = (file: string) => read({ platform: 'win32', run: run(file) });
    expect(await of(system)).toMatchObject({ state: 'enrolled' });
    expect(await of(`${system}(A;;FA;;;BU)`)).toMatchObject(unreadable('written by others'));
    expect(await of(system.replace('O:BA', 'O:S-1-5-21-1-2-3-1001'))).toMatchObject(
      unreadable('does not belong'),
    );
    const broken = async () => ({ code: 1, stdout: '' });
    expect(await read({ platform: 'win32', run: broken })).toMatchObject(unreadable('access list'));
  });
});
