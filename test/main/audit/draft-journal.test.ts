import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { draftOf } from '../../../main/audit/draft.ts';
import { openDraftJournal, readDraftJournal } from '../../../main/audit/draft-journal.ts';
import { tempFolder } from '../storage/temp-folder.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail, trailPath, walk } from './trail-support.ts';

const journalPath = (): string => path.join(tempFolder(), 'drafts');
const drafts = (...ids: string[]) => ids.map((id) => draftOf(opened(id), 5, `id-${id}`));

describe('a journal of drafts', () => {
  test('gives back what was written, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (details) => {
        const file = journalPath();
        const journal = openDraftJournal(file, 3);
        const written = details.map((detail, n) => draftOf({ ...said(detail) }, n, `i${n}`));
        expect(journal.write(written)).toBe(true);
        journal.close();
        expect(readDraftJournal(file)).toEqual({ from: 3, drafts: written });
      }),
      { numRuns: 50 },
    );
  });

  test('a line that was not finished is left out, and so is one that is no draft', () => {
    const file = journalPath();
    const journal = openDraftJournal(file, 0);
    journal.write(drafts('a'));
    journal.close();
    appendFileSync(file, '{"kind":"nonsense","id":"x","time":1}\nnot json\n{"id":"half');
    expect(readDraftJournal(file).drafts.map(({ id }) => id)).toEqual(['id-a']);
  });

  test('a file that is not there, or is none of ours, holds nothing', () => {
    const file = journalPath();
    expect(readDraftJournal(file).drafts).toEqual([]);
    writeFileSync(file, 'garbage\n{"id":"a","time":1,"kind":"problem"}\n');
    expect(readDraftJournal(file).drafts).toEqual([]);
  });

  test('grown long it begins anew once all of it is in the chain, and not before', () => {
    const file = journalPath();
    const journal = openDraftJournal(file, 0);
    const large = draftOf(said('x'.repeat(600_000)), 1, 'large');
    journal.write([large]);
    journal.settled(1);
    expect(readDraftJournal(file)).toMatchObject({ from: 0, drafts: [{ id: 'large' }] });
    journal.write([large]);
    journal.settled(2);
    expect(readDraftJournal(file)).toEqual({ from: 2, drafts: [] });
    journal.write(drafts('a'));
    journal.close();
    expect(readDraftJournal(file).drafts.map(({ id }) => id)).toEqual(['id-a']);
  });

  test('takes nothing where the disk refuses', () => {
    const journal = openDraftJournal(path.join(tempFolder(), 'absent', 'drafts'), 0);
    expect(journal.write(drafts('a'))).toBe(false);
  });
});

describe('a trail with a journal', () => {
  const journalOf = (file: string): string | undefined =>
    readdirSync(path.dirname(file)).find((name) => name.includes('-drafts-'));

  test('what was committed is in the journal at once, and in the chain a moment later', async () => {
    const file = trailPath();
    const trail = aTrail(file);
    const onlooker = aTrail(file);
    trail.append(said('first'));
    trail.stage(opened('c1'));
    trail.commit();
    const journal = path.join(path.dirname(file), journalOf(file) ?? 'no journal');
    expect(readFileSync(journal, 'utf8')).toContain('"callId":"c1"');
    await vi.waitFor(() => expect(walk(onlooker).at(-1)).toMatchObject({ callId: 'c1' }));
  });

  test('what was committed keeps its order with what comes after it', () => {
    const trail = aTrail();
    trail.append(said('first'));
    trail.stage(opened('c1'));
    trail.commit();
    trail.appendSoon(closed('c1'));
    trail.append(said('last'));
    expect(walk(trail).map(({ kind }) => kind)).toEqual([
      'trail.started',
      'problem',
      'call.opened',
      'call.closed',
      'problem',
    ]);
  });

  test('a clean end leaves no journal', () => {
    const file = trailPath();
    const trail = aTrail(file);
    trail.append(said('first'));
    trail.stage(opened('c1'));
    trail.commit();
    trail.close();
    expect(journalOf(file)).toBeUndefined();
    expect(walk(aTrail(file)).filter(({ callId }) => callId === 'c1')).toHaveLength(2);
  });

  test('a journal that is gone stops nothing: the chain takes the entries', () => {
    const file = trailPath();
    const trail = aTrail(file);
    trail.append(said('first'));
    for (let n = 0; n < 3; n += 1) {
      trail.stage(opened(`c${n}`));
      trail.commit();
      const journal = journalOf(file);
      if (journal !== undefined)
        expect(statSync(path.join(path.dirname(file), journal)).mode & 0o77).toBe(0);
    }
    expect(walk(trail)).toHaveLength(5);
  });
});
