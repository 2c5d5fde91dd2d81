import { expect, test } from 'vitest';
import { cedar } from '../../../main/policy/cedar.ts';
import { groupOf, makePreparedSets } from '../../../main/policy/prepared.ts';

const entity = { type: 'A', id: 'a' };
const decisionOf = (name: string) => {
  const answer = cedar.statefulIsAuthorized({
    principal: entity,
    action: { type: 'Action', id: 'a' },
    resource: entity,
    context: {},
    entities: [],
    preparsedPolicySetId: name,
  });
  return answer.type === 'success' ? answer.response : answer.errors[0]?.message;
};

const only = (id: string, text = 'permit (principal, action, resource);') =>
  groupOf(new Map([[id, text]]));

test('a group keeps its name while it is in use, and two groups have two', () => {
  const sets = makePreparedSets();
  const a = sets.nameOf(only('a'));
  expect(sets.nameOf(only('b'))).not.toBe(a);
  expect(sets.nameOf(only('a'))).toBe(a);
  expect(decisionOf(a)).toMatchObject({ diagnostics: { reason: ['a'] } });
});

test('names are used again, and always hold the group that was asked for last', () => {
  const sets = makePreparedSets();
  const names = new Set<string>();
  for (let i = 0; i < 200; i += 1) {
    const name = sets.nameOf(only(`g${i % 100}`));
    names.add(name);
    expect(decisionOf(name)).toMatchObject({ diagnostics: { reason: [`g${i % 100}`] } });
  }
  expect(names.size).toBeLessThanOrEqual(65);
});

test('after clear the same ids may mean other policies, and old names permit nothing', () => {
  const sets = makePreparedSets();
  const old = sets.nameOf(only('a'));
  sets.clear();
  expect(decisionOf(old)).toMatchObject({ decision: 'deny' });
  const fresh = sets.nameOf(only('a', 'forbid (principal, action, resource);'));
  expect(decisionOf(fresh)).toMatchObject({ decision: 'deny', diagnostics: { reason: ['a'] } });
});

test('what does not parse throws and takes no name', () => {
  const sets = makePreparedSets();
  expect(() => sets.nameOf(only('a', 'nonsense'))).toThrow('do not parse');
  expect(decisionOf(sets.nameOf(only('b')))).toMatchObject({ decision: 'allow' });
});

test('two owners do not share names', () => {
  expect(makePreparedSets().nameOf(only('a'))).not.toBe(makePreparedSets().nameOf(only('a')));
});
