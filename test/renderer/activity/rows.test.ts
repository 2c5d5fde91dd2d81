import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  gravest,
  joinRows,
  mentions,
  newest,
  passes,
  withEntries,
} from '../../../renderer/activity/rows.ts';
import { anEntry, callEntries } from '../../fakes/entry.ts';

const finding = (severity: 'low' | 'medium' | 'high') => ({
  code: 'c',
  severity,
  place: 'p',
  message: 'm',
  owasp: 'o',
});

describe('joining entries into rows', () => {
  const entries = [
    ...callEntries(1, 'read'),
    anEntry(3, { kind: 'settings.changed', detail: 'Mode: monitor' }),
    ...callEntries(4, 'write'),
  ];

  test('a call is one row, an event is its own, newest first', () => {
    expect(joinRows(entries).map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['call', 4],
      ['event', 3],
      ['call', 1],
    ]);
  });

  test('does not depend on the order in which entries come', () => {
    const sorted = joinRows(entries);
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(joinRows(shuffled)).toEqual(sorted);
      }),
    );
  });

  test('every entry is in exactly one row, and each row in order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(entries), (some) => {
        const rows = joinRows(some);
        expect(rows.flatMap((row) => row.entries)).toHaveLength(some.length);
        for (const row of rows) {
          const numbers = row.entries.map((entry) => entry.sequence);
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        }
      }),
    );
  });

  test('what comes later in a call stands over what came before', () => {
    const [row] = joinRows([
      anEntry(1, { kind: 'call.opened', callId: 'c', detail: 'first' }),
      anEntry(2, { kind: 'call.closed', callId: 'c', detail: 'second' }),
    ]);
    expect(row && newest(row, (entry) => entry.detail)).toBe('second');
    expect(row && newest(row, (entry) => entry.outcome)).toBeUndefined();
  });
});

describe('taking in the rest of a call', () => {
  const [closed, opened] = callEntries(1, 'read');
  const others = callEntries(3, 'write');
  const event = anEntry(9, { kind: 'problem' });

  test('adds its entries in order, each once, and none of another call', () => {
    if (!closed || !opened) throw new Error('a call has two entries');
    const [row] = joinRows([closed]);
    const whole = row && withEntries(row, [...others, event, closed, opened]);
    expect(whole?.entries).toEqual([opened, closed]);
    expect(whole?.key).toBe(row?.key);
  });

  test('leaves an event as it is', () => {
    const [row] = joinRows([event]);
    expect(row && withEntries(row, [anEntry(10), ...others])).toEqual(row);
  });
});

describe('filtering rows', () => {
  const rows = joinRows([
    ...callEntries(1, 'plain'),
    ...callEntries(3, 'denied', { outcome: 'denied-by-policy' }),
    ...callEntries(5, 'asked', { decision: { decision: 'ask', rules: [], risk: 'write' } }),
    anEntry(7, { kind: 'call.asked', callId: 'open', tool: { name: 'open', pin: '' } }),
    anEntry(8, { kind: 'problem', detail: 'The disk is nearly full.' }),
  ]);
  const names = (filter: Parameters<typeof passes>[1]) =>
    rows
      .filter((row) => passes(row, filter))
      .map((row) => newest(row, (entry) => entry.tool?.name) ?? 'event');

  test('by outcome', () => {
    expect(names('all')).toEqual(['event', 'open', 'asked', 'denied', 'plain']);
    expect(names('calls')).toEqual(['open', 'asked', 'denied', 'plain']);
    expect(names('asked')).toEqual(['open', 'asked']);
    expect(names('refused')).toEqual(['denied']);
  });

  test('by text, without regard to case', () => {
    const found = (text: string) => rows.filter((row) => mentions(row, text)).length;
    expect(found('DISK')).toBe(1);
    expect(found('cursor')).toBe(3);
    expect(found('server-filesystem')).toBe(3);
    expect(found('  ')).toBe(rows.length);
    expect(found('no such thing')).toBe(0);
  });

  test('the gravest finding is the one that shows', () => {
    const [row] = joinRows(
      callEntries(1, 't', { findings: [finding('low'), finding('high'), finding('medium')] }),
    );
    const [clean] = joinRows(callEntries(1, 't'));
    expect(row && gravest(row)).toBe('high');
    expect(clean && gravest(clean)).toBeUndefined();
  });
});
