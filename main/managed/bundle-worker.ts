import { parentPort, workerData } from 'node:worker_threads';
import { type ReadFor, readBundle, type WorkerAnswer } from './bundle-reader.ts';

/** What the thread is started with. */
interface Task {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly reading: ReadFor;
}

/** The script of the thread that reads one large bundle and ends. */
async function serve({ bytes, reading }: Task): Promise<void> {
  const read = await readBundle(bytes, reading);
  const cedar = new TextEncoder().encode(read.ok ? read.value.cedar : '');
  const rest = read.ok ? { ok: true as const, value: { ...read.value, cedar: '' } } : read;
  const answer: WorkerAnswer = { read: rest, cedar };
  parentPort?.postMessage(answer, [cedar.buffer]);
}

await serve(workerData as Task);
