import { createHash } from 'node:crypto';
import { ok } from '../../shared/outcome.ts';
import { done, type Exclusive } from './exclusive.ts';
import type { Issuers } from './issuers.ts';
import type { Kept, KeptSignIn } from './kept.ts';
import type { OAuthPorts, Outcome } from './ports.ts';
import type { OAuthProblem } from './problem.ts';
import { renewTokens } from './token-requests.ts';

/** The tokens for one server: what the keychain holds, and a copy in memory for the way of a call. */
export interface HeldSignIn {
  /** The tokens; `fresh` looks into the keychain again, where another process may have put newer ones. */
  load(fresh: boolean): Promise<Outcome<KeptSignIn | undefined>>;
  /** Keeps tokens; they are used only once the keychain has them. */
  keep(signIn: KeptSignIn): Promise<Outcome<null>>;
  /**
   * Tokens to use in place of `spent`, by one renewal for all who ask at once. Undefined where the issuer ended the
   * sign-in or there is nothing to renew with; then a person has to sign in.
   */
  renew(spent: KeptSignIn): Promise<Outcome<KeptSignIn | undefined>>;
  /** Loses `spent` for a reason; gives what there is in its place, where another call or process was faster. */
  drop(spent: KeptSignIn, why: OAuthProblem): Promise<Outcome<KeptSignIn | undefined>>;
  /** Runs `last` on the tokens, then removes them here and from the keychain, and looks that they are gone. */
  forget(last: (signIn: KeptSignIn) => Promise<void>): Promise<Outcome<null>>;
  /** Why the last tokens were lost, until there are new ones. */
  lost(): OAuthProblem | undefined;
  /** Whether there were tokens in this process that have neither been lost nor forgotten. */
  has(): boolean;
}

/** The lock name of a server; the name itself may hold characters that no file may. */
export const lockName = (server: string): string =>
  createHash('sha256').update(server).digest('hex').slice(0, 16);

/** Holds the tokens for one server. */
export function holdSignIn(
  server: string,
  ports: OAuthPorts,
  kept: Kept,
  issuers: Issuers,
  exclusive: Exclusive,
  told: (kind: 'token.renewed' | 'token.lost', signIn: KeptSignIn, detail: string) => Promise<void>,
): HeldSignIn {
  let held: KeptSignIn | undefined;
  let loaded = false;
  let loading: Promise<Outcome<KeptSignIn | undefined>> | undefined;
  /** Tokens that the keychain would not take. The ones before them are spent, so these are all there is. */
  let unsaved: KeptSignIn | undefined;
  /** Signed out, though the keychain may not know it. */
  let barred = false;
  let lost: OAuthProblem | undefined;
  let renewing: Promise<Outcome<KeptSignIn | undefined>> | undefined;
  const alone = <T>(act: () => Promise<Outcome<T>>) => exclusive(`oauth-${lockName(server)}`, act);

  const read = async (): Promise<Outcome<KeptSignIn | undefined>> => {
    if (barred) return ok(undefined);
    const found = await kept.signIn(server);
    if (!found.ok) return found;
    held = found.value;
    loaded = true;
    return found;
  };

  const save = async (signIn: KeptSignIn): Promise<Outcome<null>> => {
    unsaved = signIn;
    const written = await kept.keepSignIn(signIn);
    if (!written.ok) return written;
    unsaved = undefined;
    held = signIn;
    loaded = true;
    barred = false;
    lost = undefined;
    return done;
  };

  const lose = async (signIn: KeptSignIn, why: OAuthProblem): Promise<Outcome<undefined>> => {
    held = undefined;
    lost = why;
    const removed = await kept.forgetSignIn(server);
    await told('token.lost', signIn, why.message);
    return removed.ok ? ok(undefined) : removed;
  };

  const load = (fresh: boolean): Promise<Outcome<KeptSignIn | undefined>> => {
    if (unsaved !== undefined) {
      return alone(async () => {
        const saved = unsaved === undefined ? done : await save(unsaved);
        return saved.ok ? ok(held) : saved;
      });
    }
    if (loaded && !fresh) return Promise.resolve(ok(held));
    loading ??= read().finally(() => {
      loading = undefined;
    });
    return loading;
  };

  const renewOnce = async (spent: KeptSignIn): Promise<Outcome<KeptSignIn | undefined>> => {
    if (unsaved !== undefined) {
      const saved = await save(unsaved);
      return saved.ok ? ok(held) : saved;
    }
    const now = await read();
    if (!now.ok || now.value === undefined) return now;
    if (now.value.accessToken !== spent.accessToken) return now;
    const { refreshToken, issuer, resource, client } = now.value;
    if (refreshToken === undefined) return ok(undefined);
    const at = await issuers.known(issuer, server);
    if (!at.ok) return at;
    const { http } = await issuers.http(server);
    const place = { issuer: at.value, client, http, now: ports.now };
    const renewed = await renewTokens(place, refreshToken, resource);
    if (renewed.ok) {
      const { granted, ...tokens } = renewed.value;
      const { expiresAt: _ended, ...rest } = now.value;
      const next: KeptSignIn = {
        ...rest,
        ...tokens,
        granted: [...(granted ?? rest.granted)],
        obtainedAt: ports.now(),
        by: 'renewal',
      };
      const saved = await save(next);
      if (!saved.ok) return saved;
      await told('token.renewed', next, 'The access to the server was renewed.');
      return ok(next);
    }
    const { code } = renewed.problem;
    if (code !== 'grant-refused' && code !== 'client-refused') return renewed;
    if (code === 'client-refused') await kept.forgetClient(issuer);
    return lose(now.value, renewed.problem);
  };

  return {
    load,
    keep: (signIn) => alone(() => save(signIn)),
    renew(spent) {
      renewing ??= alone(() => renewOnce(spent)).finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    drop: (spent, why) =>
      alone(async () => {
        const now = await read();
        if (!now.ok || now.value?.accessToken !== spent.accessToken) return now;
        return lose(now.value, why);
      }),
    forget: (last) =>
      alone(async () => {
        const found = unsaved === undefined ? await read() : ok(unsaved);
        const mine = found.ok ? found.value : held;
        held = undefined;
        unsaved = undefined;
        lost = undefined;
        barred = true;
        if (mine !== undefined) await last(mine);
        const forgotten = await kept.forgetSignIn(server);
        barred = !forgotten.ok;
        return forgotten;
      }),
    lost: () => lost,
    has: () => held !== undefined || unsaved !== undefined,
  };
}
