import { describe, expect, test } from 'vitest';
import {
  clientsOf,
  signedOutWords,
  signInWords,
  wantsSignIn,
} from '../../../renderer/connections/sign-in-words.ts';
import { SignInStatus, SignOutReport } from '../../../shared/sign-in.ts';
import { remoteScan } from '../pages/connection-answers.ts';

const now = Date.UTC(2026, 10, 24, 12, 0, 0);
const signedIn = (over: Partial<Extract<SignInStatus, { state: 'signed-in' }>> = {}) =>
  signInWords(
    {
      state: 'signed-in',
      issuer: 'https://login.example/tenant',
      scopes: [],
      renews: false,
      ...over,
    },
    now,
  );
const needs = (code: string, message = 'M.') =>
  signInWords({ state: 'needs-sign-in', problem: { code, message } }, now);

describe('how a sign-in stands', () => {
  test('says where and as whom', () => {
    expect(signedIn({ account: 'ada' }).text).toBe('Signed in at login.example as ada');
    expect(signedIn().text).toBe('Signed in at login.example');
    expect(signedIn({ issuer: 'no url' }).text).toBe('Signed in at no url');
  });

  test('says until when, or that nobody need mind', () => {
    expect(signedIn({ expiresAt: now + 60_000 }).means).toMatch(/^Until .*\d\d:\d\d/);
    expect(signedIn({ expiresAt: now - 1, renews: true })).toMatchObject({
      means: 'Renews by itself.',
      tone: 'ok',
      next: 'sign-out',
    });
    expect(signedIn().means).toBe('');
  });

  test('one that ended and does not renew wants a person again', () => {
    expect(signedIn({ expiresAt: now })).toMatchObject({ next: 'sign-in', urgent: true });
  });

  test('what went wrong since is shown, with the sign-in still there', () => {
    const problem = { code: 'unreachable', message: 'login.example does not answer.' };
    expect(signedIn({ problem, renews: true })).toMatchObject({
      tone: 'warn',
      means: problem.message,
      next: 'sign-out',
    });
  });

  test('never sends a person to where they are, and tells every other problem as it came', () => {
    for (const code of ['needs-sign-in', 'sign-in-declined', 'stopped']) {
      expect(needs(code, 'Open Airlock.').means).not.toContain('Open Airlock');
    }
    expect(needs('unreachable', 'No answer.').means).toBe('No answer.');
  });

  test('each state has words of its own and a next step', () => {
    const all: SignInStatus[] = [
      { state: 'none' },
      { state: 'needs-sign-in', problem: { code: 'x', message: 'm' } },
      { state: 'signing-in', since: 1 },
      { state: 'problem', problem: { code: 'x', message: 'm' } },
    ];
    const words = all.map((status) => signInWords(status, now));
    expect(words.map(({ next }) => next)).toEqual(['sign-in', 'sign-in', 'wait', 'nothing']);
    expect(new Set(words.map(({ text }) => text)).size).toBe(all.length);
    expect(all.map(wantsSignIn)).toEqual([false, true, false, true]);
    expect(all).toHaveLength(SignInStatus.options.length - 1);
  });
});

test('a sign-out says for each outcome what became of the access', () => {
  const words = SignOutReport.shape.revoked.options.map((revoked) =>
    signedOutWords({ revoked }, 'https://login.example/'),
  );
  expect(new Set(words.map(({ text }) => text)).size).toBe(words.length);
  expect(signedOutWords({ revoked: 'failed' }, 'https://login.example/').tone).toBe('warn');
});

test('the clients of a server are those whose protected entries lead to it', () => {
  const { clients } = remoteScan();
  expect(clientsOf('srv_github', clients)).toEqual(['Cursor', 'Claude Code']);
  expect(clientsOf('srv_shell', clients)).toEqual([]);
  expect(clientsOf('', clients)).toEqual([]);
});
