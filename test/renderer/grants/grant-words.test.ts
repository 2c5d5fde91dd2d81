import { describe, expect, test } from 'vitest';
import {
  counts,
  deathWords,
  grantCovers,
  grantHolds,
} from '../../../renderer/grants/grant-words.ts';
import { Grant, GrantDuration } from '../../../shared/approval.ts';
import { aGrant } from '../pages/dashboard-answers.ts';

describe('what a grant covers', () => {
  test.each([
    ['arguments', 'write_file with exactly these arguments'],
    ['tool', 'write_file with any arguments, up to a risk of “changes data”'],
    ['server', 'Any tool of files, up to a risk of “changes data”'],
  ] as const)('%s', (scope, words) => {
    expect(grantCovers(aGrant({ scope }))).toBe(words);
  });

  test('a request without a name is named by its method', () => {
    const grant = aGrant({ scope: 'arguments', tool: '', method: 'sampling/createMessage' });
    expect(grantCovers(grant)).toBe('sampling/createMessage with exactly these arguments');
  });
});

describe('how long a grant holds', () => {
  const now = new Date(2026, 10, 24, 12, 0, 0).getTime();

  test('each duration in words, with its end where it has one', () => {
    const expiresAt = now + 3_600_000;
    const words = GrantDuration.options.map((duration) =>
      grantHolds(aGrant({ duration, ...(duration === 'until' ? { expiresAt } : {}) }), now),
    );
    expect(words).toEqual([
      'For one call',
      'Until the session ends',
      'Until 13:00',
      'Until you revoke it',
    ]);
  });

  test('a late yes is for one call and has an end', () => {
    const grant = aGrant({ duration: 'once', expiresAt: now + 600_000 });
    expect(grantHolds(grant, now)).toBe('For one call, until 12:10');
  });

  test('counts until its end, or its death', () => {
    const until = aGrant({ expiresAt: now + 1 });
    expect(counts(until, now)).toBe(true);
    expect(counts(until, now + 1)).toBe(false);
    expect(counts(aGrant({ dead: 'revoked' }), now)).toBe(false);
  });
});

test('every death has words of its own', () => {
  const causes = Grant.shape.dead.unwrap().options;
  expect(new Set(causes.map(deathWords)).size).toBe(causes.length);
});
