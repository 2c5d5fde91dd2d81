import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../shared/outcome.ts';

const Child = z.object({
  sessionId: z.string().min(1),
  name: z.string(),
  /** Absent in the moment between the decision to start and the start. */
  pid: z.number().int().positive().optional(),
  started: z.number().optional(),
});

const File = z.object({
  /** The boot in which these children run: a start in clock ticks means nothing in another one. */
  boot: z.string(),
  children: z.array(Child),
});

/** A server that this app runs, or that another run of it left behind. */
export type RegisteredChild = z.infer<typeof Child>;

/** The list of running servers on disk, from which the next run finds what a killed app left behind. */
export interface ChildRegister {
  /**
   * Writes a child down before it starts. Throws when that cannot be done: then it must not start, since nobody would
   * ever end it.
   */
  put(child: RegisteredChild): void;
  /** Adds what became known of a child; written a moment later, together with what else changed. */
  amend(child: RegisteredChild): void;
  /** Strikes a child that is known to be gone; written a moment later. A list that names one too many is safe. */
  remove(sessionId: string): void;
}

/**
 * Keeps the register in `file`, written aside and renamed. Not flushed to the disk: it must outlive the app, not the
 * machine, since no server outlives the machine either. `left` are the survivors of earlier runs to go on naming.
 */
export function makeChildRegister(
  file: string,
  boot: string,
  left: readonly RegisteredChild[] = [],
): ChildRegister {
  const children = new Map(left.map((child) => [child.sessionId, child]));
  const write = () => {
    const aside = `${file}.${process.pid}`;
    const text = JSON.stringify({ boot, children: [...children.values()] });
    writeFileSync(aside, `${text}\n`, { mode: 0o600 });
    renameSync(aside, file);
  };
  let pending = false;
  const writeSoon = () => {
    if (pending) return;
    pending = true;
    setImmediate(() => {
      pending = false;
      try {
        write();
      } catch {
        // The list on disk names every child by its marker all the same, and gone ones too, which is safe.
      }
    });
  };
  return {
    put(child) {
      children.set(child.sessionId, child);
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        write();
      } catch (error) {
        children.delete(child.sessionId);
        throw new Error('The list of running servers could not be written.', { cause: error });
      }
    },
    amend(child) {
      children.set(child.sessionId, child);
      writeSoon();
    },
    remove(sessionId) {
      if (children.delete(sessionId)) writeSoon();
    },
  };
}

/** Reads the register another run left in `file`: empty where there is none or it is of another boot. */
export function readChildRegister(file: string, boot: string): Result<readonly RegisteredChild[]> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok([]);
    return unreadable(file);
  }
  try {
    const read = File.parse(JSON.parse(text));
    return ok(read.boot === boot ? read.children : []);
  } catch {
    // Absent and unreadable are different things: somebody must look.
    return unreadable(file);
  }
}

/** Names the present boot on Linux, where starts count from it; elsewhere they are dates and need none. */
export function bootId(platform: NodeJS.Platform): string {
  if (platform !== 'linux') return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Then starts of two boots look alike, and the marker is what tells them apart.
    return '';
  }
}

const unreadable = (file: string) =>
  fail(
    'child-register-unreadable',
    `The list of servers that an earlier run left behind (${file}) cannot be read. Look for leftover server processes yourself, then delete the file.`,
  );
