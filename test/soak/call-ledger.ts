import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readDraftJournal } from '../../main/audit/draft-journal.ts';
import { trailSchema } from '../../main/audit/schema.ts';
import { verifyTrail } from '../../main/audit/verify.ts';
import { openReadOnly } from '../../main/storage/database.ts';

/** What one look at a trail and at the servers' log found. */
export interface Look {
  /** Calls that reached a server since the last look. */
  readonly reached: number;
  /** Calls opened in the trail since the last look. */
  readonly opened: number;
  /** Entries of the whole trail. */
  readonly entries: number;
  /** One sentence for each promise that did not hold. */
  readonly problems: readonly string[];
}

/** Holds the trail of one home against the log of its servers, kill after kill. */
export function callLedger(trailFile: string, logFile: string) {
  const log = logReader(logFile);
  /** Texts of calls that have an opening entry. */
  const texts = new Set<string>();
  /** Texts that were in a journal and not yet in the chain when it was last looked at. */
  let promised: readonly string[] = [];
  /** Round of each call that was opened and not closed. */
  const open = new Map<string, number>();
  const ended = new Set<number>();
  let sequence = 0;
  let logged: string[] = [];

  /** Takes in what the servers wrote since. */
  function readLog(): void {
    for (const line of log()) {
      const [kind, what = ''] = line.split(' ');
      if (kind === 'call') logged.push(what);
      else if (kind === 'start') ended.delete(Number(what));
      else if (kind === 'end') ended.add(Number(what));
    }
  }

  function readEntries(): { opened: number; problems: string[] } {
    const found = openReadOnly(trailFile, trailSchema);
    if (!found.ok) return { opened: 0, problems: [found.problem.message] };
    const { db, close } = found.value;
    const problems: string[] = [];
    let opened = 0;
    const rows: { sequence: number; body: string }[] = db
      .prepare('SELECT sequence, body FROM entries WHERE sequence > ? ORDER BY sequence')
      .all(sequence);
    close();
    for (const row of rows) {
      sequence = row.sequence;
      const entry = JSON.parse(row.body) as {
        kind: string;
        callId?: string;
        arguments?: string;
      };
      if (entry.kind === 'call.opened') {
        opened += 1;
        const text = textOf(entry);
        const round = Number(/^r(\d+)-/.exec(text)?.[1] ?? Number.NaN);
        if (texts.has(text)) problems.push(`${text} was opened twice.`);
        texts.add(text);
        for (const [callId, of] of open) {
          if (of < round) problems.push(`${callId} of round ${of} is open in round ${round}.`);
        }
        open.set(entry.callId ?? '', round);
      } else if (entry.kind === 'call.closed') {
        if (!open.delete(entry.callId ?? '')) problems.push(`${entry.callId} was closed unopened.`);
      }
    }
    return { opened, problems };
  }

  return {
    /** Servers that have read the last of their input. */
    ended(): ReadonlySet<number> {
      readLog();
      return ended;
    },
    /** Verifies the whole chain, and looks for a call that reached a server without its opening entry. */
    async look(): Promise<Look> {
      readLog();
      const report = await verifyTrail(trailFile, { open: openReadOnly });
      const { opened, problems } = readEntries();
      if (!report.ok) problems.push(report.problem.message);
      else if (!report.value.ok) {
        for (const { sequence: at, message } of report.value.problems) {
          problems.push(`Entry ${at}: ${message}`);
        }
      }
      const journaled = new Set(journalTexts(trailFile));
      // What a journal held after the last kill is in the chain by now, or still there where the start since was killed
      // before it came to that.
      for (const text of promised) {
        if (!texts.has(text) && !journaled.has(text))
          problems.push(`${text} was in the journal and never came into the chain.`);
      }
      promised = [...journaled].filter((text) => !texts.has(text));
      for (const text of logged) {
        if (!texts.has(text) && !journaled.has(text))
          problems.push(`${text} reached a server without its opening entry.`);
      }
      const reached = logged.length;
      logged = [];
      return { reached, opened, entries: report.ok ? report.value.entries : 0, problems };
    },
    /** Calls that are open in the trail as it was last read. */
    stillOpen: (): number => open.size,
  };
}

const textOf = (entry: { readonly arguments?: string | undefined }): string =>
  (JSON.parse(entry.arguments ?? '{}') as { text?: string }).text ?? '';

/** The texts of the calls whose opening waits in a journal beside the trail. */
const journalTexts = (trailFile: string): string[] =>
  readdirSync(dirname(trailFile))
    .filter((name) => name.startsWith(`${basename(trailFile)}-drafts-`))
    .flatMap((name) => readDraftJournal(join(dirname(trailFile), name)).drafts)
    .filter(({ input }) => input.kind === 'call.opened')
    .map(({ input }) => textOf(input));

/** Gives the whole lines that were added to a file since the last time. */
function logReader(file: string): () => string[] {
  let offset = 0;
  let rest = '';
  return () => {
    if (!existsSync(file)) return [];
    const fd = openSync(file, 'r');
    const fresh = Buffer.alloc(fstatSync(fd).size - offset);
    const read = readSync(fd, fresh, 0, fresh.length, offset);
    closeSync(fd);
    offset += read;
    const lines = (rest + fresh.subarray(0, read).toString()).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}
