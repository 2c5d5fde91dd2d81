import { describe, expect, test } from 'vitest';
import { makePresentAgent } from '../../../main/identity/present-agent.ts';
import type { ProcessVerdict } from '../../../main/identity/process-verdict.ts';
import type { Agent } from '../../../shared/call.ts';
import type { Person } from '../../../shared/person.ts';

const account: Person = { kind: 'os', name: 'ada', groups: [] };
const ada: Person = {
  kind: 'oidc',
  name: 'Ada',
  subject: '1',
  issuer: 'https://idp.example',
  groups: ['staff'],
};
const agent: Agent = { clientId: 'cursor', clientName: 'Cursor', person: 'ada' };

describe('the agent of a session', () => {
  test('changes with the person and the verdict, and with nothing else', () => {
    let who = account;
    let how: ProcessVerdict | undefined;
    const present = makePresentAgent(
      () => who,
      () => how,
    );
    const first = present(agent);
    expect(first).toEqual({ ...agent, person: 'ada', signedIn: false });
    expect(present(agent)).toBe(first);
    who = ada;
    const second = present(agent);
    expect(second).toEqual({ ...agent, person: 'https://idp.example#1', signedIn: true });
    how = { verdict: 'unexpected', sentence: 'x' };
    expect(present(agent)).toEqual({ ...second, processVerdict: 'unexpected' });
    const introduced = { ...agent, reported: { name: 'cursor', version: '2' } };
    expect(present(introduced)).toMatchObject({ reported: introduced.reported, signedIn: true });
    who = account;
    expect(present(introduced)).toMatchObject({ person: 'ada', signedIn: false });
  });
});
