import { fail, ok } from '../../shared/outcome.ts';
import { type Person, personInTrail } from '../../shared/person.ts';
import { throughBrowser } from './oidc-browser.ts';
import type { IssuerAt } from './oidc-issuer.ts';
import { type KeptSession, personOfSession, sessionOf } from './oidc-kept.ts';
import type { OidcLimits, OidcOutcome, OidcPolicy, OidcPorts } from './oidc-ports.ts';
import type { OidcProblem } from './oidc-problem.ts';

/** One wish for the browser. */
interface Wish {
  /** The same wish again joins what waits and opens the browser once more. */
  readonly name: string;
  readonly asking: Readonly<Record<string, string>>;
  /** Judges the session that came of it before it is kept. */
  accept(next: KeptSession): OidcOutcome<KeptSession>;
}

/** What waits in the browser: one thing at a time. */
export interface Trips {
  take(wish: Wish): Promise<OidcOutcome<Person>>;
  /** Since when something waits, in Unix milliseconds. */
  since(): number | undefined;
  /** Why the last one failed, until the next begins. */
  refused(): OidcProblem | undefined;
  forgive(): void;
  /** Stops what waits and lets it end. */
  stop(): Promise<void>;
}

/** One trip on its way. */
interface Under {
  readonly name: string;
  readonly since: number;
  readonly stop: AbortController;
  promise: Promise<OidcOutcome<Person>>;
  /** The address in the browser, once it is there. */
  url?: string;
}

/** Makes the trips: each is recorded before the browser opens, and done once the session is kept. */
export function makeTrips(
  ports: OidcPorts,
  limits: OidcLimits,
  find: (policy: OidcPolicy) => Promise<OidcOutcome<IssuerAt>>,
  session: { keep(next: KeptSession): Promise<OidcOutcome<null>>; person(): Person },
): Trips {
  let under: Under | undefined;
  let refused: OidcProblem | undefined;

  async function go(
    { asking, accept }: Wish,
    stopped: AbortSignal,
    opened: (url: string) => void,
  ): Promise<OidcOutcome<Person>> {
    const policy = ports.policy();
    if (policy === undefined) return notOffered;
    const person = personInTrail(session.person());
    const detail = `A sign-in at ${policy.issuer} was opened in the browser.`;
    const recorded = await ports.record({ kind: 'sign-in.started', person, detail });
    if (!recorded.ok) return fail('not-recorded', recorded.problem.message);
    const done = await through(policy);
    await ports.record(
      done.ok
        ? {
            kind: 'sign-in.finished',
            person: personInTrail(done.value),
            detail: `Signed in at ${policy.issuer}.`,
          }
        : { kind: 'sign-in.failed', person, detail: done.problem.message },
    );
    return done;

    async function through(by: OidcPolicy): Promise<OidcOutcome<Person>> {
      const at = await find(by);
      if (!at.ok) return at;
      const { signInMs } = limits;
      const trip = { at: at.value, policy: by, asking, signInMs, stopped, opened };
      return throughBrowser(trip, ports, async (proof) => {
        const next = accept(sessionOf(proof, by, ports.now()));
        if (!next.ok) return next;
        const saved = await session.keep(next.value);
        return saved.ok ? ok(personOfSession(next.value)) : saved;
      });
    }
  }

  return {
    async take(wish) {
      if (under !== undefined) {
        const { name, url, promise } = under;
        if (name !== wish.name) return busy;
        if (url !== undefined) await ports.openBrowser(url);
        return promise;
      }
      const { name } = wish;
      const stop = new AbortController();
      const started: Under = {
        name,
        since: ports.now(),
        stop,
        promise: Promise.resolve(stoppedTrip),
      };
      under = started;
      refused = undefined;
      const opened = (url: string) => {
        started.url = url;
      };
      started.promise = go(wish, stop.signal, opened)
        .then((done) => {
          if (!done.ok) refused = done.problem;
          return done;
        })
        .finally(() => {
          under = undefined;
          ports.changed?.();
        });
      ports.changed?.();
      return started.promise;
    },
    since: () => under?.since,
    refused: () => refused,
    forgive() {
      refused = undefined;
    },
    async stop() {
      const running = under;
      running?.stop.abort();
      await running?.promise;
    },
  };
}

const notOffered = fail('not-offered', 'Your company has set up no identity provider for Airlock.');

const busy = fail(
  'busy',
  'Another sign-in waits in the browser. Finish it or close it there, then try again.',
);

const stoppedTrip: OidcOutcome<Person> = fail('stopped', 'The sign-in was stopped.');
