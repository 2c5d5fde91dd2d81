import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok } from '../../shared/outcome.ts';
import type { OAuthPorts, Outcome } from './ports.ts';

/** Runs one act at a time per name, over all processes of this user. */
export type Exclusive = <T>(name: string, act: () => Promise<Outcome<T>>) => Promise<Outcome<T>>;

/** How often another process's lock is looked at again, in milliseconds. */
const lookAgainMs = 100;

/**
 * In this process the acts queue; against other processes the lock is tried again until it is free or `limitMs` have
 * passed. An act that waited must read again what it works on.
 */
export function makeExclusive(lock: OAuthPorts['lock'], limitMs: number): Exclusive {
  const queues = new Map<string, Promise<unknown>>();

  const held = async <T>(name: string, act: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    for (let waited = 0; ; waited += lookAgainMs) {
      const taken = lock(name);
      if (taken.ok) {
        try {
          return await act();
        } finally {
          taken.value.release();
        }
      }
      if (taken.problem.code !== 'lock-held') return fail('busy-elsewhere', taken.problem.message);
      if (waited >= limitMs) return busy;
      await pause(lookAgainMs);
    }
  };

  return (name, act) => {
    const before = queues.get(name) ?? Promise.resolve();
    const mine = before.then(() => held(name, act));
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    queues.set(name, settled);
    void settled.then(() => {
      if (queues.get(name) === settled) queues.delete(name);
    });
    return mine;
  };
}

/** Takes the lock for one act or says that another process is at it; does not wait. */
export async function ifFree<T>(
  lock: OAuthPorts['lock'],
  name: string,
  act: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const taken = lock(name);
  if (!taken.ok) return busy;
  try {
    return await act();
  } finally {
    taken.value.release();
  }
}

const busy = fail(
  'busy-elsewhere',
  'Another Airlock process is at work on this sign-in. Wait until it is done, then try again.',
);

/** An act without a value succeeded. */
export const done: Outcome<null> = ok(null);
