import type { EntryInput } from '../../shared/audit.ts';
import type { Enrolment } from '../../shared/managed.ts';
import { fetchBundle } from './bundle-fetch.ts';
import { judgeBundle, type Mark, takesPart } from './bundle-judge.ts';
import type { BundleReader, ReadBundle } from './bundle-reader.ts';
import { type BundleStore, isKeptGood, type Marks } from './bundle-store.ts';
import { openChannel } from './channel.ts';
import type { EnrolmentState } from './enrolment.ts';
import { type Known, type ManagedView, viewOf } from './managed-view.ts';
import type { PolicyHostPorts } from './policy-request.ts';
import { makePoller, type Poller } from './poll.ts';

/** What managed policy needs from outside. */
export interface ManagedPorts {
  /** Read at the start and before every check: MDM may push at any time. Never rejects. */
  readEnrolment(): Promise<EnrolmentState>;
  readonly read: BundleReader;
  readonly store: BundleStore;
  readonly host: PolicyHostPorts;
  /** Tells machines apart in a roll-out: the fingerprint of the device key, or another lasting random text. */
  readonly deviceId: string;
  now(): number;
  /** Calls once after so many milliseconds; gives how to stop that. */
  after(ms: number, call: () => void): () => void;
  random(): number;
  /**
   * Puts the managed rules in force; undefined: there are none. Resolves when calls are decided by them, with what is
   * wrong with single rules. Must not hold up calls meanwhile.
   */
  setRules(text: string | undefined): Promise<readonly string[]>;
  /**
   * The view changed: settings, registry, modes, sign-in, kill. `confirmed` is true where it comes from the policy
   * host in this run: only then may a kill be lifted.
   */
  apply(view: ManagedView, confirmed: boolean): void;
  record(entry: EntryInput): void;
}

/** Managed policy at work. */
export interface Managed {
  view(): ManagedView;
  /** Asks the policy host now: after a wake, a change of the network, `airlock policy pull`. */
  checkNow(): Promise<ManagedView>;
  stop(): void;
}

const minute = 60_000;

/**
 * Puts the last good policy in force, then keeps asking for the next. Resolves when calls may be decided: a machine
 * that is enrolled has by then its last good policy, or rules that let only reading through.
 */
export async function openManaged(ports: ManagedPorts): Promise<Managed> {
  let known: Known = {
    enrolment: { state: 'not-enrolled' },
    bundle: undefined,
    kill: undefined,
    checkedAt: undefined,
    problems: [],
  };
  let marks: Marks | undefined;
  let etag: string | undefined;
  let confirmed = false;
  let poller: Poller | undefined;
  let closeChannel: (() => void) | undefined;
  let channelUrl: string | undefined;
  let ruleProblems: readonly string[] = [];
  let storeProblems: readonly string[] = [];
  const stopped = new AbortController();

  const view = (): ManagedView => {
    const problems = [...known.problems, ...storeProblems, ...ruleProblems];
    return viewOf({ ...known, problems }, ports.now());
  };

  /** Tells everybody. What is wrong is recorded once, not at every check. */
  let told = '';
  function tell(): void {
    const now = view();
    ports.apply(now, confirmed);
    const { state, serial, problems } = now.status;
    const news = JSON.stringify([state, serial, problems]);
    if (news === told) return;
    const first = told === '';
    told = news;
    if (first && state === 'not-managed') return;
    const of = serial === undefined ? '' : `, serial ${serial}`;
    ports.record({
      kind: 'policy.loaded',
      detail: `Managed policy: ${state}${of}.${problems.map((problem) => ` ${problem}`).join('')}`,
    });
  }

  async function putInForce(): Promise<void> {
    ruleProblems = await ports.setRules(view().rules);
  }

  /** Reads the enrolment; where it changed, the bundle in force has to hold against the new one. */
  async function enrol(): Promise<void> {
    const enrolment = await ports.readEnrolment();
    if (JSON.stringify(enrolment) === JSON.stringify(known.enrolment)) return;
    // A good policy is better than none: it stays while nobody can say what the machine belongs to.
    const keeps = enrolment.state === 'enrolment-unreadable' && known.bundle !== undefined;
    known = { ...known, enrolment, bundle: keeps ? known.bundle : undefined };
    etag = undefined;
    if (enrolment.state === 'enrolled') await restore(enrolment.enrolment);
    if (enrolment.state === 'not-enrolled') known = { ...known, kill: { scope: 'none' } };
    listen(enrolment.state === 'enrolled' ? enrolment.enrolment.channelUrl : undefined);
    await putInForce();
  }

  /** The last good bundle, verified anew: the file lies where the person can write. */
  async function restore({ keys, organisation }: Enrolment): Promise<void> {
    const kept = await ports.store.marks();
    marks = kept.marks;
    storeProblems = kept.problems;
    const bytes = await ports.store.load();
    if (bytes === undefined) return;
    const read = await ports.read(bytes, { keys, organisation });
    const problem = read.ok ? isKeptGood(markOf(read.value), marks) : read;
    if (read.ok && problem.ok) known = { ...known, bundle: read.value };
    else if (!problem.ok) known = { ...known, problems: [problem.problem.message] };
  }

  function listen(url: string | undefined): void {
    if (url === channelUrl || stopped.signal.aborted) return;
    closeChannel?.();
    channelUrl = url;
    closeChannel =
      url === undefined
        ? undefined
        : openChannel(url, {
            host: ports.host,
            after: ports.after,
            random: ports.random,
            onEvent: () => void poller?.checkNow(),
          });
  }

  async function check(): Promise<boolean> {
    await enrol();
    const good =
      known.enrolment.state === 'enrolled'
        ? await ask(known.enrolment.enrolment)
        : known.enrolment.state === 'not-enrolled';
    if (!stopped.signal.aborted) tell();
    return good;
  }

  async function ask(enrolment: Enrolment): Promise<boolean> {
    const failed = (message: string): false => {
      known = { ...known, problems: [message] };
      return false;
    };
    const fetched = await fetchBundle(enrolment.policyUrl, etag, ports.host, stopped.signal);
    if (!fetched.ok) return failed(fetched.problem.message);
    known = { ...known, checkedAt: ports.now() };
    if (fetched.value.kind === 'not-modified') {
      known = { ...known, problems: [] };
      return true;
    }
    const { bytes, etag: tag } = fetched.value;
    const read = await ports.read(bytes, enrolment);
    if (!read.ok) return failed(read.problem.message);
    const bundle = read.value;
    const kept = await ports.store.marks();
    marks = kept.marks;
    storeProblems = kept.problems;
    const judged = judgeBundle(payloadOf(bundle), bundle.hash, marks?.seen, ports.now());
    if (!judged.ok) return failed(judged.problem.message);
    confirmed = true;
    known = { ...known, kill: bundle.payload.kill, problems: [] };
    // A kill waits for nothing, least of all for ten thousand rules to be read.
    ports.apply(view(), confirmed);
    await take(bundle, bytes);
    etag = tag;
    return true;
  }

  /** Takes a bundle, unless its roll-out leaves this machine out; one that has no policy at all takes it anyway. */
  async function take(bundle: ReadBundle, bytes: Uint8Array): Promise<void> {
    const seen = markOf(bundle);
    const isInForce = known.bundle?.hash === bundle.hash;
    const takes = known.bundle === undefined || takesPart(bundle.payload, ports.deviceId);
    const unsaved = takes && !isInForce ? await ports.store.keep(bytes) : [];
    const taken = takes ? seen : (marks?.taken ?? (known.bundle && markOf(known.bundle)));
    marks = { seen, taken };
    storeProblems = [...unsaved, ...(await ports.store.mark(marks))];
    if (!takes || isInForce) return;
    known = { ...known, bundle };
    await putInForce();
  }

  await enrol();
  tell();
  poller = makePoller({
    check: () =>
      check().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        known = { ...known, problems: [`The policy could not be checked (${why.slice(0, 200)}).`] };
        tell();
        return false;
      }),
    interval: () => (known.bundle?.payload.pollMinutes ?? 15) * minute,
    after: ports.after,
    random: ports.random,
  });
  return {
    view,
    async checkNow() {
      await poller?.checkNow();
      return view();
    },
    stop() {
      stopped.abort();
      poller?.stop();
      closeChannel?.();
    },
  };
}

const markOf = ({ hash, payload }: ReadBundle): Mark => ({ serial: payload.serial, hash });

const payloadOf = ({ payload, cedar }: ReadBundle) => ({ ...payload, cedar });

/** Time and chance as they are, for the ports of `openManaged`. Its timers keep no process alive. */
export const realTime = {
  now: Date.now,
  random: Math.random,
  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
