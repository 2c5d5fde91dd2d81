import { timingSafeEqual } from 'node:crypto';
import { fail, ok } from '../../shared/outcome.ts';
import type {
  LoopbackAnswer,
  LoopbackListener,
  LoopbackRequest,
  OAuthPorts,
  Outcome,
} from './ports.ts';
import { redirectPage } from './redirect-page.ts';

/** The redirect of one sign-in, and the browser that waits for its page. */
interface Redirect {
  readonly parameters: URLSearchParams;
  /** Lets the browser show how it ended; undefined is success. */
  show(problem: string | undefined): void;
}

/** Waits on 127.0.0.1 for the one redirect of a sign-in. */
export interface RedirectReceiver {
  readonly redirectUri: string;
  readonly port: number;
  /** The redirect; `sign-in-timed-out` after the time limit, `stopped` after an abort. */
  wait(limitMs: number, stopped: AbortSignal): Promise<Outcome<Redirect>>;
  close(): Promise<void>;
}

/** Longer targets than a code, a state and an issuer need are not read. */
const longestTarget = 8192;

/**
 * Opens the listener of one sign-in. Only a GET of its own path with its own state, asked for as 127.0.0.1, counts,
 * and only the first; everything else gets a bare refusal and changes nothing, so that a page that guesses ports can
 * neither end the sign-in nor slip in a code.
 */
export async function openReceiver(
  listen: OAuthPorts['listenOnLoopback'],
  { path, port, state }: { path: string; port: number | undefined; state: string },
): Promise<Outcome<RedirectReceiver>> {
  let settle: (redirect: Redirect) => void = () => undefined;
  const received = new Promise<Redirect>((resolve) => {
    settle = resolve;
  });
  let listener: LoopbackListener | undefined;
  let taken = false;

  const answer = async ({ method, target, host }: LoopbackRequest): Promise<LoopbackAnswer> => {
    if (host !== `127.0.0.1:${listener?.port}` || target.length > longestTarget)
      return { status: 404 };
    const [asked = '', query = ''] = target.split(/\?(.*)/s);
    if (asked !== path) return { status: 404 };
    if (method !== 'GET') return { status: 405 };
    const parameters = new URLSearchParams(query);
    if (!same(parameters.getAll('state'), state)) return { status: 400 };
    if (taken)
      return {
        status: 410,
        html: redirectPage(
          'Already done',
          'This sign-in was already received. You can close this page.',
        ),
      };
    taken = true;
    const problem = await new Promise<string | undefined>((show) => settle({ parameters, show }));
    return problem === undefined
      ? {
          status: 200,
          html: redirectPage(
            'Signed in',
            'You are signed in. You can close this page and go back to your work.',
          ),
        }
      : { status: 400, html: redirectPage('Not signed in', problem) };
  };

  const opened = await listen(port, answer);
  if (!opened.ok) return fail('listener-failed', opened.problem.message);
  listener = opened.value;
  return ok({
    redirectUri: `http://127.0.0.1:${opened.value.port}${path}`,
    port: opened.value.port,
    async wait(limitMs, stopped) {
      let timer: NodeJS.Timeout | undefined;
      let stop: () => void = () => undefined;
      try {
        return await Promise.race([
          received.then((redirect) => ok(redirect)),
          new Promise<Outcome<never>>((resolve) => {
            timer = setTimeout(() => resolve(timedOut), limitMs);
            stop = () => resolve(aborted);
            if (stopped.aborted) stop();
            stopped.addEventListener('abort', stop, { once: true });
          }),
        ]);
      } finally {
        clearTimeout(timer);
        stopped.removeEventListener('abort', stop);
      }
    },
    close: () => opened.value.close(),
  });
}

const same = (given: readonly string[], wanted: string): boolean => {
  const [a, b] = [Buffer.from(given[0] ?? ''), Buffer.from(wanted)];
  return given.length === 1 && a.length === b.length && timingSafeEqual(a, b);
};

const timedOut = fail(
  'sign-in-timed-out',
  'Nobody finished the sign-in in the browser. Choose Sign in to try again.',
);

const aborted = fail('stopped', 'The sign-in was stopped.');
