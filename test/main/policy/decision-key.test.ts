import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeDecisionKey, makeLocalHour } from '../../../main/policy/decision-key.ts';
import type { CallFacts } from '../../../main/policy/entities.ts';
import { aCall } from '../../fakes/call.ts';

const facts: CallFacts = {
  riskLevel: 'read',
  readOnly: true,
  destructive: false,
  openWorld: true,
  trusted: false,
  groups: [],
  findings: [],
  tooLarge: false,
  hour: 9,
};

describe('the kind of a call', () => {
  const keyOf = makeDecisionKey();
  const call = aCall();

  test('is the same for the same facts, whatever the arguments', () => {
    expect(keyOf({ ...call, argumentsText: '{"other":1}' }, { ...facts })).toBe(keyOf(call, facts));
  });

  test.each<[string, Partial<CallFacts>]>([
    ['risk', { riskLevel: 'write' }],
    ['readOnly', { readOnly: false }],
    ['destructive', { destructive: true }],
    ['openWorld', { openWorld: false }],
    ['trusted', { trusted: true }],
    ['groups', { groups: ['admins'] }],
    ['too large', { tooLarge: true }],
    ['hour', { hour: 10 }],
    [
      'findings',
      { findings: [{ code: 'x', severity: 'low', place: 'p', message: 'm', owasp: 'MCP01' }] },
    ],
  ])('differs by %s', (_, other) => {
    expect(keyOf(call, { ...facts, ...other })).not.toBe(keyOf(call, facts));
  });

  test('differs by who, what and where', () => {
    const others = [
      { ...call, action: 'getPrompt' as const },
      { ...call, target: 'other' },
      { ...call, ambiguous: true },
      { ...call, agent: { ...call.agent, clientId: 'other' } },
      { ...call, agent: { ...call.agent, clientName: 'other' } },
      { ...call, agent: { ...call.agent, person: 'other' } },
      { ...call, agent: { ...call.agent, signedIn: true } },
      { ...call, agent: { ...call.agent, processVerdict: 'matches' as const } },
      { ...call, agent: { ...call.agent, processVerdict: 'unexpected' as const } },
      { ...call, connection: { ...call.connection, name: 'other' } },
      { ...call, server: { ...call.server, id: 'other' } },
      { ...call, server: { ...call.server, label: 'other' } },
      { ...call, server: { ...call.server, transport: 'http' as const } },
    ];
    const keys = new Set([call, ...others].map((one) => keyOf(one, facts)));
    expect(keys.size).toBe(others.length + 1);
  });

  test('never takes two sets of texts for one', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', ' ', '[', ']', ',', 'a'),
      maxLength: 6,
    });
    const one = fc.tuple(text, text, fc.array(text, { maxLength: 2 }));
    fc.assert(
      fc.property(one, one, (a, b) => {
        const of = ([target, name, groups]: typeof a) =>
          keyOf(
            { ...call, target, connection: { ...call.connection, name } },
            { ...facts, groups },
          );
        expect(of(a) === of(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

test('the local hour is the calendar’s at every time', () => {
  const hourOf = makeLocalHour();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (at) => {
      expect(hourOf(at)).toBe(new Date(at).getHours());
      expect(hourOf(at + 1)).toBe(new Date(at + 1).getHours());
    }),
  );
});
