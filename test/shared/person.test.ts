import { describe, expect, test } from 'vitest';
import { type Person, personInTrail, personKey, personLabel } from '../../shared/person.ts';

const account: Person = { kind: 'os', name: 'ada', groups: [] };
const ada: Person = {
  kind: 'oidc',
  name: 'Ada Lovelace',
  subject: '00u1',
  issuer: 'https://idp.example/oauth2',
  email: 'ada@example.com',
  groups: ['staff'],
};
const { email: _, ...nameless } = ada;

describe('a person', () => {
  test.each<[Person, string, string, string]>([
    [account, 'ada', 'ada (OS account)', 'ada (OS account)'],
    [
      ada,
      'https://idp.example/oauth2#00u1',
      'https://idp.example/oauth2#00u1 (Ada Lovelace)',
      'Ada Lovelace (ada@example.com)',
    ],
    [
      { ...nameless, name: 'ada@example.com', email: 'ada@example.com' },
      'https://idp.example/oauth2#00u1',
      'https://idp.example/oauth2#00u1 (ada@example.com)',
      'ada@example.com',
    ],
    [
      { ...nameless, name: 'https://idp.example/oauth2#00u2' },
      'https://idp.example/oauth2#00u1',
      'https://idp.example/oauth2#00u1 (https://idp.example/oauth2#00u2)',
      'https://idp.example/oauth2#00u2',
    ],
  ])('%j is named', (person, key, trail, label) => {
    expect(personKey(person)).toBe(key);
    expect(personInTrail(person)).toBe(trail);
    expect(personLabel(person)).toBe(label);
  });
});
