import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepLastGood, lastGoodFile, readUserFile } from '../../../main/policy/user-file.ts';
import { aFolder } from './a-policy.ts';

const posix = process.platform !== 'win32';

describe('reading the policy file', () => {
  test('absent', () => {
    expect(readUserFile(path.join(aFolder(), 'policy.cedar'))).toEqual({ state: 'absent' });
  });

  test('present, a byte order mark taken off, a link followed', () => {
    const folder = aFolder();
    const file = path.join(folder, 'policy.cedar');
    writeFileSync(file, '\ufeff// hi');
    expect(readUserFile(file)).toEqual({ state: 'present', text: '// hi' });
    const link = path.join(folder, 'link.cedar');
    symlinkSync(file, link);
    expect(readUserFile(link)).toEqual({ state: 'present', text: '// hi' });
  });

  const unreadable = (file: string, own?: number) => {
    const found = own === undefined ? readUserFile(file) : readUserFile(file, own);
    return found.state === 'unreadable' ? found.reason : found.state;
  };

  test('a folder, a link to nothing in the way, bytes that are no text, too much', () => {
    const folder = aFolder();
    mkdirSync(path.join(folder, 'a'));
    expect(unreadable(path.join(folder, 'a'))).toContain('regular file');
    writeFileSync(path.join(folder, 'b'), Buffer.from([0xff, 0xfe, 0x00]));
    expect(unreadable(path.join(folder, 'b'))).toContain('UTF-8');
    writeFileSync(path.join(folder, 'c'), ' '.repeat(1_048_577));
    expect(unreadable(path.join(folder, 'c'))).toContain('1 MiB');
    writeFileSync(path.join(folder, 'd'), '');
    expect(unreadable(path.join(folder, 'd', 'e'))).toContain('ENOTDIR');
  });

  test.runIf(posix)('a file that others could have written', () => {
    const file = path.join(aFolder(), 'policy.cedar');
    writeFileSync(file, '');
    const { uid } = statSync(file);
    chmodSync(file, 0o666);
    expect(unreadable(file)).toContain('everybody');
    chmodSync(file, 0o664);
    expect(unreadable(file)).toBe('present');
    expect(unreadable(file, uid + 1)).toBe(uid === 0 ? 'present' : 'it belongs to another user');
  });
});

describe('the last good text', () => {
  test('lies beside the file, for the owner alone, and is whole', () => {
    const file = path.join(aFolder(), 'policy.cedar');
    expect(keepLastGood(file, 'one')).toBeUndefined();
    expect(keepLastGood(file, 'two')).toBeUndefined();
    const kept = lastGoodFile(file);
    expect(path.basename(kept)).toBe('policy.last-good.cedar');
    expect(readFileSync(kept, 'utf8')).toBe('two');
    expect(readdirSync(path.dirname(file))).toEqual(['policy.last-good.cedar']);
    if (posix) expect(statSync(kept).mode & 0o777).toBe(0o600);
  });

  test('is not written again when nothing changed', () => {
    const file = path.join(aFolder(), 'policy.cedar');
    keepLastGood(file, 'one');
    const before = statSync(lastGoodFile(file)).ino;
    keepLastGood(file, 'one');
    expect(statSync(lastGoodFile(file)).ino).toBe(before);
  });

  test('a failure is a sentence and leaves nothing behind', () => {
    const folder = path.join(aFolder(), 'gone');
    expect(keepLastGood(path.join(folder, 'policy.cedar'), 'x')).toContain('ENOENT');
    expect(existsSync(folder)).toBe(false);
  });
});
