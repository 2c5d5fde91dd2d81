import { Entry } from '../../shared/audit.ts';

/** A row of the trail: the text that the hash covers, and the hash. */
export interface StoredEntry {
  readonly sequence: number;
  readonly body: string;
  readonly hash: string;
}

/** The entry in a row; undefined where the text is not one, as only a change from outside leaves it. */
export function readEntry({ body, hash }: StoredEntry): Entry | undefined {
  try {
    const parsed = Entry.safeParse({ ...JSON.parse(body), hash });
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: the same answer as for JSON of another shape.
    return undefined;
  }
}

/** What is shown in the place of an entry that cannot be read, so that it does not vanish from sight. */
export const unreadableEntry = ({ sequence, hash }: StoredEntry): Entry => ({
  kind: 'problem',
  sequence,
  id: `unreadable-${sequence}`,
  time: 0,
  chain: '',
  previousHash: '',
  hash,
  detail: 'This entry was changed after it was written and cannot be read. Verify the trail.',
});
