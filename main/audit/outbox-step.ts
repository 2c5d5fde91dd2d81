import type { Device } from './device.ts';
import type { Target } from './endpoint.ts';
import { exportRequest } from './otlp.ts';
import { type Batch, batchEntries, cursorOn, nextBatch } from './outbox-batch.ts';
import type { OutboxStore, SetAside } from './outbox-store.ts';
import { type Posted, type PostPorts, postBatch } from './post.ts';
import type { Trail } from './trail.ts';

/** The part of the trail that delivery reads. */
export type DeliveredTrail = Pick<Trail, 'last' | 'rowsFrom' | 'checkpointsAfter' | 'flush'>;

/** What one step of delivery works with. */
export interface StepPorts extends PostPorts {
  readonly trail: DeliveredTrail;
  readonly device: Device;
  readonly stop: AbortSignal;
  /** When a request goes out. */
  readonly sending: () => void;
}

/** How a step ended: `empty` when there was nothing to send. */
export type StepResult =
  | { readonly kind: 'empty' }
  | { readonly kind: 'delivered'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'retry'; readonly message: string; readonly afterMs?: number | undefined };

/** Sends one batch at a time, in order; the cursor moves only behind what was acknowledged or set aside. */
export function makeSteps(ports: StepPorts) {
  let limit = batchEntries;

  async function post(batch: Batch, target: Target): Promise<Posted> {
    // Nothing leaves this machine that a loss of power could still take back.
    await ports.trail.flush();
    ports.sending();
    return postBatch(exportRequest(batch.records, ports.device), target, ports, ports.stop);
  }

  /** Sends the next entries. */
  async function deliver(store: OutboxStore, target: Target): Promise<StepResult> {
    const head = ports.trail.last();
    if (head === undefined) return { kind: 'empty' };
    const cursor = cursorOn(ports.trail, store.cursor(head.chain));
    const batch = nextBatch(ports.trail, cursor, ports.device, limit);
    if (batch === undefined) return { kind: 'empty' };
    if (batch.records.length === 0) {
      store.advance(batch.after);
      return { kind: 'delivered', message: '' };
    }
    const posted = await post(batch, target);
    switch (posted.result) {
      case 'delivered':
        limit = batchEntries;
        if (posted.rejected === 0) store.advance(batch.after);
        else store.setAside(batch.after, batch.first, posted.message, ports.now());
        return { kind: 'delivered', message: posted.message };
      case 'retry':
        return { kind: 'retry', message: posted.message, afterMs: posted.afterMs };
      case 'too-large':
        if (batch.entries > 1) {
          limit = Math.ceil(batch.entries / 2);
          return { kind: 'delivered', message: '' };
        }
        break;
      case 'refused':
        break;
      default:
        return posted satisfies never;
    }
    limit = batchEntries;
    store.setAside(batch.after, batch.first, posted.message, ports.now());
    return { kind: 'refused', message: posted.message };
  }

  /** Sends once more what was refused, as far as it is of the present chain; what is refused again stays aside. */
  async function deliverSetAside(store: OutboxStore, target: Target): Promise<StepResult> {
    const chain = ports.trail.last()?.chain;
    let result: StepResult = { kind: 'empty' };
    for (const aside of store.allSetAside().filter((row) => row.chain === chain)) {
      result = await sendAgain(aside, store, target);
      if (result.kind === 'retry') return result;
    }
    return result;
  }

  async function sendAgain(
    aside: SetAside,
    store: OutboxStore,
    target: Target,
  ): Promise<StepResult> {
    // Checkpoints went on with the cursor.
    const checkpoint = Number.MAX_SAFE_INTEGER;
    let cursor = { chain: aside.chain, sequence: aside.first - 1, hash: '', checkpoint };
    for (;;) {
      const batch = nextBatch(ports.trail, cursor, ports.device, batchEntries, aside.last);
      if (batch === undefined) break;
      const posted = await post(batch, target);
      if (posted.result === 'retry') {
        return { kind: 'retry', message: posted.message, afterMs: posted.afterMs };
      }
      if (posted.result !== 'delivered' || posted.rejected > 0) {
        return { kind: 'refused', message: posted.message };
      }
      cursor = { ...batch.after, checkpoint };
    }
    store.drop(aside.n);
    return { kind: 'delivered', message: '' };
  }

  return { deliver, deliverSetAside };
}
