import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allowLabel,
  coverage,
  durationLabel,
  headline,
  headlineSentence,
  lateSentence,
  scopeLabel,
} from '../../../renderer/approval/card-words.ts';
import { GrantDuration, GrantScope } from '../../../shared/approval.ts';
import { aCard } from '../../fakes/approval-card.ts';

describe('the headline', () => {
  test.each([
    ['tools/call', 'Cursor wants to run write_file'],
    ['resources/read', 'Cursor wants to read write_file'],
    ['prompts/get', 'Cursor wants to use the prompt write_file'],
    ['future/method', 'Cursor wants to send future/method write_file'],
  ])('%s: the client asks', (method, words) => {
    expect(headlineSentence(aCard({ method }))).toBe(words);
  });

  test.each(['sampling/createMessage', 'elicitation/create'])('%s: the server asks', (method) => {
    const { who, wants, what } = headline(aCard({ method, tool: '' }));
    expect(who).toBe('files');
    expect(wants).toContain('Cursor');
    expect(what).toBe('');
  });
});

describe('what a yes covers', () => {
  test('one time is one call, and nothing is remembered', () => {
    expect(coverage(aCard(), 'arguments', 'once')).toBe(
      'Covers this one call only. Nothing is remembered.',
    );
  });

  test('one answer for identical calls says how many', () => {
    expect(coverage(aCard({ count: 3 }), 'arguments', 'once')).toContain('3 identical calls');
  });

  test.each([
    [
      'arguments',
      'session',
      'Until Cursor’s session ends, no question for write_file with exactly these arguments.',
    ],
    [
      'tool',
      'until',
      'For one hour, no question for write_file with any arguments from Cursor. A graver call asks again.',
    ],
    [
      'server',
      'always',
      'Until you revoke it, no question for any tool of files from Cursor. A graver call asks again.',
    ],
  ] as const)('%s for %s', (scope, duration, words) => {
    expect(coverage(aCard(), scope, duration)).toBe(words);
  });

  test('two different offers never read alike, save that one time is one call whatever the scope', () => {
    const offer = fc.record({
      scope: fc.constantFrom(...GrantScope.options),
      duration: fc.constantFrom(...GrantDuration.options),
    });
    fc.assert(
      fc.property(offer, offer, (a, b) => {
        const same = a.duration === b.duration && (a.duration === 'once' || a.scope === b.scope);
        const words = [a, b].map(({ scope, duration }) => coverage(aCard(), scope, duration));
        expect(words[0] === words[1]).toBe(same);
      }),
    );
  });

  test('each duration and scope has a label of its own, and Allow says how long', () => {
    const durations = GrantDuration.options.map(durationLabel);
    const buttons = GrantDuration.options.map(allowLabel);
    const scopes = GrantScope.options.map((scope) => scopeLabel(scope, aCard()));
    for (const words of [durations, buttons, scopes])
      expect(new Set(words).size).toBe(words.length);
    expect(buttons.every((text) => /allow/i.test(text))).toBe(true);
  });

  test('a late yes names the client and holds once', () => {
    expect(lateSentence(aCard())).toMatch(/Cursor.*exactly this.*once/);
  });
});
