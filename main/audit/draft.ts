import { randomUUID } from 'node:crypto';
import type { EntryInput } from '../../shared/audit.ts';
import { canonical } from './canonical.ts';
import { asJson } from './chain.ts';

type Key = keyof EntryInput;

/**
 * The members of an entry in the order of RFC 8785, parted where a member stands that only the place in the chain
 * decides: `chain`, `id`, `previousHash`, `sequence`, `time`.
 */
const parts: readonly (readonly Key[])[] = [
  ['agent', 'approver', 'arguments', 'argumentsHash', 'bytesIn', 'bytesOut', 'callId'],
  ['connection', 'decision', 'detail', 'durationMs', 'findings'],
  ['kind', 'method', 'monitor', 'outcome', 'person'],
  ['process', 'resultHash'],
  ['server'],
  ['tool', 'traceparent', 'tracestate'],
];

/**
 * An entry written out except for its place in the chain. Its text is made once, when it is handed in: where another
 * process took the place first, only the little that differs is made again.
 */
export interface Draft {
  /** The entry's id, the same wherever the draft waits and is found again. */
  readonly id: string;
  readonly input: EntryInput;
  /** Unix milliseconds. */
  readonly time: number;
  readonly texts: readonly string[];
  /** True where it was taken back before it was written. */
  dropped: boolean;
}

/** Writes an entry out as far as it can be. Throws a RangeError where a number has no form in JSON. */
export function draftOf(input: EntryInput, time: number, id: string = randomUUID()): Draft {
  return { id, input, time, texts: parts.map((keys) => textOf(input, keys)), dropped: false };
}

function textOf(input: EntryInput, keys: readonly Key[]): string {
  let text = '';
  for (const key of keys) {
    const member = input[key];
    if (member === undefined) continue;
    const value = typeof member === 'object' ? canonical(asJson(member)) : canonical(member);
    text += `"${key}":${value},`;
  }
  return text;
}

/** Where an entry stands. */
export interface Place {
  readonly chain: string;
  readonly previousHash: string;
  readonly sequence: number;
}

/** The canonical text of a draft in its place: what is hashed and stored. */
export function sealedText({ id, texts, time }: Draft, place: Place): string {
  const [toChain, toId, toPrevious, toSequence, toTime, rest = ''] = texts;
  const end = rest === '' ? '' : `,${rest.slice(0, -1)}`;
  return `{${toChain}"chain":${JSON.stringify(place.chain)},${toId}"id":${JSON.stringify(id)},${toPrevious}"previousHash":"${place.previousHash}",${toSequence}"sequence":${place.sequence},${toTime}"time":${canonical(time)}${end}}`;
}

/** A draft as one line of JSON, without its newline: all of it but its place. */
export const journalText = ({ id, texts, time }: Draft): string =>
  `{${texts.join('')}"id":${JSON.stringify(id)},"time":${canonical(time)}}`;
