import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { endOf, type Member, members, type Node, type Span, textOf } from './config-node.ts';
import type { Added, ConfigFormat, Written } from './format.ts';
import { columnOf, lineBreakOf, lineEnd, lineRemovals, lineStart } from './lines.ts';
import { isWords, type Plain } from './plain.ts';
import { hashCommaAfter, removeNodes, replaceNode, type TextEdit } from './text-edit.ts';
import { isSameAs, tomlTree, tomlValue } from './toml-tree.ts';

/** TOML 1.0 and 1.1: tables with headers, inline tables and dotted keys, edited by the ranges of toml-tree.ts. */
export const tomlFormat: ConfigFormat = {
  read,
  literal,
  listOf: (literals) => `[${literals.join(', ')}]`,
  spell: (_, node) => quoted(String(node.value)),
  spelling: (text, { key, value }) => ({
    text: value.style === 'tables' || value.style === 'dotted' ? '' : textOf(text, value),
    column: columnOf(text, key.offset),
  }),
  replace: (_, { value }, written) => [replaceNode(value, spelled(written))],
  add,
  swap: (text, object, member, added) => {
    const { node } = member;
    const own = pairsFor(text, object, member, added);
    const gap = lineBreakOf(text) + text.slice(lineStart(text, node.offset), node.offset);
    return [replaceNode(node, own.join((object.style ?? 'flow') === 'flow' ? ', ' : gap))];
  },
  remove,
  takeOut,
  words: (_, { value }, ours, kept) => [
    replaceNode(value, `[${[...ours, ...keptWords(value, kept)].join(', ')}]`),
  ],
};

const spelled = ({ plain, source }: Written) =>
  source === undefined || source.text === '' ? literal(plain) : source.text;

function literal(value: Plain): string {
  if (typeof value === 'string') return quoted(value);
  if (isWords(value)) return `[${value.map(quoted).join(', ')}]`;
  const pairs = Object.entries(value).map(([name, item]) => `${keyText(name)} = ${literal(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** A basic string. JSON's is one, but for DEL, which TOML wants escaped. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('\x7f', '\\u007f');

const keyText = (name: string) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name));

/** The literals of the items that stay in a list. */
export const keptWords = (
  list: Node,
  kept: ReadonlyMap<number, string> | undefined,
): readonly string[] =>
  kept === undefined
    ? []
    : (list.children ?? []).map((item, index) => kept.get(index) ?? quoted(String(item.value)));

/** Pairs as they stand in an object: with the names before the last dot where it is written by dotted keys. */
function pairsFor(
  text: string,
  object: Node,
  beside: Member | undefined,
  added: readonly Added[],
): string[] {
  const prefix =
    object.style === 'dotted' && beside !== undefined
      ? text.slice(beside.node.offset, beside.key.offset)
      : '';
  return added.map(({ name, value }) => `${prefix}${keyText(name)} = ${spelled(value)}`);
}

function add(
  text: string,
  object: Node,
  anchor: Member | undefined,
  added: readonly Added[],
): TextEdit[] {
  const beside = anchor ?? members(object).findLast(({ value }) => value.style !== 'tables');
  const pairs = pairsFor(text, object, beside, added);
  if ((object.style ?? 'flow') === 'flow') {
    const at = beside === undefined ? object.offset + 1 : endOf(beside.value);
    const own = pairs.join(', ');
    return [{ start: at, end: at, text: beside === undefined ? ` ${own} ` : `, ${own}` }];
  }
  const eol = lineBreakOf(text);
  if (beside !== undefined && beside.value.style !== 'dotted') {
    // In front, so that a comment behind the other pair stays with it.
    const at = beside.node.offset;
    const indent = text.slice(lineStart(text, at), at);
    return [{ start: at, end: at, text: pairs.map((pair) => pair + eol + indent).join('') }];
  }
  const at = object.headerEnd === undefined ? undefined : lineEnd(text, object.headerEnd);
  if (at === undefined) throw new Error('A table without a header has no place for more.');
  return [{ start: at, end: at, text: pairs.map((pair) => eol + pair).join('') }];
}

function remove(text: string, object: Node, unwanted: (name: string) => boolean): TextEdit[] {
  const gone = members(object).filter(({ name }) => unwanted(name));
  if ((object.style ?? 'flow') === 'flow') {
    const nodes = new Set(gone.map(({ node }) => node));
    return removeNodes(text, object.children ?? [], (node) => nodes.has(node), hashCommaAfter);
  }
  return lineRemovals(text, gone.flatMap(pairsOf));
}

/**
 * The pairs a member consists of. A table's header is none of them and stays: an empty table says the same as none,
 * and everything keeps its place.
 */
const pairsOf = ({ node, value }: Member): Span[] =>
  value.style === 'tables' || value.style === 'dotted'
    ? members(value).flatMap(pairsOf)
    : [{ start: node.offset, end: endOf(node) }];

function takeOut(
  text: string,
  holder: Node,
  { name, value }: Member,
  names: ReadonlySet<string>,
): TextEdit[] {
  const comment = /#/.test(value.style === 'flow' ? withoutTexts(value, text) : '');
  const stays = members(value).some((member) => !names.has(member.name)) || comment;
  return stays || value.style !== 'flow'
    ? remove(text, value, (inner) => names.has(inner))
    : remove(text, holder, (outer) => outer === name);
}

/** The text of an inline table between its values. */
function withoutTexts(node: Node, text: string): string {
  let out = '';
  let at = node.offset;
  for (const child of node.children ?? []) {
    out += text.slice(at, child.offset);
    at = endOf(child);
  }
  return out + text.slice(at, endOf(node));
}

function read(text: string, client: Client): Result<Node> {
  const value = tomlValue(text);
  if (!('value' in value)) {
    return fail(
      'malformed',
      `It is not valid TOML (line ${value.line}: ${value.why}). ${client.whenUnreadable}`,
    );
  }
  const tree = tomlTree(text);
  if (tree === undefined || !isSameAs(tree, value.value)) {
    return fail(
      'unfamiliar',
      'It is written in a way that Airlock does not follow, so it was left alone.',
    );
  }
  return ok(tree);
}
