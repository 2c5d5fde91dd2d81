import type { Connection } from '../../shared/client.ts';
import type { Client } from './client-record.ts';
import { type Member, members } from './config-node.ts';
import type { ConfigEntry } from './entry.ts';
import type { Added, ConfigFormat, Spelling, Written } from './format.ts';
import { lineBreakOf } from './lines.ts';
import type { Plain } from './plain.ts';

/** An entry as it was before it was taken over. */
export interface Original {
  readonly connection: Connection;
  /** The text of the original file, its client, and the entry in it. */
  readonly text: string;
  readonly client: Client;
  readonly entry: ConfigEntry;
  /** Hex SHA-256 of the entry's value as it was written. */
  readonly newHash: string;
  /** False where our entry was copied into another file, which may be read with another tolerance. */
  readonly sameFile: boolean;
}

/** An entry of a file that leads to a connection of ours, and what it was. */
export interface Return {
  readonly present: ConfigEntry;
  readonly original: Original;
}

/** What putting one entry back works with. */
export interface Work extends Return {
  readonly text: string;
  readonly format: ConfigFormat;
}

/** The members of a map that we took and that are not there now. */
export function missingFrom(
  work: Work,
  now: Member | undefined,
  was: Member | undefined,
  taken: readonly string[],
): Added[] {
  const wanted = new Set(taken);
  const there = new Set(now === undefined ? [] : members(now.value).map(({ name }) => name));
  return (was === undefined ? [] : members(was.value))
    .filter(({ name }) => wanted.has(name) && !there.has(name))
    .map((member) => ({
      name: member.name,
      value: written(work, String(member.value.value), member),
    }));
}

export const plainMap = (added: readonly Added[]): Plain =>
  Object.fromEntries(added.map(({ name, value }) => [name, value.plain]));

/** A value with its original spelling, in the line breaks of the file it goes into; in another file, without it. */
export function written(work: Work, plain: Plain, was: Member | undefined): Written {
  const { original, text } = work;
  if (!original.sameFile || was === undefined) return { plain };
  const { text: own, column }: Spelling = work.format.spelling(original.text, was);
  const source = { text: own.replace(/\r\n|\n|\r/g, lineBreakOf(text)), column };
  return { plain, source };
}
