import { Worker } from 'node:worker_threads';
import type { BundlePayload, EnrolledKey } from '../../shared/managed.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { verifyBundleJws } from './bundle-jws.ts';
import { cedarOf, readPayload } from './bundle-payload.ts';

/** A bundle whose signature and form hold. Whether it may be taken now is judged apart. */
export interface ReadBundle {
  readonly kid: string;
  readonly hash: string;
  /** Without its Cedar text, which stands below. */
  readonly payload: Omit<BundlePayload, 'cedar'>;
  readonly cedar: string;
  /** Sentences about what of it was left out. */
  readonly problems: readonly string[];
}

/** Against what a bundle is read. */
export interface ReadFor {
  readonly keys: readonly EnrolledKey[];
  readonly organisation: string;
}

/** Reads a bundle in its compact form. Never rejects. */
export type BundleReader = (
  bytes: Uint8Array<ArrayBuffer>,
  reading: ReadFor,
) => Promise<Result<ReadBundle, Problem>>;

/** Verifies and reads a bundle in this thread; 8 MiB take some 100 ms. */
export const readBundle: BundleReader = async (bytes, { keys, organisation }) => {
  const compact = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .trim();
  const verified = await verifyBundleJws(compact, keys);
  if (!verified.ok) return verified;
  const { kid, hash, json } = verified.value;
  const read = readPayload(json, organisation);
  if (!read.ok) return read;
  const { cedar, ...payload } = read.value.payload;
  return ok({ kid, hash, payload, cedar: cedarOf({ cedar }), problems: read.value.problems });
};

/** What the thread answers: the text as bytes, which change hands without a copy. */
export interface WorkerAnswer {
  readonly read: Result<Omit<ReadBundle, 'cedar'>, Problem>;
  readonly cedar: Uint8Array<ArrayBuffer>;
}

/** Smaller bundles are read faster than a thread starts. */
const smallBytes = 65_536;

/**
 * Reads large bundles in a thread of its own, so that no call waits meanwhile. `file` is the script of the thread,
 * which does nothing but `serveBundle`.
 */
export function threadedReader(file: URL): BundleReader {
  return (bytes, reading) => {
    if (bytes.byteLength <= smallBytes) return readBundle(bytes, reading);
    return new Promise((resolve) => {
      const worker = new Worker(file, { workerData: { bytes, reading } });
      worker.once('message', ({ read, cedar }: WorkerAnswer) => {
        // Decoding two megabytes of a text takes a millisecond; of a cloned string it takes fifteen.
        const text = Buffer.from(cedar.buffer, cedar.byteOffset, cedar.byteLength).toString('utf8');
        resolve(read.ok ? ok({ ...read.value, cedar: text }) : read);
      });
      const failed = (why: string) =>
        resolve(fail('bundle-unread', `The policy bundle could not be read (${why}).`));
      worker.once('error', ({ message }) => failed(message.slice(0, 120)));
      worker.once('exit', (code) => failed(`its thread ended with ${code}`));
    });
  };
}
