import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { EntryInput } from '../../shared/audit.ts';
import { type Draft, draftOf, journalText } from './draft.ts';

/**
 * Where drafts wait for their place in the chain, safe from the death of their process: a file to which one write
 * adds them. It costs a tenth of a transaction, so it stands between a call and its forwarding; the chain takes the
 * drafts over in groups a moment later.
 */
export interface DraftJournal {
  /** Adds drafts; false where they could not be written whole, and then none of them is there. */
  write(drafts: readonly Draft[]): boolean;
  /** Everything written is in the chain, whose last sequence is `through`: a file grown long begins anew. */
  settled(through: number): void;
  close(): void;
  /** Closes it and takes the file away. */
  remove(): void;
}

/** A file longer than this begins anew once everything in it is in the chain, in bytes. */
const mostBytes = 1024 * 1024;

/** Opens an empty journal, which takes nothing where the disk refuses. `through` is the last sequence of the chain. */
export function openDraftJournal(file: string, through: number): DraftJournal {
  let handle = create(file);
  let size = 0;

  function add(text: string): boolean {
    if (handle === undefined) return false;
    const bytes = Buffer.from(text);
    try {
      if (writeSync(handle, bytes, 0, bytes.length, size) === bytes.length) {
        size += bytes.length;
        return true;
      }
      // Half a draft on a full disk: what follows must not grow onto it.
      ftruncateSync(handle, size);
    } catch {
      // The disk refuses; a half line that stays is read by nobody, and nothing is added after it.
      close();
    }
    return false;
  }

  function close(): void {
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
  }

  const begin = (sequence: number): boolean => add(`${JSON.stringify({ from: sequence })}\n`);
  begin(through);

  return {
    write: (drafts) => add(drafts.map((draft) => `${journalText(draft)}\n`).join('')),
    settled(sequence) {
      if (handle === undefined || size < mostBytes) return;
      ftruncateSync(handle, 0);
      size = 0;
      begin(sequence);
    },
    close,
    remove() {
      close();
      rmSync(file, { force: true });
    },
  };
}

function create(file: string): number | undefined {
  try {
    return openSync(file, 'w', 0o600);
  } catch {
    // The chain takes the drafts instead, or says why it cannot.
    return undefined;
  }
}

/** What a journal holds: its drafts, and the sequence after which the chain may have taken them over. */
export interface LeftDrafts {
  readonly from: number;
  readonly drafts: readonly Draft[];
}

/** Reads the journal of a process that is gone; a line it did not finish was promised to nobody. */
export function readDraftJournal(file: string): LeftDrafts {
  const [first = '', ...lines] = textOf(file).split('\n').slice(0, -1);
  const from: unknown = parsed(first)?.from;
  if (typeof from !== 'number') return { from: 0, drafts: [] };
  return { from, drafts: lines.map(readDraft).filter((draft) => draft !== undefined) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function readDraft(line: string): Draft | undefined {
  const { id, time, ...rest } = parsed(line) ?? {};
  const input = EntryInput.safeParse(rest);
  if (typeof id !== 'string' || typeof time !== 'number' || !input.success) return undefined;
  return draftOf(input.data, time, id);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
