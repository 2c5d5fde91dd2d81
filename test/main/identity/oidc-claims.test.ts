import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimedPerson } from '../../../main/identity/oidc-claims.ts';

describe('the name', () => {
  test.each([
    [{ sub: '1', name: 'Ada', preferred_username: 'ada', email: 'a@x' }, 'Ada'],
    [{ sub: '1', preferred_username: 'ada@corp', email: 'a@x' }, 'ada@corp'],
    [{ sub: '1', email: 'a@x' }, 'a@x'],
    [{ sub: '1' }, '1'],
    [{ sub: '1', name: '  ' }, '1'],
    [{ sub: '1', name: 7 }, '1'],
    [{ sub: '1', name: 'Ada\u001b[31m\u202e\n' }, 'Ada[31m'],
  ])('of %j is %s', (claims, name) => {
    expect(claimedPerson(claims, 'groups').name).toBe(name);
  });

  test('is cut', () => {
    expect(claimedPerson({ name: 'x'.repeat(999) }, 'groups').name).toHaveLength(200);
  });
});

describe('the groups', () => {
  test.each<[string, Record<string, unknown>, string, string[], string | undefined]>([
    ['a list', { groups: ['b', 'a', 'b'] }, 'groups', ['a', 'b'], undefined],
    ['one text', { roles: 'admin user' }, 'roles', ['admin user'], undefined],
    ['none', {}, 'groups', [], undefined],
    ['an empty list', { groups: [] }, 'groups', [], undefined],
    [
      'inside objects (Keycloak)',
      { realm_access: { roles: ['r'] } },
      'realm_access.roles',
      ['r'],
      undefined,
    ],
    [
      'a name with dots (Auth0)',
      { 'https://x.example/groups': ['g'] },
      'https://x.example/groups',
      ['g'],
      undefined,
    ],
    [
      'the whole name first',
      { 'a.b': ['whole'], a: { b: ['parts'] } },
      'a.b',
      ['whole'],
      undefined,
    ],
    ['Entra, too many', { _claim_names: { groups: 'src1' } }, 'groups', [], 'more groups than'],
    ['Entra, too many, implicit', { hasgroups: true }, 'groups', [], 'more groups than'],
    ['Entra, another claim', { _claim_names: { other: 'src1' } }, 'groups', [], undefined],
    [
      'there in spite of the sign',
      { groups: ['a'], _claim_names: { groups: 's' } },
      'groups',
      ['a'],
      undefined,
    ],
    ['odd members', { groups: ['a', 7, '', null] }, 'groups', ['a'], 'no group name'],
    ['an object', { groups: { a: 1 } }, 'groups', [], 'no group name'],
    [
      'far too many',
      { groups: Array.from({ length: 1001 }, (_, at) => `g${at}`) },
      'groups',
      [],
      'more than 1000',
    ],
    ['inherited', {}, 'constructor', [], undefined],
    ['inherited, inside', { a: {} }, 'a.constructor.name', [], undefined],
  ])('%s', (_, claims, claim, groups, problem) => {
    const person = claimedPerson(claims, claim);
    expect(person.groups).toEqual(groups);
    if (problem === undefined) expect(person).not.toHaveProperty('groupsProblem');
    else expect(person.groupsProblem).toContain(problem);
  });

  test('of any claims are texts, each once, in one order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { groups } = claimedPerson({ groups: value }, 'groups');
        expect(groups).toEqual([...new Set(groups)].sort());
        expect(groups.every((group) => typeof group === 'string' && group !== '')).toBe(true);
      }),
    );
  });
});
