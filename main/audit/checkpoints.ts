import type { KeyObject } from 'node:crypto';
import type { Problem, Result } from '../../shared/outcome.ts';
import type { Head } from './appender.ts';
import { AuditUnavailable } from './audit-unavailable.ts';
import { readCheckpoint, sealCheckpoint } from './checkpoint-seal.ts';
import type { Trail } from './trail.ts';

/** What the checkpoints need. `deviceKey` gives the private Ed25519 key out of the keychain. */
export interface CheckpointPorts {
  readonly trail: Pick<Trail, 'last' | 'flush' | 'addCheckpoint' | 'lastCheckpoint'>;
  readonly deviceKey: () => Promise<Result<KeyObject>>;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** After a checkpoint was kept, or one could not be made. */
  readonly onChange?: () => void;
}

/** A checkpoint is due after so many entries, or so long after an entry, whatever comes first. */
export const checkpointEntries = 256;
export const checkpointMs = 60_000;

/**
 * Signs where the chain stands, so that cutting it off or turning it back shows: here as long as the checkpoint is
 * kept, and at the centre for good. What was written since the last checkpoint is not yet protected that way.
 */
export function makeCheckpoints({ trail, deviceKey, now = Date.now, onChange }: CheckpointPorts) {
  let signed = lastSigned();
  let key: KeyObject | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let problem: Problem | undefined;
  let stopped = false;

  function lastSigned(): { readonly chain: string; readonly sequence: number } {
    const last = readCheckpoint(trail.lastCheckpoint() ?? '');
    return last ?? { chain: '', sequence: 0 };
  }

  async function sealHead(): Promise<Problem | undefined> {
    const head = trail.last();
    if (head === undefined) return undefined;
    if (head.chain === signed.chain && head.sequence <= signed.sequence) return undefined;
    if (key === undefined) {
      const asked = await deviceKey();
      if (!asked.ok) return asked.problem;
      key = asked.value;
    }
    // Only what is on the disk is signed: a loss of power must not look like a rollback.
    await trail.flush();
    trail.addCheckpoint(sealCheckpoint({ ...head, time: now() }, key));
    signed = head;
    return undefined;
  }

  async function attempt(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    try {
      problem = await sealHead();
    } catch (error) {
      if (!(error instanceof AuditUnavailable)) throw error;
      problem = error.problem;
    }
    if (problem !== undefined) later();
    onChange?.();
  }

  function run(): Promise<void> {
    running ??= attempt().finally(() => {
      running = undefined;
    });
    return running;
  }

  function later(): void {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(() => void run(), checkpointMs);
    timer.unref();
  }

  return {
    /** Tells of a write: signs when a checkpoint is due, else in a minute. Returns at once. */
    appended(head: Head): void {
      if (stopped) return;
      const since = head.chain === signed.chain ? head.sequence - signed.sequence : head.sequence;
      // While the key is missing only the minute counts, so as not to ask the keychain for every call.
      if (since >= checkpointEntries && problem === undefined) void run();
      else later();
    },
    /** Signs now what is not signed yet; tells why it could not. */
    async sign(): Promise<Problem | undefined> {
      await running;
      await run();
      return problem;
    },
    /** Signs the end and makes no more checkpoints. */
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
      await run();
      clearTimeout(timer);
    },
    /** Why the last checkpoint could not be made. */
    problem: (): Problem | undefined => problem,
  };
}

export type Checkpoints = ReturnType<typeof makeCheckpoints>;
