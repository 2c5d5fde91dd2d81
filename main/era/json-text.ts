import { scanObject, skipSpace, skipValue } from '../../shared/json-members.ts';

/** One member of an object: where its key begins, and where its value stands. */
export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

/** A piece of a text to be put in another's place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const openBrace = 0x7b;
const comma = 0x2c;

/** The members of the object whose brace stands at `at`, in order and with repetitions; of anything else none. */
export function membersOf(text: string, at: number): Member[] {
  const members: Member[] = [];
  if (text.charCodeAt(at) !== openBrace) return members;
  let from = at + 1;
  scanObject(text, at, (key, start) => {
    let keyStart = skipSpace(text, from);
    if (text.charCodeAt(keyStart) === comma) keyStart = skipSpace(text, keyStart + 1);
    const end = skipValue(text, start, 0);
    members.push({ key, keyStart, start, end });
    from = end;
    return end;
  });
  return members;
}

/** The member with this key, of a repeated one the last, as JSON.parse takes it. */
export const memberNamed = (members: readonly Member[], key: string): Member | undefined =>
  members.findLast((member) => member.key === key);

/** True where a key stands there twice: two readers could take two different values from it. */
export const repeats = (members: readonly Member[], key: string): boolean =>
  members.filter((member) => member.key === key).length > 1;

/** A value's own text. */
export const textOf = (text: string, { start, end }: { start: number; end: number }): string =>
  text.slice(start, end);

/** The text with the edits made. They may come in any order but must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let from = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}

/**
 * The edits that take some members out of the object whose brace stands at `at` and put others in at its end; every
 * other byte of it stays. `add` holds keys and JSON texts.
 */
export function memberEdits(
  at: number,
  members: readonly Member[],
  removed: (member: Member) => boolean,
  add: readonly (readonly [key: string, json: string])[] = [],
): Edit[] {
  const edits: Edit[] = [];
  const lastKept = members.findLastIndex((member) => !removed(member));
  members.forEach((member, index) => {
    const next = members[index + 1];
    if (index < lastKept && removed(member) && next !== undefined)
      edits.push({ start: member.keyStart, end: next.keyStart, text: '' });
  });
  const kept = members[lastKept];
  const first = members[0];
  const last = members.at(-1);
  const from = kept?.end ?? first?.keyStart ?? at + 1;
  const to = last !== undefined && lastKept < members.length - 1 ? last.end : from;
  const added = add.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
  const text = kept !== undefined && added !== '' ? `,${added}` : added;
  if (to > from || text !== '') edits.push({ start: from, end: to, text });
  return edits;
}
