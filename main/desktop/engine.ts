import { Worker } from 'node:worker_threads';
import { makeWire, type Remote } from '../engine/wire.ts';

/** The engine's thread as the desktop sees it. */
export interface EngineThread<Calls> {
  readonly remote: Remote<Calls>;
  /** Ends the thread; its end is no failure then. */
  end(): Promise<void>;
}

/**
 * Starts the engine in a thread of its own. An engine that ends without being told to takes the app with it: what it
 * governed has lost its relay, and a tray that says "protected" would lie. `failed` gets the reason.
 */
export function startEngine<Calls extends object>(
  file: string,
  desktop: Readonly<Record<string, unknown>>,
  failed: (reason: string) => void,
): EngineThread<Calls> {
  const worker = new Worker(file, { name: 'airlock-engine' });
  const wire = makeWire<Calls>(worker, desktop);
  let ending = false;
  let reason = 'Its engine ended by itself.';
  worker.on('error', (error) => {
    reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  worker.on('exit', () => {
    wire.cut('The engine has ended.');
    if (!ending) failed(reason);
  });
  return {
    remote: wire.remote,
    async end() {
      ending = true;
      await worker.terminate();
    },
  };
}
