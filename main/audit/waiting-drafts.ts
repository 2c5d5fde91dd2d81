import type { Draft } from './draft.ts';

/**
 * The drafts that wait for their place in the chain, in order. Those at the front are in the journal; the staged ones
 * are those that a commit was promised for.
 */
export function makeWaitingDrafts() {
  let drafts: Draft[] = [];
  let staged: Draft[] = [];
  let journaled = 0;
  return {
    all: (): readonly Draft[] => drafts,
    staged: (): boolean => staged.length > 0,
    add(draft: Draft): void {
      drafts.push(draft);
    },
    stage(draft: Draft): void {
      drafts.push(draft);
      staged.push(draft);
    },
    /** Hands what is in no journal yet to `write`; true where it is there now. */
    journal(write: (drafts: readonly Draft[]) => boolean): boolean {
      if (!write(drafts.slice(journaled))) return false;
      journaled = drafts.length;
      staged = [];
      return true;
    },
    /** Everything is in the chain. */
    clear(): void {
      drafts = [];
      staged = [];
      journaled = 0;
    },
    /** The journal is gone: what it held waits here alone. */
    journalGone(): void {
      journaled = 0;
    },
    /** Takes back what was staged, and what was said of the same calls since: without an opening there is no call. */
    unstage(): void {
      const calls = new Set(staged.map(({ input }) => input.callId));
      for (const draft of staged) draft.dropped = true;
      const kept = drafts
        .slice(journaled)
        .filter(({ dropped, input }) => !dropped && !calls.has(input.callId));
      drafts = [...drafts.slice(0, journaled), ...kept];
      staged = [];
    },
  };
}
