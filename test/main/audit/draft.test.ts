import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, settle } from '../../../main/audit/canonical.ts';
import { asJson, entryText } from '../../../main/audit/chain.ts';
import { draftOf, sealedText } from '../../../main/audit/draft.ts';
import { EntryInput } from '../../../shared/audit.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const rule = fc.record({
  id: text,
  text,
  source: fc.constantFrom('user' as const, 'managed' as const),
});

/** Every member an entry can have, each of them also left out. */
const members: { [K in keyof Required<EntryInput>]: fc.Arbitrary<Required<EntryInput>[K]> } = {
  kind: fc.constantFrom('call.opened' as const, 'call.closed' as const),
  callId: text,
  person: text,
  agent: fc.record({ id: text, name: text }),
  connection: fc.record({ id: text, name: text, sessionId: text }),
  process: fc.record({ pid: fc.nat(), command: text }),
  server: fc.record({ id: text, label: text, name: text, version: text }),
  tool: fc.record({ name: text, pin: text }),
  method: text,
  arguments: text,
  argumentsHash: text,
  decision: fc.record({
    decision: fc.constantFrom('allow' as const, 'deny' as const),
    rules: fc.array(rule, { maxLength: 2 }),
    risk: text,
  }),
  approver: fc.record({
    by: text,
    how: text,
    lookedMs: fc.double({ noNaN: true, min: 0, max: 1e6 }),
    grantId: text,
  }),
  outcome: fc.constantFrom('ok' as const, 'refused' as const),
  durationMs: fc.nat(),
  bytesIn: fc.nat(),
  bytesOut: fc.nat(),
  resultHash: text,
  findings: fc.array(
    fc.record({
      code: text,
      severity: fc.constant('low' as const),
      place: text,
      message: text,
      owasp: text,
    }),
    { maxLength: 2 },
  ) as fc.Arbitrary<NonNullable<EntryInput['findings']>>,
  traceparent: text,
  tracestate: text,
  monitor: fc.boolean(),
  detail: text,
};

describe('an entry written out in parts', () => {
  const id = 'i-1';
  const place = { chain: 'a'.repeat(32), previousHash: 'b'.repeat(64), sequence: 7 };

  test('is the canonical text of the whole, whatever it holds', () => {
    fc.assert(
      fc.property(fc.record(members, { requiredKeys: ['kind'] }), fc.nat(), (input, time) => {
        const whole = entryText({ ...input, ...place, id, time });
        expect(sealedText(draftOf(input, time, id), place)).toBe(whole);
      }),
    );
  });

  test('leaves no member out', () => {
    expect(Object.keys(members).sort()).toEqual(Object.keys(EntryInput.shape).sort());
    const [full] = fc.sample(fc.record(members), 1);
    if (full === undefined) throw new Error('There is always a sample.');
    expect(Object.keys(JSON.parse(sealedText(draftOf(full, 1), place))).sort()).toEqual(
      [...Object.keys(full), ...Object.keys(place), 'id', 'time'].sort(),
    );
  });
});

test('a settled object keeps its text, and cannot be changed behind it', () => {
  const value = settle({ b: [{ c: 1 }], a: 'x' });
  expect(canonical(asJson({ z: 1, of: value }))).toBe('{"of":{"a":"x","b":[{"c":1}]},"z":1}');
  expect(() => value.b.push({ c: 2 })).toThrow(TypeError);
  expect(() => Object.assign(value.b[0] ?? {}, { c: 2 })).toThrow(TypeError);
});
