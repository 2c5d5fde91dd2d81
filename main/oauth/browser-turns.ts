import { fail } from '../../shared/outcome.ts';
import { ifFree } from './exclusive.ts';
import { lockName } from './held-sign-in.ts';
import type { KeptSignIn } from './kept.ts';
import type { OAuthLimits, OAuthPorts, Outcome } from './ports.ts';

/** Who wants a sign-in, and why. */
export interface Wish {
  readonly connectionId: string;
  /** A person's click begins at once; a client's call asks a person first, and only so often. */
  readonly by: 'person' | 'call';
  /** The client's session: in each one, calls may ask for a sign-in once, and once more where the server has moved. */
  readonly session: string;
  readonly why: 'sign-in' | 'more-access';
  /** Whether the sign-in there was is lost because the server names another issuer now. */
  readonly moved?: boolean;
  /** The scopes of the challenge, if it named any. */
  readonly challenged: readonly string[] | undefined;
}

/** What a sign-in under way may use. */
export interface Turn {
  /** Aborted when the sign-in is to stop. */
  readonly stopped: AbortSignal;
  /** Resolves when a person clicks Sign in while a question stands. */
  readonly agreed: Promise<void>;
  /** To be called when a person is about to be asked or shown something: that uses up the session's turn. */
  seen(): void;
  /** Tells the address in the browser, to open it again on a further click. */
  opened(url: string): void;
}

/** When the browser may open for one server: one sign-in at a time, and no surprises. */
interface BrowserTurns {
  /** Begins a sign-in or joins the one under way. A person waits for its end, a call only so long. */
  take(wish: Wish): Promise<Outcome<KeptSignIn>>;
  /** Since when a sign-in is under way, in Unix milliseconds. */
  since(): number | undefined;
  /** Stops the sign-in under way and waits until it is over. */
  stop(): Promise<void>;
}

/** A person's answer or silence, after which calls leave them alone for a while. */
const unwanted = ['sign-in-declined', 'sign-in-timed-out', 'sign-in-refused'];

/** Makes the turns of one server; `act` is the sign-in itself. */
export function makeBrowserTurns(
  server: string,
  ports: OAuthPorts,
  limits: OAuthLimits,
  act: (wish: Wish, turn: Turn) => Promise<Outcome<KeptSignIn>>,
): BrowserTurns {
  let flow:
    | {
        promise: Promise<Outcome<KeptSignIn>>;
        readonly stop: AbortController;
        readonly since: number;
        agree(): void;
        url?: string;
      }
    | undefined;
  const used = new Set<string>();
  const usedForMove = new Set<string>();
  let quietUntil = 0;

  /** The sessions that have had their turn for such a wish; undefined where turns are not counted. */
  const turnsOf = ({ why, moved }: Wish): Set<string> | undefined => {
    if (why !== 'sign-in') return undefined;
    return moved ? usedForMove : used;
  };

  const begin = (wish: Wish) => {
    const stop = new AbortController();
    let agree: () => void = () => undefined;
    const agreed = new Promise<void>((resolve) => {
      agree = resolve;
    });
    const started: NonNullable<typeof flow> = {
      stop,
      agree,
      since: ports.now(),
      promise: Promise.resolve(stopped),
    };
    const turn: Turn = {
      stopped: stop.signal,
      agreed,
      seen: () => {
        if (wish.by === 'call') turnsOf(wish)?.add(wish.session);
      },
      opened: (url) => {
        started.url = url;
      },
    };
    started.promise = ifFree(ports.lock, `oauth-browser-${lockName(server)}`, () => act(wish, turn))
      .then((outcome) => {
        if (outcome.ok) quietUntil = 0;
        else if (unwanted.includes(outcome.problem.code))
          quietUntil = ports.now() + limits.cooldownMs;
        return outcome;
      })
      .finally(() => {
        flow = undefined;
      });
    // A call that waits no longer leaves this promise alone; its failure is told to whoever asks next.
    started.promise.catch(() => undefined);
    flow = started;
    return started;
  };

  const wait = async (promise: Promise<Outcome<KeptSignIn>>): Promise<Outcome<KeptSignIn>> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome<never>>((resolve) => {
      timer = setTimeout(() => resolve(waiting), limits.callWaitMs);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async take(wish) {
      if (flow === undefined && wish.by === 'call') {
        if (ports.now() < quietUntil) return quiet;
        if (turnsOf(wish)?.has(wish.session)) return needed;
      }
      if (wish.by === 'person') flow?.agree();
      if (flow?.url !== undefined && wish.by === 'person') {
        const shown = await ports.openBrowser(flow.url);
        if (!shown.ok) return fail('browser-failed', shown.problem.message);
      }
      const { promise } = flow ?? begin(wish);
      return wish.by === 'person' ? promise : wait(promise);
    },
    since: () => flow?.since,
    async stop() {
      const running = flow;
      running?.stop.abort();
      await running?.promise.catch(() => undefined);
    },
  };
}

const stopped = fail('stopped', 'The sign-in was stopped.');

const waiting = fail(
  'sign-in-waiting',
  'A sign-in to this server waits in the browser. Finish it there, then try again.',
);

const needed = fail(
  'needs-sign-in',
  'This server needs a sign-in. Open Airlock, choose the server and then Sign in.',
);

const quiet = fail(
  'needs-sign-in',
  'The sign-in to this server was not finished a short while ago, so Airlock does not ask again by itself. Open Airlock, choose the server and then Sign in.',
);
