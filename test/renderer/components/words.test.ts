import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, count, number } from '../../../renderer/components/count.ts';
import { riskWords, sourceWords, writtenRisk } from '../../../renderer/components/risk-words.ts';
import {
  clockTime,
  dateTime,
  duration,
  fullTime,
  rowTime,
  secondsLeft,
  timeLeft,
} from '../../../renderer/components/time-words.ts';
import { RiskLevel, RuleSource } from '../../../shared/policy.ts';

describe('time', () => {
  test('a countdown counts the started second, and never goes below zero', () => {
    expect(secondsLeft(45_000, 0)).toBe(45);
    expect(secondsLeft(45_000, 1)).toBe(45);
    expect(secondsLeft(45_000, 44_999)).toBe(1);
    expect(secondsLeft(45_000, 45_000)).toBe(0);
    expect(secondsLeft(45_000, 99_000)).toBe(0);
  });

  test('a countdown only falls', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (deadline, now, later) => {
        expect(secondsLeft(deadline, now + later)).toBeLessThanOrEqual(secondsLeft(deadline, now));
      }),
    );
  });

  test.each([
    [0.2, '<1 ms'],
    [12, '12 ms'],
    [999, '999 ms'],
    [1_460, '1.4 s'],
    [59_990, '59.9 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
  ])('%d ms lasts %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test('what is left is in seconds below a minute', () => {
    expect(timeLeft(42_000, 0)).toBe('42 s');
    expect(timeLeft(552_000, 0)).toBe('9 min 12 s');
  });

  test('today needs no date, other days do', () => {
    const now = new Date(2026, 10, 24, 12, 0, 0).getTime();
    const yesterday = now - 24 * 3_600_000;
    expect(dateTime(now, now)).toBe('12:00');
    expect(dateTime(yesterday, now)).toBe('23 Nov 2026, 12:00');
    expect(rowTime(now, now)).toBe('12:00:00');
    expect(rowTime(yesterday, now)).toBe('23 Nov 12:00');
    expect(clockTime(now)).toBe('12:00:00');
    expect(fullTime(now)).toBe('24 Nov 2026, 12:00:00');
  });
});

describe('numbers', () => {
  test('a count agrees with its noun', () => {
    expect(count(1, 'call')).toBe('1 call');
    expect(count(0, 'call')).toBe('0 calls');
    expect(count(12_345, 'entry', 'entries')).toBe('12,345 entries');
    expect(number(1_000_000)).toBe('1,000,000');
  });

  test('bytes come in the unit a person reads', () => {
    expect([512, 1_536, 3 << 20].map(bytes)).toEqual(['512 B', '1.5 KB', '3.0 MB']);
  });
});

describe('risks and rules', () => {
  test('each risk has words of its own, and only reading is no warning', () => {
    const words = RiskLevel.options.map(riskWords);
    expect(new Set(words.map(({ text }) => text)).size).toBe(RiskLevel.options.length);
    expect(words.filter(({ tone }) => tone === 'info')).toEqual([riskWords('read')]);
  });

  test('a risk as the trail wrote it, known or not', () => {
    expect(writtenRisk('destroy')).toBe('Can destroy data');
    expect(writtenRisk('novel')).toBe('novel');
    for (const level of RiskLevel.options) expect(writtenRisk(level)).toBe(riskWords(level).text);
  });

  test('each source of a rule has words of its own', () => {
    expect(new Set(RuleSource.options.map(sourceWords)).size).toBe(RuleSource.options.length);
  });
});
