import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  sweepTemporaryFiles,
  type WriteHooks,
  type WriteStep,
  writeAtomically,
} from '../../../main/clients/atomic-write.ts';
import { readConfigFile, sha256 } from '../../../main/clients/config-file.ts';
import type { WriteRules } from '../../../main/clients/write-rules.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';
import { bundleChild, runChild } from '../../fakes/configs/run-child.ts';

let desk: Desk;
let file: string;
const old = '{"old": true}';
const fresh = '{"new": true}';

beforeEach(() => {
  desk = makeDesk();
  file = desk.put('.cfg/a.json', old);
});
afterEach(() => desk.close());

const rules = (more: Partial<WriteRules> = {}): WriteRules => ({
  platform: 'linux',
  home: desk.home,
  userId: process.getuid?.(),
  ...more,
});

async function write(target = file, more: Partial<WriteRules> = {}, hooks: WriteHooks = {}) {
  const request = { path: target, bytes: Buffer.from(fresh), basedOn: sha256(old) };
  const result = await writeAtomically(request, rules(more), hooks);
  return result.ok ? 'ok' : result.problem.code;
}

const content = (target = file) => readFileSync(target, 'utf8');
const leftovers = () => readdirSync(path.dirname(file)).filter((name) => name.endsWith('.tmp'));

describe('a write', () => {
  test('puts the new bytes in place, with mode and owner of the old ones and no trace', async () => {
    chmodSync(file, 0o640);
    const before = statSync(file);
    expect(await write()).toBe('ok');
    const after = statSync(file);
    expect(content()).toBe(fresh);
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
    expect(after.ino).not.toBe(before.ino);
    expect(leftovers()).toEqual([]);
  });

  test('gives the mode it is asked for', async () => {
    const request = { path: file, bytes: Buffer.from(fresh), basedOn: sha256(old), mode: 0o604 };
    expect(await writeAtomically(request, rules())).toEqual({
      ok: true,
      value: { hash: sha256(fresh) },
    });
    expect(statSync(file).mode & 0o7777).toBe(0o604);
  });

  test('is readable by its owner alone until it has the mode of the file', async () => {
    chmodSync(file, 0o644);
    const modes: Record<string, number> = {};
    await write(
      file,
      {},
      {
        onStep: (step) => {
          const [name] = leftovers();
          if (name !== undefined)
            modes[step] = statSync(path.join(path.dirname(file), name)).mode & 0o777;
        },
      },
    );
    expect(modes).toEqual({
      created: 0o600,
      filled: 0o600,
      dressed: 0o644,
      synced: 0o644,
      rechecked: 0o644,
    });
  });

  test('goes through a link to its target, and the link stays', async () => {
    const target = desk.put('dotfiles/real.json', old);
    const link = path.join(desk.home, 'link.json');
    symlinkSync('dotfiles/real.json', link);
    expect(await write(link)).toBe('ok');
    expect(readlinkSync(link)).toBe('dotfiles/real.json');
    expect(content(target)).toBe(fresh);
  });
});

describe('a rename that fails', () => {
  const failing = (code: string, times: number) => {
    const waits: number[] = [];
    let tries = 0;
    const hooks: WriteHooks = {
      rename: async (from, to) => {
        tries += 1;
        if (tries <= times) throw Object.assign(new Error(code), { code });
        renameSync(from, to);
      },
      wait: async (ms) => waits.push(ms),
    };
    return { hooks, waits, tries: () => tries };
  };

  test.each(['EBUSY', 'EPERM', 'EACCES'])('with %s is tried again on Windows', async (code) => {
    const { hooks, waits } = failing(code, 3);
    expect(await write(file, { platform: 'win32', allowOutsideHome: true }, hooks)).toBe('ok');
    expect(waits).toEqual([25, 50, 100]);
    expect(content()).toBe(fresh);
  });

  test('is given up in the end, with nothing changed or left', async () => {
    const { hooks, tries } = failing('EBUSY', 99);
    expect(await write(file, { platform: 'win32', allowOutsideHome: true }, hooks)).toBe(
      'write-failed',
    );
    expect(tries()).toBe(8);
    expect(content()).toBe(old);
    expect(leftovers()).toEqual([]);
  });

  test.each(['linux', 'darwin'] as const)('is not tried again on %s', async (platform) => {
    const { hooks, tries } = failing('EPERM', 99);
    expect(await write(file, { platform }, hooks)).toBe('write-failed');
    expect(tries()).toBe(1);
  });

  test('is not tried again for another reason', async () => {
    const { hooks, tries } = failing('EIO', 99);
    expect(await write(file, { platform: 'win32', allowOutsideHome: true }, hooks)).toBe(
      'write-failed',
    );
    expect(tries()).toBe(1);
    expect(leftovers()).toEqual([]);
  });
});

describe('a process killed', () => {
  const steps: WriteStep[] = [
    'checked',
    'created',
    'filled',
    'dressed',
    'synced',
    'rechecked',
    'renamed',
    'folder-synced',
  ];
  test.each(steps)(
    'after "%s" leaves the old bytes or the new ones, and the next write tidies up',
    async (step) => {
      const args = [desk.home, file, sha256(old), fresh, step];
      const child = await bundleChild('write-child.ts', desk.root);
      expect(await runChild(child, args)).toEqual({ out: '', signal: 'SIGKILL' });
      const done = steps.indexOf(step) >= steps.indexOf('renamed');
      expect(content()).toBe(done ? fresh : old);
      expect(leftovers()).toHaveLength(done || step === 'checked' ? 0 : 1);

      const now = await readConfigFile(file);
      const basedOn = now.ok ? now.value.hash : '';
      const next = await writeAtomically(
        { path: file, bytes: Buffer.from('next'), basedOn },
        rules(),
      );
      expect(next.ok).toBe(true);
      expect(content()).toBe('next');
      expect(leftovers()).toEqual([]);
    },
    30_000,
  );
});

test('only our own leftovers are swept, and no folder or link', async () => {
  const folder = path.dirname(file);
  const ours = `.a.json.airlock-${'0'.repeat(16)}.tmp`;
  const kept = [
    `.b.json.airlock-${'0'.repeat(16)}.tmp`,
    '.a.json.airlock-short.tmp',
    `a.json.airlock-${'0'.repeat(16)}.tmp`,
  ];
  for (const name of [ours, ...kept]) writeFileSync(path.join(folder, name), '');
  mkdirSync(path.join(folder, `.a.json.airlock-${'1'.repeat(16)}.tmp`));
  symlinkSync(file, path.join(folder, `.a.json.airlock-${'2'.repeat(16)}.tmp`));
  await sweepTemporaryFiles(file);
  expect(readdirSync(folder)).toHaveLength(kept.length + 3);
  expect(existsSync(path.join(folder, ours))).toBe(false);
  expect(lstatSync(file).isFile()).toBe(true);
});
