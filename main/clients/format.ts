import type { Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import type { Member, Node } from './config-node.ts';
import { jsonFormat } from './format-json.ts';
import { tomlFormat } from './format-toml.ts';
import { yamlFormat } from './format-yaml.ts';
import type { Plain } from './plain.ts';
import type { TextEdit } from './text-edit.ts';

/** A value with, where it comes from another copy of the same file, how it was written there. */
export interface Written {
  readonly plain: Plain;
  readonly source?: Spelling;
}

/** How a value was written, and at which column its key stood. */
export interface Spelling {
  readonly text: string;
  readonly column: number;
}

/** A member to write. */
export interface Added {
  readonly name: string;
  readonly value: Written;
}

/**
 * Reading and editing one format. Every edit is a replacement of the smallest stretch of text; nothing is ever
 * written out from a tree. Whoever applies edits reads the result back and compares (see verify.ts), so that an edit
 * that came out wrong is never written.
 */
export interface ConfigFormat {
  /** The syntax tree of a text as the client would read it; its problem is a sentence for the person. */
  read(text: string, client: Client): Result<Node>;
  /** A value on one line. */
  literal(value: Plain): string;
  /** A list of literals, as a member's value. */
  listOf(literals: readonly string[]): string;
  /** A text value as a word of a list: with its own spelling where the format takes it there. */
  spell(text: string, node: Node): string;
  /** How a member's value is written, for `Written.source`. */
  spelling(text: string, member: Member): Spelling;
  /** Puts another value in the place of a member's. */
  replace(text: string, member: Member, value: Written): TextEdit[];
  /** Adds members to an object, beside `anchor` where one is given. */
  add(text: string, object: Node, anchor: Member | undefined, added: readonly Added[]): TextEdit[];
  /** Puts members in the place of another one of an object. */
  swap(text: string, object: Node, member: Member, added: readonly Added[]): TextEdit[];
  /** Takes members out of an object. */
  remove(text: string, object: Node, unwanted: (name: string) => boolean): TextEdit[];
  /** Takes names out of the map `member` of `holder`, and the map itself where nothing of the person's is left in it. */
  takeOut(text: string, holder: Node, member: Member, names: ReadonlySet<string>): TextEdit[];
  /**
   * Puts words (as literals) in front of a list's items. `kept` absent: the items go. Else they stay, those of these
   * indexes with another literal.
   */
  words(
    text: string,
    member: Member,
    ours: readonly string[],
    kept: ReadonlyMap<number, string> | undefined,
  ): TextEdit[];
}

/** The format a client's file is in. */
export function formatOf({ format }: Pick<Client, 'format'>): ConfigFormat {
  switch (format) {
    case 'json':
    case 'jsonc':
      return jsonFormat;
    case 'toml':
      return tomlFormat;
    case 'yaml':
      return yamlFormat;
    default:
      return format satisfies never;
  }
}
