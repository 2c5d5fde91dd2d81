import { fail, type Result } from '../../shared/outcome.ts';
import type { SignInQuestion } from '../../shared/sign-in.ts';
import type { Turn, Wish } from './browser-turns.ts';
import type { Exclusive } from './exclusive.ts';
import type { HeldSignIn } from './held-sign-in.ts';
import type { Issuers } from './issuers.ts';
import type { Kept, KeptSignIn } from './kept.ts';
import type { OAuthEvent, OAuthLimits, OAuthPorts, Outcome } from './ports.ts';
import { firstScopes, unionOf } from './scope.ts';
import { signInWithBrowser } from './sign-in.ts';

/** What all servers' sessions share. */
export interface SessionParts {
  readonly ports: OAuthPorts;
  readonly limits: OAuthLimits;
  readonly kept: Kept;
  readonly issuers: Issuers;
  readonly exclusive: Exclusive;
}

/** Writes what happened to the trail. */
type Teller = (
  kind: OAuthEvent['kind'],
  connectionId: string,
  detail: string,
  about?: Partial<OAuthEvent>,
) => Promise<Result<null>>;

/** Without its query, which may hold a key. */
const shown = (server: string): string => server.replace(/\?.*$/s, '');

/** Makes the teller of one server. */
export const teller =
  (server: string, ports: Pick<OAuthPorts, 'record'>): Teller =>
  (kind, connectionId, detail, about = {}) =>
    ports.record({ kind, connectionId, server: shown(server), detail, ...about });

/** What the trail may know of tokens. */
export const eventOf = ({ issuer, account, granted }: KeptSignIn): Partial<OAuthEvent> => ({
  issuer,
  scopes: granted,
  ...(account === undefined ? {} : { account }),
});

/**
 * Makes the whole sign-in to one server: finds the issuer, asks the person where a call wants it, records it, goes
 * through the browser and keeps the tokens.
 */
export function makeBrowserSignIn(
  server: string,
  { ports, limits, kept, issuers }: SessionParts,
  held: HeldSignIn,
  tell: Teller,
): (wish: Wish, turn: Turn, metadata: string | undefined) => Promise<Outcome<KeptSignIn>> {
  return async (wish, turn, metadata) => {
    const { connectionId } = wish;
    const entry = ports.connectionOf(connectionId);
    if (entry === undefined) return gone;
    const before = await held.load(true);
    // A damaged entry is what a sign-in repairs.
    if (!before.ok && before.problem.code !== 'keychain-damaged') return before;
    const old = before.ok ? before.value : undefined;
    const found = await issuers.find(server, entry, { metadata, before: old });
    if (!found.ok) return found;
    const { resource, issuer } = found.value;
    const first = firstScopes({
      challenged: wish.challenged,
      ofResource: found.value.scopes,
      ofServer: issuer.scopes_supported,
      configured: entry.authorization?.scopes,
    });
    const scopes = unionOf(old?.requested, old?.granted, first);
    const at = { issuer: issuer.issuer, scopes };
    if (wish.by === 'call') {
      turn.seen();
      const asked = { connectionId, serverName: entry.name, resourceUrl: shown(server) };
      if (!(await wanted({ ...asked, why: wish.why, ...at }, turn))) {
        await tell('sign-in.failed', connectionId, declined.problem.message, at);
        return declined;
      }
    }
    const opening = `A sign-in to ${entry.name} was opened in the browser.`;
    const recorded = await tell('sign-in.started', connectionId, opening, at);
    if (!recorded.ok) return fail('not-recorded', recorded.problem.message);
    const { http } = await issuers.http(server, turn.stopped);
    const target = { server, entry, resource, issuer, scopes };
    const { stopped, opened } = turn;
    const { keep } = held;
    const means = { ports, kept, http, limitMs: limits.signInMs, stopped, opened, keep };
    const signed = await signInWithBrowser(target, means);
    await (signed.ok
      ? tell('sign-in.finished', connectionId, `Signed in to ${entry.name}.`, eventOf(signed.value))
      : tell('sign-in.failed', connectionId, signed.problem.message, at));
    return signed;
  };

  /** Silence is no; a click on Sign in while the question stands is yes. */
  async function wanted(question: SignInQuestion, { stopped, agreed }: Turn): Promise<boolean> {
    const silence = AbortSignal.any([stopped, AbortSignal.timeout(limits.signInMs)]);
    const no = new Promise<boolean>((resolve) => {
      silence.addEventListener('abort', () => resolve(false), { once: true });
    });
    const answer = ports.ask(question).catch(() => false);
    return Promise.race([answer, no, agreed.then(() => true)]);
  }
}

const gone = fail('unknown-connection', 'This connection is no longer there.');

const declined = fail(
  'sign-in-declined',
  'Nobody agreed to sign in to this server now. Open Airlock, choose the server and then Sign in when you want to.',
);
