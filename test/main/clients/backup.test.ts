import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sealedBackups } from '../../../main/clients/backup.ts';
import { sha256 } from '../../../main/clients/config-file.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { aRecord } from '../../fakes/configs/record.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const key = randomBytes(32);
const backups = (secret = key) => sealedBackups(desk.data, 'linux', async () => ok(secret));
const original = Buffer.from('{"mcpServers": {"e": {"env": {"T": "very-secret"}}}}');
const record = (more = {}) => aRecord({ beforeHash: sha256(original), ...more });
const fileOf = (id = record().id) => path.join(desk.data, 'backups', `${id}.bin`);
const code = async (loaded: ReturnType<ReturnType<typeof backups>['load']>) => {
  const result = await loaded;
  return result.ok ? 'ok' : result.problem.code;
};

describe('a backup', () => {
  test('gives back the exact bytes, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const one = record({ beforeHash: sha256(bytes) });
        expect((await backups().save(one, bytes)).ok).toBe(true);
        expect(await backups().load(one)).toEqual(ok(Buffer.from(bytes)));
      }),
      { numRuns: 20 },
    );
  });

  test("holds nothing in plain text, differs each time, and is its owner's alone", async () => {
    await backups().save(record(), original);
    const first = readFileSync(fileOf());
    await backups().save(record(), original);
    expect(readFileSync(fileOf()).equals(first)).toBe(false);
    expect(first.includes('secret')).toBe(false);
    expect(first.subarray(0, 9).toString('latin1')).toBe('AIRLOCKB\x01');
    expect(first.length).toBe(9 + 12 + 16 + original.length);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  });

  test('is refused when any of its bytes was changed, or it was cut or grew', async () => {
    await backups().save(record(), original);
    const sealed = readFileSync(fileOf());
    for (let at = 0; at < sealed.length; at += 1) {
      const damaged = Buffer.from(sealed);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(fileOf(), damaged);
      expect(await code(backups().load(record()))).toBe('backup-damaged');
    }
    for (const damaged of [
      sealed.subarray(0, -1),
      sealed.subarray(0, 20),
      Buffer.concat([sealed, Buffer.from('x')]),
    ]) {
      writeFileSync(fileOf(), damaged);
      expect(await code(backups().load(record()))).toBe('backup-damaged');
    }
  });

  test.each([
    ['another record', { id: `jrn_${'b'.repeat(20)}` }],
    ['another client', { clientId: 'vscode' }],
    ['another file', { realPath: '/etc/passwd' }],
    ['another mode', { mode: 0o777 }],
    ['another content', { beforeHash: sha256('x') }],
  ])('does not pass for one of %s', async (_, more) => {
    await backups().save(record(), original);
    const claimed = record(more);
    if (claimed.id !== record().id) copyFileSync(fileOf(), fileOf(claimed.id));
    expect(await code(backups().load(claimed))).toBe('backup-damaged');
    expect(await code(backups().load(record({ state: 'restored', restoredAt: 9 })))).toBe('ok');
  });

  test('does not open with another key', async () => {
    await backups().save(record(), original);
    expect(await code(backups(randomBytes(32)).load(record()))).toBe('backup-damaged');
  });

  test('is neither made nor opened without a key', async () => {
    const locked = sealedBackups(desk.data, 'linux', async () =>
      fail('keychain-locked', 'Unlock it.'),
    );
    const problem = { ok: false, problem: { code: 'keychain-locked', message: 'Unlock it.' } };
    expect(await locked.save(record(), original)).toEqual(problem);
    expect(await locked.load(record())).toEqual(problem);
    expect(() => statSync(fileOf())).toThrow('ENOENT');
  });

  test('with a key of another length is our own mistake', async () => {
    await expect(backups(randomBytes(16)).save(record(), original)).rejects.toThrow('32 bytes');
  });

  test('that is gone is told from one that is damaged, and can be removed twice', async () => {
    expect(await code(backups().load(record()))).toBe('backup-unreadable');
    await backups().save(record(), original);
    expect((await backups().remove(record().id)).ok).toBe(true);
    expect((await backups().remove(record().id)).ok).toBe(true);
    expect(await code(backups().load(record()))).toBe('backup-unreadable');
  });

  test('says so when it cannot be written', async () => {
    writeFileSync(desk.data, '');
    expect(await backups().save(record(), original)).toMatchObject({
      ok: false,
      problem: { code: 'backup-unwritable' },
    });
  });
});
