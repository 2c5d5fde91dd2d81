import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type WriteHooks,
  type WriteStep,
  writeAtomically,
} from '../../../main/clients/atomic-write.ts';
import { sha256 } from '../../../main/clients/config-file.ts';
import type { WriteRules } from '../../../main/clients/write-rules.ts';
import { asNobody } from '../../fakes/configs/as-nobody.ts';
import { type Desk, makeDesk } from '../../fakes/configs/desk.ts';

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

describe('a write is refused', () => {
  test('when the file is not the one it was based on', async () => {
    writeFileSync(file, '{"old": false}');
    expect(await write()).toBe('changed');
    expect(content()).toBe('{"old": false}');
  });

  test.each<WriteStep>(['checked', 'created', 'filled', 'synced'])(
    'when somebody writes after it was %s',
    async (moment) => {
      const onStep = (step: WriteStep) => {
        if (step === moment) writeFileSync(file, 'theirs');
      };
      expect(await write(file, {}, { onStep })).toBe('changed');
      expect(content()).toBe('theirs');
      expect(leftovers()).toEqual([]);
    },
  );

  test('when somebody replaces, removes or redirects the file meanwhile', async () => {
    const meanwhile = async (act: () => void) =>
      write(file, {}, { onStep: (step) => (step === 'synced' ? act() : undefined) });
    const other = desk.put('.cfg/other.json', old);
    expect(
      await meanwhile(() => {
        unlinkSync(file);
        symlinkSync(other, file);
      }),
    ).toBe('changed');
    unlinkSync(file);
    writeFileSync(file, old);
    expect(await meanwhile(() => renameSync(desk.put('x', 'theirs'), file))).toBe('changed');
    writeFileSync(file, old);
    expect(await meanwhile(() => unlinkSync(file))).toBe('changed');
    expect(existsSync(file)).toBe(false);
    expect(content(other)).toBe(old);
  });

  test('outside home, unless it is allowed', async () => {
    const outside = path.join(desk.root, 'outside.json');
    writeFileSync(outside, old);
    const link = path.join(desk.home, 'link.json');
    symlinkSync(outside, link);
    expect(await write(link)).toBe('outside-home');
    expect(content(outside)).toBe(old);
    expect(await write(link, { allowOutsideHome: true })).toBe('ok');
    expect(content(outside)).toBe(fresh);
  });

  test('of a file that belongs to somebody else', async () => {
    expect(await write(file, { userId: (process.getuid?.() ?? 0) + 1 })).toBe('foreign-owner');
    if (process.getuid?.() === 0) {
      chownSync(file, 65534, 65534);
      expect(await write()).toBe('foreign-owner');
    }
    expect(content()).toBe(old);
  });

  test('of a file with a second name', async () => {
    linkSync(file, path.join(desk.home, 'second.json'));
    expect(await write()).toBe('hard-link');
    expect(content(path.join(desk.home, 'second.json'))).toBe(old);
  });

  test('of a read-only file, or in a read-only folder', async () => {
    chmodSync(file, 0o444);
    expect(await write()).toBe('read-only');
    chmodSync(file, 0o644);
    chmodSync(path.dirname(file), 0o555);
    expect(await write()).toBe('read-only');
    chmodSync(path.dirname(file), 0o755);
    expect(content()).toBe(old);
  });

  test('in a folder of somebody else', async () => {
    if (process.getuid?.() === 0) {
      chownSync(file, 65534, 65534);
      chmodSync(desk.root, 0o755);
      expect(await asNobody(() => write(file, { userId: 65534 }))).toBe('read-only');
    }
    expect(content()).toBe(old);
  });

  test('in a git work tree, unless it is allowed', async () => {
    mkdirSync(path.join(desk.home, '.cfg/.git'));
    expect(await write()).toBe('git-work-tree');
    expect(await write(file, { allowGitWorkTree: true })).toBe('ok');
  });

  test('in a linked work tree, whose .git is a file, and where home is one', async () => {
    const git = desk.put('.git', 'gitdir: /elsewhere');
    expect(await write()).toBe('git-work-tree');
    unlinkSync(git);
    mkdirSync(path.join(desk.root, '.git'));
    expect(await write()).toBe('ok');
  });

  test('where there is no regular file', async () => {
    mkdirSync(path.join(desk.home, 'folder'));
    expect(await write(path.join(desk.home, 'folder'))).toBe('not-a-file');
    expect(await write(path.join(desk.home, 'none'))).toBe('absent');
    expect(existsSync(path.join(desk.home, 'none'))).toBe(false);
  });
});
