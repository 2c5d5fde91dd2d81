import { randomUUID } from 'node:crypto';
import type { DeliveryStatus } from '../../shared/audit.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { AuditUnavailable } from './audit-unavailable.ts';
import { pauseAfter } from './backoff.ts';
import type { OpenDatabase } from './database-port.ts';
import type { Device } from './device.ts';
import { checkEndpoint, type Target } from './endpoint.ts';
import { type DeliveredTrail, makeSteps, type StepResult } from './outbox-step.ts';
import { type OutboxStore, openOutboxStore } from './outbox-store.ts';

/** What delivery needs from outside. */
export interface OutboxPorts {
  /** The file of the delivery record. */
  readonly path: string;
  readonly open: OpenDatabase;
  readonly trail: DeliveredTrail;
  /** Where to deliver now, by the settings; undefined or an empty endpoint: entries stay on this machine. */
  readonly target: () => Target | undefined;
  readonly device: Device;
  readonly fetch?: typeof fetch;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** 0 to below 1. */
  readonly random?: () => number;
  /** Runs something later, once; returns how to call it off. */
  readonly timer?: (run: () => void, ms: number) => () => void;
  readonly onStatus?: () => void;
}

/** How long new entries wait for company, and how long to leave delivery to the process that has it. */
const lingerMs = 1_000;
const othersMs = 30_000;

const realTimer = (run: () => void, ms: number): (() => void) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

/**
 * Delivers the trail to the central endpoint: in order, at least once, by one process at a time, never losing what was
 * not acknowledged. A failure is tried again with growing pauses; what the endpoint refuses is set aside (it stays in
 * the trail) and told. Another endpoint goes on from the same place: it gets what comes, and what was set aside.
 */
export function makeOutbox(ports: OutboxPorts) {
  const { now = Date.now, random = Math.random, timer = realTimer, trail, device } = ports;
  const owner = randomUUID();
  const stopping = new AbortController();
  let store: OutboxStore | undefined;
  let running: Promise<void> | undefined;
  let callOff: (() => void) | undefined;
  let state: 'off' | 'idle' | 'sending' | 'waiting' = 'off';
  let nextAttemptAt: number | undefined;
  let failures = 0;
  let lastError: string | undefined;
  /** Nowhere to deliver to: only a kick changes that, so that an append need not read the settings. */
  let off = true;
  let kicked = false;
  /** Once a start and once a new endpoint, what was refused is tried again. */
  let retryAside = true;

  const steps = makeSteps({
    trail,
    device,
    fetch: ports.fetch ?? fetch,
    now,
    version: device.version,
    stop: stopping.signal,
    sending: () => enter('sending'),
  });

  function enter(next: typeof state, wait?: number): void {
    state = next;
    nextAttemptAt = wait === undefined ? undefined : now() + wait;
    ports.onStatus?.();
  }

  function opened(): Result<OutboxStore> {
    if (store !== undefined) return ok(store);
    if (stopping.signal.aborted) return fail('stopped', 'Delivery has ended.');
    const result = openOutboxStore(ports.path, ports.open);
    if (result.ok) store = result.value;
    return result;
  }

  /** Does one thing; returns the milliseconds until the next, or undefined to rest until there is something new. */
  async function step(): Promise<number | undefined> {
    const target = ports.target();
    off = target === undefined || target.endpoint === '';
    if (target === undefined || off) {
      lastError = undefined;
      enter('off');
      return undefined;
    }
    const url = checkEndpoint(target.endpoint);
    if (!url.ok) {
      off = true;
      lastError = url.problem.message;
      enter('idle');
      return undefined;
    }
    const record = opened();
    if (!record.ok) return after({ kind: 'retry', message: record.problem.message });
    if (!record.value.lease(owner, now())) {
      enter('idle');
      return othersMs;
    }
    if (record.value.moveTo(target.endpoint)) retryAside = true;
    if (retryAside) {
      const again = await steps.deliverSetAside(record.value, target);
      if (again.kind === 'retry') return after(again);
      retryAside = false;
    }
    return after(await steps.deliver(record.value, target));
  }

  function after(result: StepResult): number | undefined {
    switch (result.kind) {
      case 'empty':
        failures = 0;
        lastError = undefined;
        enter('idle');
        return undefined;
      case 'delivered':
        failures = 0;
        lastError = result.message === '' ? undefined : result.message;
        return 0;
      case 'refused':
      case 'retry': {
        // A refusal pauses as well: a wrong token must not send the whole trail aside within a minute.
        failures += 1;
        lastError = result.message;
        const asked = result.kind === 'retry' ? (result.afterMs ?? 0) : 0;
        const wait = Math.max(asked, pauseAfter(failures, random));
        enter('waiting', wait);
        return wait;
      }
      default:
        return result satisfies never;
    }
  }

  async function safeStep(): Promise<number | undefined> {
    try {
      return await step();
    } catch (error) {
      const problem = error instanceof AuditUnavailable ? error.problem : store?.problemOf(error);
      // Delivery runs by itself: its own mistake must neither end the app nor pass in silence.
      const message = problem?.message ?? `Delivery failed: ${String(error)}.`;
      return after({ kind: 'retry', message });
    }
  }

  async function work(): Promise<void> {
    let wait: number | undefined = 0;
    while (wait === 0 && !stopping.signal.aborted) {
      kicked = false;
      wait = await safeStep();
      if (kicked) wait = 0;
    }
    if (wait !== undefined && !stopping.signal.aborted) later(wait);
  }

  function run(): void {
    callOff = undefined;
    running ??= work().finally(() => {
      running = undefined;
    });
  }

  function later(ms: number): void {
    callOff?.();
    callOff = timer(run, ms);
  }

  function kick(): void {
    if (stopping.signal.aborted) return;
    failures = 0;
    kicked = true;
    if (running === undefined) later(0);
  }

  /** Reads what the delivery record says, where it can be read. */
  function recorded<T>(read: (store: OutboxStore) => T, otherwise: T): T {
    const record = opened();
    if (!record.ok) return otherwise;
    try {
      return read(record.value);
    } catch (error) {
      if (record.value.problemOf(error) === undefined) throw error;
      return otherwise;
    }
  }

  return {
    /** Tells that there are new entries: they go out within a second or so. Returns at once. */
    appended(): void {
      if (off || stopping.signal.aborted || running !== undefined || callOff !== undefined) return;
      later(lingerMs);
    },
    /** Tries now, as after a start or a change of the settings. */
    kick,
    /** Resolves when no request is under way: when delivery rests, waits or has ended. */
    async settled(): Promise<void> {
      await running;
    },
    /** Tries what was refused once more. */
    retrySetAside(): Result<null> {
      if (recorded((record) => record.summary().count, 0) === 0) {
        return fail('nothing-set-aside', 'No entries were refused, so there is nothing to retry.');
      }
      retryAside = true;
      kick();
      return ok(null);
    },
    /** How delivery stands, as the dashboard shows it. */
    status(): DeliveryStatus {
      const endpoint = ports.target()?.endpoint ?? '';
      const head = trail.last();
      const cursor = recorded((record) => record.cursor(head?.chain ?? ''), undefined);
      const aside = recorded((record) => record.summary(), { count: 0, message: null });
      const deliveredThrough = cursor?.sequence ?? 0;
      const alert = (off && lastError !== undefined) || aside.count > 0;
      const error = lastError ?? aside.message;
      return {
        state: endpoint === '' ? 'off' : alert ? 'alert' : state === 'off' ? 'idle' : state,
        endpoint,
        pending: Math.max(0, (head?.sequence ?? 0) - deliveredThrough),
        deliveredThrough,
        setAside: aside.count,
        ...(error === null ? {} : { lastError: error }),
        ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
      };
    },
    /** Ends delivery, a request under way included; another process may take over at once. */
    async stop(): Promise<void> {
      stopping.abort();
      callOff?.();
      await running;
      recorded((record) => record.release(owner), undefined);
      store?.close();
      store = undefined;
    },
  };
}

export type Outbox = ReturnType<typeof makeOutbox>;
