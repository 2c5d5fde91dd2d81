import { useState } from 'react';
import { sentence } from '../latest.ts';

/** Something main was asked to do by a press: not yet, on its way, why it failed, or what came of it. */
export type Task<T> =
  | { readonly at: 'rest' }
  | { readonly at: 'running' }
  | { readonly at: 'failed'; readonly message: string }
  | { readonly at: 'done'; readonly value: T };

/** Runs `run` when started, and keeps how it stands. */
export function useTask<T>(run: () => Promise<T>): { task: Task<T>; start: () => void } {
  const [task, setTask] = useState<Task<T>>({ at: 'rest' });
  const start = () => {
    setTask({ at: 'running' });
    run().then(
      (value) => setTask({ at: 'done', value }),
      (error: unknown) => setTask({ at: 'failed', message: sentence(error) }),
    );
  };
  return { task, start };
}
