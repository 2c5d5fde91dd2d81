import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ok, type Problem, type Result } from '../../shared/outcome.ts';
import type { Mark } from './bundle-judge.ts';

/** What a machine remembers of bundles: the newest it has seen, and the one it took. */
const Marks = z.object({
  seen: z.object({ serial: z.number(), hash: z.string() }),
  taken: z.object({ serial: z.number(), hash: z.string() }).optional(),
});
/** See the schema. The two differ while a roll-out does not include this machine. */
export interface Marks {
  readonly seen: Mark;
  readonly taken?: Mark | undefined;
}

/** Where bundles and marks are kept. */
export interface BundleStorePorts {
  /** The file of the last good bundle, in the data folder. */
  readonly file: string;
  /** A small text in the data folder's store. Throws what the store throws. */
  readonly notes: { get(): string | undefined; put(text: string): void };
  /** The same in the keychain, which outlives the data folder. */
  readonly vault: {
    get(): Promise<Result<string | undefined, Problem>>;
    set(text: string): Promise<Result<unknown, Problem>>;
  };
}

/** Keeps the last good bundle and the marks. Sentences are for the person. */
export interface BundleStore {
  /** The marks of both places, the higher one of each. */
  marks(): Promise<{ readonly marks: Marks | undefined; readonly problems: readonly string[] }>;
  /** Keeps marks in both places. */
  mark(marks: Marks): Promise<readonly string[]>;
  /** The last good bundle; undefined where there is none that can be read. */
  load(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps a bundle, whole or not at all. */
  keep(bytes: Uint8Array): Promise<readonly string[]>;
}

/** Marks are written by us alone: what does not fit was not, and counts for nothing. */
function parse(text: string | undefined): Marks | undefined {
  if (text === undefined) return undefined;
  try {
    return Marks.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const higher = (a: Mark | undefined, b: Mark | undefined): Mark | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return b.serial > a.serial ? b : a;
};

function joined(a: Marks | undefined, b: Marks | undefined): Marks | undefined {
  const seen = higher(a?.seen, b?.seen);
  return seen === undefined ? undefined : { seen, taken: higher(a?.taken, b?.taken) };
}

const sentence = (what: string, error: unknown) =>
  `${what} (${error instanceof Error ? error.message.slice(0, 120) : String(error)}).`;

/** Makes the store. */
export function makeBundleStore({ file, notes, vault }: BundleStorePorts): BundleStore {
  function fromNotes(): Marks | undefined {
    try {
      return parse(notes.get());
    } catch {
      // The keychain still knows, and the next writing says what is wrong with the store.
      return undefined;
    }
  }

  return {
    async marks() {
      const kept = await vault.get();
      const problems = kept.ok
        ? []
        : [
            `Whether an older policy came back is only known from the data folder: ${kept.problem.message}`,
          ];
      return { marks: joined(fromNotes(), kept.ok ? parse(kept.value) : undefined), problems };
    },

    async mark(marks) {
      const text = JSON.stringify(marks);
      const problems: string[] = [];
      try {
        notes.put(text);
      } catch (error) {
        problems.push(sentence('The serial of the policy could not be saved', error));
      }
      const kept = await vault.get();
      if (kept.ok && kept.value === text) return problems;
      const written = await vault.set(text);
      if (!written.ok) {
        problems.push(
          `The serial of the policy is not in the keychain: ${written.problem.message}`,
        );
      }
      return problems;
    },

    async load() {
      try {
        return new Uint8Array(await readFile(file));
      } catch {
        // Absent or unreadable comes to the same here: the bundle has to be fetched again.
        return undefined;
      }
    },

    async keep(bytes) {
      const fresh = `${file}.${randomUUID()}`;
      try {
        await writeFile(fresh, bytes, { mode: 0o600, flag: 'wx', flush: true });
        await rename(fresh, file);
        return [];
      } catch (error) {
        await rm(fresh, { force: true });
        return [
          sentence('The policy is in force, but could not be saved for the next start', error),
        ];
      }
    },
  };
}

/** Whether a kept bundle is the taken one or one after it, as far as the marks tell. */
export function isKeptGood(bundle: Mark, marks: Marks | undefined): Result<null, Problem> {
  const taken = marks?.taken;
  if (taken === undefined || bundle.serial > taken.serial || bundle.hash === taken.hash) {
    return ok(null);
  }
  return {
    ok: false,
    problem: {
      code: 'bundle-rollback',
      message: `The policy kept on this machine has the serial ${bundle.serial} and was exchanged: ${taken.serial} was in force. It is fetched again.`,
    },
  };
}
