import { fail, ok } from '../../shared/outcome.ts';
import {
  type Person,
  type PersonSignOut,
  type PersonView,
  personInTrail,
  personKey,
} from '../../shared/person.ts';
import { makeIssuerFinder } from './oidc-issuer.ts';
import {
  type OidcLimits,
  type OidcOutcome,
  type OidcPorts,
  usualOidcLimits,
} from './oidc-ports.ts';
import { holdSession } from './oidc-session.ts';
import { endAtProvider } from './oidc-sign-out.ts';
import { type Demand, demandMet, heldMeets } from './oidc-step-up.ts';
import { makeTrips } from './oidc-trips.ts';
import { makeSessionWatch } from './oidc-watch.ts';

/** The sign-in of this machine's person with the company's identity provider. */
export interface PersonSignIn {
  /** Reads what the keychain holds; before it the OS account counts. */
  load(): Promise<OidcOutcome<null>>;
  /** Begins to check with the provider now and then, until `stop`. */
  watch(): void;
  /** Who counts at this moment: the person who signed in, else the OS account. Asks nobody, costs little. */
  person(): Person;
  /** The groups of a person named by `personKey`; none of anybody but who counts now. */
  groups(key: string): readonly string[];
  view(): PersonView;
  /** The sentence to refuse calls with where IT requires a sign-in and there is none. */
  refusal(): string | undefined;
  /** Opens the browser, or opens it again where a sign-in waits there; ends with the person or a problem. */
  signIn(): Promise<OidcOutcome<Person>>;
  /** Stops what waits in the browser. */
  cancel(): Promise<void>;
  /** Forgets the sign-in, revokes its token (RFC 7009) and, where asked, opens the provider's sign-out page. */
  signOut(how?: { readonly browser: boolean }): Promise<OidcOutcome<PersonSignOut>>;
  /** Asks the provider now, after a wake or a change of network. */
  check(): Promise<OidcOutcome<null>>;
  /** Lets the same person prove anew who they are. The result's `authenticatedAt` is the provider's `auth_time`. */
  stepUp(demand: Demand): Promise<OidcOutcome<Person>>;
  /** Whether that person counts now and has proved it within so many seconds (by `acr`, where given). */
  fresh(person: Person, seconds: number, acr?: string): boolean;
  stop(): Promise<void>;
}

/** Makes the sign-in. */
export function makePersonSignIn(ports: OidcPorts): PersonSignIn {
  const limits: OidcLimits = { ...usualOidcLimits, ...ports.limits };
  const find = makeIssuerFinder(ports, limits);
  const session = holdSession(ports, limits, find);
  const watch = makeSessionWatch(ports, limits, session);
  const account: Person = { kind: 'os', name: ports.osAccount, groups: [] };
  const person = (): Person => session.counting()?.person ?? account;
  const trips = makeTrips(ports, limits, find, {
    person,
    async keep(next) {
      const saved = await session.keep(next);
      if (saved.ok) watch.again();
      return saved;
    },
  });

  function view(): PersonView {
    const policy = ports.policy();
    if (policy === undefined) return { person: account, status: { state: 'not-offered' } };
    const { issuer, required } = policy;
    const now = session.counting();
    const since = trips.since();
    if (now === undefined && since !== undefined) {
      return { person: account, status: { state: 'signing-in', issuer, since } };
    }
    const problem = trips.refused() ?? session.problem();
    const trouble = problem === undefined ? {} : { problem };
    if (now === undefined) {
      return { person: account, status: { state: 'signed-out', issuer, required, ...trouble } };
    }
    const { endsAt, offline } = now.standing;
    const checked = now.session.refreshToken !== undefined;
    const standing = { endsAt, checked, ...(offline === undefined ? {} : { offline }) };
    return { person: now.person, status: { state: 'signed-in', issuer, ...standing, ...trouble } };
  }

  return {
    load: session.load,
    watch: watch.start,
    person,
    groups(key) {
      const now = person();
      return personKey(now) === key ? now.groups : [];
    },
    view,
    refusal() {
      if (ports.policy()?.required !== true || session.counting() !== undefined) return undefined;
      const why = session.problem()?.message ?? 'Open Airlock and choose Sign in.';
      return `Your company wants you to sign in before AI clients may use tools. ${why}`;
    },
    signIn() {
      const hours = ports.policy()?.sessionHours ?? 0;
      // The provider's own session may be older than policy allows; it then asks the person again.
      const asking = { max_age: String(Math.floor(hours * 3600)) };
      return trips.take({ name: 'sign-in', asking, accept: ok });
    },
    cancel: trips.stop,
    async signOut(how = { browser: false }) {
      const policy = ports.policy();
      const who = personInTrail(person());
      trips.forgive();
      const done = await session.forget((gone) =>
        endAtProvider(gone, policy, how, { openBrowser: ports.openBrowser, find }),
      );
      watch.again();
      const detail = done.ok ? 'The person signed out.' : done.problem.message;
      await ports.record({ kind: 'signed-out', person: who, detail });
      return done;
    },
    async check() {
      const checked = await session.check();
      watch.again();
      return checked;
    },
    async stepUp(demand) {
      const now = session.counting();
      if (now === undefined) return needed;
      const { issuer, subject, email } = now.session;
      const { host } = new URL(issuer);
      const since = ports.now() - demand.maxAgeSeconds * 1000;
      const asking = {
        max_age: String(demand.maxAgeSeconds),
        prompt: 'login',
        ...(email === undefined ? {} : { login_hint: email }),
        ...(demand.acr === undefined ? {} : { acr_values: demand.acr }),
      };
      return trips.take({
        name: `step-up ${JSON.stringify(demand)}`,
        asking,
        accept: (next) =>
          demandMet(next, demand, { subject, host, since, now: ports.now() }, limits),
      });
    },
    fresh(who, seconds, acr) {
      const now = session.counting();
      if (now === undefined || personKey(who) !== personKey(now.person)) return false;
      const demand = { maxAgeSeconds: seconds, ...(acr === undefined ? {} : { acr }) };
      return heldMeets(now.session, demand, ports.now(), limits);
    },
    async stop() {
      watch.stop();
      await trips.stop();
    },
  };
}

const needed = fail('needs-sign-in', 'You are not signed in. Open Airlock and choose Sign in.');
