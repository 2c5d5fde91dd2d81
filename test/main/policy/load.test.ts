import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRules } from '../../../main/policy/load.ts';
import { aFolder } from './a-policy.ts';

const forbid = '@id("mine") forbid (principal, action, resource);';

function aFile(text?: string): string {
  const file = path.join(aFolder(), 'policy.cedar');
  if (text !== undefined) writeFileSync(file, text);
  return file;
}
const ids = (file: string, managed?: string) =>
  loadRules(file, managed).user.rules.map(({ rule }) => rule.id);

/** Makes a file that is there and cannot be read, whoever runs the test. */
function spoil(file: string): void {
  rmSync(file, { force: true });
  mkdirSync(file);
}

describe('the user set', () => {
  test('is the built-in rules where there is no file', () => {
    const loaded = loadRules(aFile(), undefined);
    expect(loaded.problems).toEqual([]);
    expect(loaded.user.rules.every(({ rule }) => rule.source === 'built-in')).toBe(true);
    expect(loaded.user.rules.length).toBeGreaterThan(8);
  });

  test('has the rules of the file before them', () => {
    expect(ids(aFile(forbid))[0]).toBe('mine');
    expect(ids(aFile(forbid)).length).toBe(ids(aFile()).length + 1);
  });

  test('keeps the last readable rules while the file is unreadable, and says so', () => {
    const file = aFile(forbid);
    loadRules(file, undefined);
    spoil(file);
    const loaded = loadRules(file, undefined);
    expect(loaded.user.rules[0]?.rule.id).toBe('mine');
    expect(loaded.problems).toEqual([
      'policy.cedar cannot be read: it is not a regular file. The rules it last held stay in force; correct the file.',
    ]);
  });

  test('lets only reading through where the file never could be read', () => {
    const file = aFile();
    spoil(file);
    const loaded = loadRules(file, undefined);
    expect(loaded.user.rules.map(({ rule }) => rule.id)).toContain('policy-unreadable');
    expect(loaded.problems[0]).toContain('only reading is let through');
  });

  test('goes back to the built-in rules where the file was removed', () => {
    const file = aFile(forbid);
    loadRules(file, undefined);
    rmSync(file);
    expect(ids(file)).not.toContain('mine');
    expect(loadRules(file, undefined).problems).toEqual([]);
  });

  test('a broken rule is reported and marks the set', () => {
    const loaded = loadRules(aFile(`${forbid}\nforbid (oops);`), undefined);
    expect(loaded.user.broken?.id).toBe('broken-rule');
    expect(loaded.problems[0]).toContain('policy.cedar, line 2');
    expect(loaded.user.rules[0]?.rule.id).toBe('mine');
  });
});

describe('the managed set', () => {
  test.each([undefined, '', '// nothing yet'])('is no constraint for %j', (text) => {
    expect(loadRules(aFile(), text).managed).toEqual({ kind: 'none' });
  });

  test('constrains as soon as it has a rule', () => {
    const { managed } = loadRules(aFile(), forbid);
    expect(managed).toMatchObject({
      kind: 'rules',
      set: { rules: [{ rule: { source: 'managed' } }] },
    });
  });

  test('whose rules were all lost is not an empty one', () => {
    const { managed, problems } = loadRules(aFile(), 'permit (oops);');
    expect(managed).toMatchObject({ kind: 'rules', set: { rules: [] } });
    expect(problems[0]).toContain('the managed policy, line 1');
  });
});

describe('the hash', () => {
  const hash = (text?: string, managed?: string) => loadRules(aFile(text), managed).hash;

  test('changes with what the rules mean, of either set', () => {
    const hashes = [
      hash(),
      hash(forbid),
      hash(undefined, forbid),
      hash(forbid, forbid),
      hash('forbid (oops);'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const one of hashes) expect(one).toMatch(/^[0-9a-f]{64}$/);
  });

  test('does not change with comments and blanks', () => {
    expect(hash(`// mine\n\n${forbid.replace(', action', ',\n  action')}\n`)).toBe(hash(forbid));
  });

  test('changes where only reading is left', () => {
    const file = aFile();
    spoil(file);
    expect(loadRules(file, undefined).hash).not.toBe(hash());
  });
});
