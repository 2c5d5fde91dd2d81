import { refreshTokenGrant } from 'openid-client';
import { fail, ok } from '../../shared/outcome.ts';
import { type Person, personInTrail } from '../../shared/person.ts';
import type { IssuerAt } from './oidc-issuer.ts';
import { confirmed, type KeptSession, keptSession, personOfSession } from './oidc-kept.ts';
import type { OidcLimits, OidcOutcome, OidcPolicy, OidcPorts } from './oidc-ports.ts';
import { type OidcProblem, oidcProblem } from './oidc-problem.ts';
import { type Standing, standingOf } from './oidc-standing.ts';

/** A session that counts now. */
export interface Counting {
  readonly session: KeptSession;
  readonly person: Person;
  readonly standing: Standing & { readonly counts: true };
}

/** The session of this machine's person: held in memory, kept in the keychain, checked with the provider. */
export interface HeldSession {
  /** Reads the keychain; once, at the start. */
  load(): Promise<OidcOutcome<null>>;
  /** The session, where it counts at this moment; asks neither keychain nor network. */
  counting(): Counting | undefined;
  /** Why there is none that counts, or what went wrong since with the one that does. */
  problem(): OidcProblem | undefined;
  /** Whether there is one at all, counting or not. */
  any(): KeptSession | undefined;
  /** Takes a session in place of what was there; it counts once the keychain has it. */
  keep(session: KeptSession): Promise<OidcOutcome<null>>;
  /** Asks the provider whether the person may still sign in: one request for all who ask at once. */
  check(): Promise<OidcOutcome<null>>;
  /** Forgets it here and in the keychain, then runs `last` on it. */
  forget<T>(last: (session: KeptSession | undefined) => Promise<T>): Promise<OidcOutcome<T>>;
}

/** Ends of a session that no later check can undo. */
const final: readonly string[] = ['session-revoked', 'client-refused', 'wrong-person'];

/** Holds the session. */
export function holdSession(
  ports: OidcPorts,
  limits: OidcLimits,
  find: (policy: OidcPolicy) => Promise<OidcOutcome<IssuerAt>>,
): HeldSession {
  const kept = keptSession(ports.keychain);
  let held: { readonly session: KeptSession; readonly person: Person } | undefined;
  /** True where the keychain would not take `held`; its refresh token may be the only one that is still good. */
  let unsaved = false;
  let trouble: OidcProblem | undefined;
  let checking: Promise<OidcOutcome<null>> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** One change at a time: a check must not bring back what a sign-out removed. */
  const alone = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = queue.then(act);
    queue = mine.catch(() => undefined);
    return mine;
  };

  const overdueMs = limits.checkMs + limits.retryMs;

  const hold = (session: KeptSession): void => {
    held = { session, person: personOfSession(session) };
    trouble = undefined;
    ports.changed?.();
  };

  const save = async (session: KeptSession): Promise<OidcOutcome<null>> => {
    const written = await kept.save(session);
    unsaved = !written.ok;
    return written;
  };

  const lose = async (problem: OidcProblem): Promise<OidcOutcome<never>> => {
    const person = held === undefined ? '' : personInTrail(held.person);
    held = undefined;
    trouble = problem;
    await kept.forget();
    await ports.record({ kind: 'token.lost', person, detail: problem.message });
    ports.changed?.();
    return { ok: false, problem };
  };

  const missed = (problem: OidcProblem): OidcOutcome<never> => {
    trouble = problem;
    ports.changed?.();
    return { ok: false, problem };
  };

  async function checkNow(): Promise<OidcOutcome<null>> {
    const policy = ports.policy();
    const session = held?.session;
    if (policy === undefined || session?.refreshToken === undefined) return ok(null);
    const standing = standingOf(session, policy, ports.now(), overdueMs);
    // A confirmation that is late may still come; of one that ended by policy there is nothing to ask.
    if (!standing.counts && standing.problem.code !== 'offline-too-long') return ok(null);
    const at = await find(policy);
    if (!at.ok) return missed(at.problem);
    let tokens: Awaited<ReturnType<typeof refreshTokenGrant>>;
    try {
      tokens = await refreshTokenGrant(at.value.config, session.refreshToken);
    } catch (error) {
      const problem = oidcProblem(error, at.value.host, 'session-revoked');
      return final.includes(problem.code) ? lose(problem) : missed(problem);
    }
    const claims = tokens.claims();
    if (claims !== undefined && claims.sub !== session.subject) return lose(otherPerson);
    const { id_token: idToken, refresh_token: refreshToken } = tokens;
    const fresh = {
      ...(claims === undefined ? {} : { claims }),
      ...(idToken === undefined ? {} : { idToken }),
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
    const next = confirmed(session, fresh, policy, ports.now());
    const told = next.groups.join('\n') !== session.groups.join('\n') || next.name !== session.name;
    hold(next);
    if (told) {
      const person = personInTrail(personOfSession(next));
      const groups = next.groups.join(', ') || 'none';
      const detail = `The identity provider now names these groups: ${groups}.`;
      await ports.record({ kind: 'token.renewed', person, detail });
    }
    const saved = await save(next);
    return saved.ok ? saved : missed(saved.problem);
  }

  return {
    async load() {
      const found = await alone(() => kept.load());
      if (!found.ok) return missed(found.problem);
      if (found.value !== undefined) hold(found.value);
      return ok(null);
    },
    counting() {
      if (held === undefined) return undefined;
      const standing = standingOf(held.session, ports.policy(), ports.now(), overdueMs);
      return standing.counts ? { ...held, standing } : undefined;
    },
    problem() {
      if (held === undefined) return trouble;
      const standing = standingOf(held.session, ports.policy(), ports.now(), overdueMs);
      return standing.counts ? trouble : standing.problem;
    },
    any: () => held?.session,
    keep: (session) =>
      alone(async () => {
        const saved = await save(session);
        if (saved.ok) hold(session);
        return saved;
      }),
    check() {
      checking ??= alone(async () => {
        if (unsaved && held !== undefined) await save(held.session);
        return checkNow();
      }).finally(() => {
        checking = undefined;
      });
      return checking;
    },
    forget: (last) =>
      alone(async () => {
        const session = held?.session;
        held = undefined;
        trouble = undefined;
        unsaved = false;
        const forgotten = await kept.forget();
        const value = await last(session);
        ports.changed?.();
        return forgotten.ok ? ok(value) : forgotten;
      }),
  };
}

const otherPerson = fail(
  'wrong-person',
  'The identity provider answered for somebody else than who is signed in, so the sign-in was ended. Sign in again; if it happens again, tell IT.',
).problem;
