import { describe, expect, test } from 'vitest';
import type { KeptSession } from '../../../main/identity/oidc-kept.ts';
import { standingOf } from '../../../main/identity/oidc-standing.ts';

const hour = 3_600_000;
const overdueMs = 960_000;
const start = 1_800_000_000_000;
const policy = {
  issuer: 'https://idp.example',
  clientId: 'airlock',
  scopes: [],
  groupsClaim: 'groups',
  sessionHours: 12,
  offlineGraceHours: 4,
  required: false,
};
const session: KeptSession = {
  issuer: policy.issuer,
  clientId: policy.clientId,
  subject: '1',
  name: 'Ada',
  groups: [],
  signedInAt: start,
  checkedAt: start,
  refreshToken: 'r',
};
const { refreshToken: _, ...unchecked } = session;

describe('a session', () => {
  test.each<[string, KeptSession, number, string]>([
    ['just made', session, 0, 'counts'],
    ['before it is overdue', session, overdueMs - 1, 'counts'],
    ['once it is overdue', session, overdueMs, 'offline'],
    ['at the end of the grace', session, overdueMs + 4 * hour - 1, 'offline'],
    ['after the grace', session, overdueMs + 4 * hour, 'offline-too-long'],
    [
      'checked late in the day',
      { ...session, checkedAt: start + 11 * hour },
      11.5 * hour,
      'offline',
    ],
    [
      'at its end, however fresh',
      { ...session, checkedAt: start + 12 * hour },
      12 * hour,
      'session-ended',
    ],
    ['that cannot be checked', unchecked, 11.9 * hour, 'counts'],
    ['that cannot be checked, at its end', unchecked, 12 * hour, 'session-ended'],
    ['under a clock set back a little', session, -299_000, 'counts'],
    ['under a clock set back far', session, -301_000, 'clock-wrong'],
    ['that cannot be checked, under a clock set back', unchecked, -301_000, 'clock-wrong'],
    ['of another issuer', { ...session, issuer: 'https://old.example' }, 0, 'other-issuer'],
    ['of another client id', { ...session, clientId: 'old' }, 0, 'other-issuer'],
  ])('%s', (_name, one, after, expected) => {
    const standing = standingOf(one, policy, start + after, overdueMs);
    const shown = standing.counts
      ? standing.offline === undefined
        ? 'counts'
        : 'offline'
      : standing.problem.code;
    expect(shown).toBe(expected);
  });

  test('counts for nothing where no provider is set up', () => {
    expect(standingOf(session, undefined, start, overdueMs)).toMatchObject({
      counts: false,
      problem: { code: 'other-issuer' },
    });
  });

  test('tells when it ends and until when silence is borne', () => {
    expect(standingOf(session, policy, start + hour, overdueMs)).toEqual({
      counts: true,
      endsAt: start + 12 * hour,
      offline: { since: start, until: start + overdueMs + 4 * hour },
    });
  });
});
