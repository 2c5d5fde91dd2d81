import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bootId,
  makeChildRegister,
  readChildRegister,
} from '../../../main/upstream/child-register.ts';

/** A state is waited for as long as a crowded machine may need. */
const patient = { timeout: 15_000 };

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'airlock-register-'));
  file = path.join(folder, 'data', 'children.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (boot = 'b1') => {
  const result = readChildRegister(file, boot);
  return result.ok ? result.value : result.problem.code;
};

describe('the register of running servers', () => {
  test('is empty where there is none', () => {
    expect(read()).toEqual([]);
  });

  test('names who was put and not removed, with the latest that is known', async () => {
    const register = makeChildRegister(file, 'b1');
    register.put({ sessionId: 's1', name: 'files' });
    register.put({ sessionId: 's2', name: 'git' });
    expect(read()).toEqual([
      { sessionId: 's1', name: 'files' },
      { sessionId: 's2', name: 'git' },
    ]);
    register.amend({ sessionId: 's1', name: 'files', pid: 5, started: 77 });
    register.remove('s2');
    register.remove('never there');
    await expect
      .poll(read, patient)
      .toEqual([{ sessionId: 's1', name: 'files', pid: 5, started: 77 }]);
  });

  test('goes on naming what earlier runs left', () => {
    const left = { sessionId: 's0', name: 'old', pid: 4, started: 1 };
    const register = makeChildRegister(file, 'b1', [left]);
    register.put({ sessionId: 's1', name: 'files' });
    expect(read()).toEqual([left, { sessionId: 's1', name: 'files' }]);
  });

  test('of another boot names nobody', () => {
    makeChildRegister(file, 'b1').put({ sessionId: 's1', name: 'files', pid: 5, started: 77 });
    expect(read('b2')).toEqual([]);
  });

  test.each(['', '{', '{"boot":"b1"}', '{"boot":"b1","children":[{"sessionId":"s","name":1}]}'])(
    'that cannot be read is not taken for an empty one: %j',
    (text) => {
      makeChildRegister(file, 'b1').put({ sessionId: 's1', name: 'files' });
      writeFileSync(file, text);
      expect(read()).toBe('child-register-unreadable');
    },
  );

  test('is for this user alone and leaves nothing beside it', () => {
    makeChildRegister(file, 'b1').put({ sessionId: 's1', name: 'files' });
    expect(readdirSync(path.dirname(file))).toEqual(['children.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('files');
  });

  test('that cannot be written refuses a new child and forgets it', () => {
    writeFileSync(path.join(folder, 'data'), 'a file where the folder should be');
    const register = makeChildRegister(file, 'b1');
    expect(() => register.put({ sessionId: 's1', name: 'files' })).toThrow('could not be written');
    rmSync(path.join(folder, 'data'));
    register.put({ sessionId: 's2', name: 'git' });
    expect(read()).toEqual([{ sessionId: 's2', name: 'git' }]);
  });

  test('that cannot be written still lets a child go', async () => {
    const register = makeChildRegister(file, 'b1');
    register.put({ sessionId: 's1', name: 'files' });
    rmSync(path.dirname(file), { recursive: true });
    writeFileSync(path.join(folder, 'data'), '');
    register.remove('s1');
    await new Promise((resolve) => setImmediate(resolve));
    rmSync(path.join(folder, 'data'));
    register.put({ sessionId: 's2', name: 'git' });
    expect(read()).toEqual([{ sessionId: 's2', name: 'git' }]);
  });
});

test('a boot has a name on Linux and needs none elsewhere', () => {
  expect(bootId('darwin')).toBe('');
  expect(bootId('win32')).toBe('');
  if (process.platform === 'linux') expect(bootId('linux')).toMatch(/^[0-9a-f-]{36}$/);
});
