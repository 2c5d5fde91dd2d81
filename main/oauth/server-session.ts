import { fail, ok } from '../../shared/outcome.ts';
import { eventOf, makeBrowserSignIn, type SessionParts, teller } from './browser-sign-in.ts';
import { makeBrowserTurns } from './browser-turns.ts';
import { type BearerChallenge, bearerChallenge } from './challenge.ts';
import { holdSignIn } from './held-sign-in.ts';
import type { KeptSignIn } from './kept.ts';
import type { Outcome, RemoteServer } from './ports.ts';
import type { OAuthProblem } from './problem.ts';
import { issuerMoved, makeRefusedToken } from './refused-token.ts';
import { revokeAtIssuer } from './revocation.ts';
import { holdsAll } from './scope.ts';
import {
  hasEnded,
  isDue,
  type SignInStatus,
  type SignOutReport,
  signedIn,
} from './sign-in-status.ts';

/** What a call may send. */
export interface AuthorizationHeaders {
  readonly Authorization: string;
}

/** A server's refusal, as the upstream saw it. */
interface Refusal {
  readonly status: number;
  readonly wwwAuthenticate: string | undefined;
  /** The Authorization header that was refused; undefined where none was sent. */
  readonly sent: string | undefined;
  readonly session: string;
}

/** Signing in to one server, for all connections to it. */
export interface ServerSession {
  header(connectionId: string): Promise<Outcome<AuthorizationHeaders | null>>;
  challenged(connectionId: string, refusal: Refusal): Promise<Outcome<'retry'>>;
  signIn(connectionId: string, entry: RemoteServer): Promise<Outcome<SignInStatus>>;
  signOut(connectionId: string): Promise<Outcome<SignOutReport>>;
  cancel(): Promise<void>;
  status(): Promise<SignInStatus>;
}

/** How long after a failed renewal the token that still holds is used without another try, in milliseconds. */
const renewPauseMs = 10_000;

/** How often a server may ask for the same further scopes, and for further scopes at all, until a person signs in. */
const mostStepUps = { same: 2, all: 5 };

const headerOf = ({ accessToken }: KeptSignIn): string => `Bearer ${accessToken}`;

/** Makes the session of one server. */
export function makeServerSession(server: string, parts: SessionParts): ServerSession {
  const { ports, limits, kept, issuers, exclusive } = parts;
  let lastConnection = '';
  let challenge: BearerChallenge | undefined;
  let needs: OAuthProblem | undefined;
  let trouble: OAuthProblem | undefined;
  let renewAfter = 0;
  const stepUps = new Map<string, number>();

  const tell = teller(server, ports);

  const held = holdSignIn(server, ports, kept, issuers, exclusive, async (kind, signIn, detail) => {
    await tell(kind, lastConnection, detail, eventOf(signIn));
    ports.changed?.(server);
  });

  const refusedToken = makeRefusedToken(server, parts, held);
  const signInInBrowser = makeBrowserSignIn(server, parts, held, tell);
  const turns = makeBrowserTurns(server, ports, limits, async (wish, turn) => {
    ports.changed?.(server);
    const outcome = await signInInBrowser(wish, turn, challenge?.resourceMetadata);
    needs = outcome.ok ? undefined : outcome.problem;
    trouble = undefined;
    ports.changed?.(server);
    return outcome;
  });

  /** Renews; where that fails for now, the token may still hold. */
  async function renewed(spent: KeptSignIn): Promise<Outcome<KeptSignIn | undefined>> {
    const now = ports.now();
    if (now < renewAfter && !hasEnded(spent, now)) return ok(spent);
    const next = await held.renew(spent);
    if (next.ok) {
      trouble = undefined;
      if (next.value === undefined) needs = held.lost() ?? needs;
      return next;
    }
    trouble = next.problem;
    const passing = ['unreachable', 'too-slow', 'server-error', 'bad-answer', 'busy-elsewhere'];
    if (!passing.includes(next.problem.code) || hasEnded(spent, ports.now())) return next;
    renewAfter = ports.now() + renewPauseMs;
    return ok(spent);
  }

  async function unauthorised(connectionId: string, refusal: Refusal): Promise<Outcome<'retry'>> {
    const now = await held.load(true);
    if (!now.ok && now.problem.code !== 'keychain-damaged') return now;
    const mine = now.ok ? now.value : undefined;
    if (mine !== undefined) {
      // A token that has ended is not sent at all, so nothing sent is no sign of a stale refusal then.
      const stale = refusal.sent !== headerOf(mine) && !hasEnded(mine, ports.now());
      if (stale) return ok('retry');
      const dealt = await refusedToken(connectionId, mine, challenge?.resourceMetadata);
      if (!dealt.ok) return dealt;
      if (dealt.value === 'retry') return ok('retry');
    }
    needs = held.lost() ?? signInNeeded;
    const { session } = refusal;
    const moved = needs === issuerMoved;
    const wish = { connectionId, by: 'call', session, why: 'sign-in', moved } as const;
    const signed = await turns.take({ ...wish, challenged: challenge?.scopes });
    return signed.ok ? ok('retry') : signed;
  }

  async function insufficient(
    connectionId: string,
    refusal: Refusal,
    needed: readonly string[],
  ): Promise<Outcome<'retry'>> {
    const now = await held.load(true);
    if (!now.ok) return now;
    const mine = now.value;
    if (mine !== undefined && refusal.sent !== headerOf(mine)) return ok('retry');
    if (mine !== undefined && holdsAll(mine.granted, needed)) return scopeRefused;
    const key = [...needed].sort().join(' ');
    const all = [...stepUps.values()].reduce((sum, count) => sum + count, 0);
    if ((stepUps.get(key) ?? 0) >= mostStepUps.same || all >= mostStepUps.all) return scopeRefused;
    stepUps.set(key, (stepUps.get(key) ?? 0) + 1);
    const { session } = refusal;
    const wish = { connectionId, by: 'call', session, why: 'more-access' } as const;
    const signed = await turns.take({ ...wish, challenged: needed });
    if (!signed.ok) return signed;
    const { requested, granted } = signed.value;
    // A sign-in under way for other scopes was joined: the server will ask again, and then it is this call's turn.
    const answered = holdsAll(requested, needed);
    return answered && !holdsAll(granted, needed) ? scopeRefused : ok('retry');
  }

  return {
    async header(connectionId) {
      lastConnection = connectionId;
      const found = await held.load(false);
      // Without a token nothing secret is sent, and a server that needs none keeps working while the keychain is closed.
      if (!found.ok) return held.has() ? found : ok(null);
      if (found.value === undefined) return ok(null);
      const renews = found.value.refreshToken !== undefined && isDue(found.value, ports.now());
      const use = renews ? await renewed(found.value) : found;
      if (!use.ok) return use;
      if (use.value === undefined || hasEnded(use.value, ports.now())) return ok(null);
      return ok({ Authorization: headerOf(use.value) });
    },

    async challenged(connectionId, refusal) {
      lastConnection = connectionId;
      const said = bearerChallenge(refusal.wwwAuthenticate);
      const more = said?.error === 'insufficient_scope' && said.scopes !== undefined;
      if (refusal.status === 401 && !more) {
        challenge = said;
        return unauthorised(connectionId, refusal);
      }
      if ((refusal.status !== 403 && refusal.status !== 401) || !more) return notOurs;
      challenge = {
        ...said,
        resourceMetadata: said.resourceMetadata ?? challenge?.resourceMetadata,
      };
      return insufficient(connectionId, refusal, said.scopes ?? []);
    },

    async signIn(connectionId, entry) {
      lastConnection = connectionId;
      if (challenge === undefined) {
        const { http } = await issuers.http(server);
        const probed = await http.probe(entry.resourceUrl);
        if (probed.ok && probed.value.status === 401) {
          challenge = bearerChallenge(probed.value.wwwAuthenticate);
        }
      }
      stepUps.clear();
      const wish = { connectionId, by: 'person', session: '', why: 'sign-in' } as const;
      const signed = await turns.take({ ...wish, challenged: challenge?.scopes });
      return signed.ok ? ok(signedIn(signed.value, undefined)) : signed;
    },

    async signOut(connectionId) {
      await turns.stop();
      let revoked: SignOutReport['revoked'] = 'nothing-to-revoke';
      let signIn: KeptSignIn | undefined;
      const forgotten = await held.forget(async (last) => {
        signIn = last;
        revoked = await revokeAtIssuer(last, parts);
      });
      needs = undefined;
      trouble = undefined;
      stepUps.clear();
      ports.changed?.(server);
      const sentence = forgotten.ok ? 'Signed out of the server.' : forgotten.problem.message;
      const recorded = await tell(
        'signed-out',
        connectionId,
        `${sentence} Revoked at the sign-in server: ${revoked}.`,
        signIn === undefined ? {} : eventOf(signIn),
      );
      if (!forgotten.ok) return forgotten;
      return recorded.ok ? ok({ revoked }) : fail('not-recorded', recorded.problem.message);
    },

    cancel: () => turns.stop(),

    async status() {
      const since = turns.since();
      if (since !== undefined) return { state: 'signing-in', since };
      const found = await held.load(false);
      if (!found.ok) return { state: 'problem', problem: found.problem };
      if (found.value !== undefined) return signedIn(found.value, trouble);
      return needs === undefined ? { state: 'none' } : { state: 'needs-sign-in', problem: needs };
    },
  };
}

const signInNeeded: OAuthProblem = {
  code: 'needs-sign-in',
  message: 'This server needs a sign-in. Open Airlock, choose the server and then Sign in.',
};

const scopeRefused = fail(
  'scope-refused',
  'The server wants more access than your account was given. Ask whoever runs the server for it.',
);

const notOurs = fail(
  'not-a-challenge',
  'The server refused the call, and signing in would not change that. Ask whoever runs the server whether you have access.',
);
