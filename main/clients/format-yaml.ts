import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { endOf, type Member, members, type Node, type Span } from './config-node.ts';
import type { Added, ConfigFormat, Written } from './format.ts';
import { columnOf, lineBreakOf, lineRemovals } from './lines.ts';
import { isWords, type Plain } from './plain.ts';
import { hashCommaAfter, removeNodes, type TextEdit } from './text-edit.ts';
import { colonEnd, yamlTree } from './yaml-tree.ts';

/** YAML 1.2, edited by the ranges of yaml-tree.ts. New values are written in flow style, on one line. */
export const yamlFormat: ConfigFormat = {
  read,
  literal,
  listOf: (literals) => ` [${literals.join(', ')}]`,
  spell: (_, node) => quoted(String(node.value)),
  spelling: (text, { key, value }) => ({
    text: text.slice(colonEnd(text, endOf(key)), endOf(value)),
    column: columnOf(text, key.offset),
  }),
  replace: (text, member, written) => [place(text, member, spelled(written, column(text, member)))],
  add,
  swap: (text, object, member, added) => {
    const { node } = member;
    const lines = object.style === 'lines';
    const indent = columnOf(text, node.offset);
    const at = lines ? indent : inBrackets;
    const own = added.map(({ name, value }) => `${keyText(name)}:${spelled(value, at)}`);
    const gap = lines ? lineBreakOf(text) + ' '.repeat(indent) : ', ';
    return [{ start: node.offset, end: endOf(node), text: own.join(gap) }];
  },
  remove,
  takeOut,
  words: (text, member, ours, kept) => {
    const stays =
      kept === undefined
        ? []
        : (member.value.children ?? []).map(
            (item, index) => kept.get(index) ?? quoted(String(item.value)),
          );
    return [place(text, member, ` [${[...ours, ...stays].join(', ')}]`)];
  },
};

const column = (text: string, { key }: Member) => columnOf(text, key.offset);

/** A column that no key stands at: for values inside brackets. */
const inBrackets = -1;

/**
 * With the blank between colon and value. A block keeps its own text only where its indentation still fits, and what
 * stood without quotes in a block might mean something else inside brackets.
 */
function spelled({ plain, source }: Written, at: number): string {
  if (source === undefined) return ` ${literal(plain)}`;
  const fits = source.column === at || (at !== inBrackets && !/[\n\r]/.test(source.text.trimEnd()));
  return fits ? source.text : ` ${literal(plain)}`;
}

/** Replaces everything behind a key's colon, comments between the two included. */
const place = (text: string, { key, value }: Member, put: string): TextEdit => ({
  start: colonEnd(text, endOf(key)),
  end: endOf(value),
  text: put,
});

function literal(value: Plain): string {
  if (typeof value === 'string') return quoted(value);
  if (isWords(value)) return `[${value.map(quoted).join(', ')}]`;
  const pairs = Object.entries(value).map(([name, item]) => `${keyText(name)}: ${literal(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** A double-quoted text; JSON's escapes are YAML's too. What YAML calls not printable is escaped as well. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const keyText = (name: string) =>
  /^[A-Za-z_][\w-]*$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : quoted(name);

function add(
  text: string,
  object: Node,
  anchor: Member | undefined,
  added: readonly Added[],
): TextEdit[] {
  const beside = anchor ?? members(object).at(-1);
  if (object.style !== 'lines') {
    const own = added.map(({ name, value }) => `${keyText(name)}:${spelled(value, inBrackets)}`);
    const at = beside === undefined ? object.offset + 1 : endOf(beside.node);
    const list = own.join(', ');
    return [{ start: at, end: at, text: beside === undefined ? ` ${list} ` : `, ${list}` }];
  }
  if (beside === undefined) throw new Error('A block without a member does not exist.');
  // In front, so that a comment behind the other member stays with it.
  const at = beside.key.offset;
  const indent = column(text, beside);
  const gap = lineBreakOf(text) + ' '.repeat(indent);
  const lines = added.map(({ name, value }) => `${keyText(name)}:${spelled(value, indent)}${gap}`);
  return [{ start: at, end: at, text: lines.join('') }];
}

function remove(text: string, object: Node, unwanted: (name: string) => boolean): TextEdit[] {
  const gone = members(object).filter(({ name }) => unwanted(name));
  if (object.style !== 'lines') {
    const nodes = new Set(gone.map(({ node }) => node));
    return removeNodes(text, object.children ?? [], (node) => nodes.has(node), hashCommaAfter);
  }
  const edits: TextEdit[] = [];
  const lines: Span[] = [];
  for (const { node } of gone) {
    // Behind the dash of a list the next member moves up, since the dash has to stay.
    const behindDash = /[^\s]/.test(lineBefore(text, node.offset));
    const next = object.children?.find(({ offset }) => offset > node.offset);
    if (behindDash && next !== undefined) {
      edits.push({ start: node.offset, end: next.offset, text: '' });
    } else {
      lines.push({ start: node.offset, end: endOf(node) });
    }
  }
  return [...edits, ...lineRemovals(text, lines)];
}

const lineBefore = (text: string, at: number) => text.slice(at - columnOf(text, at), at);

function takeOut(
  text: string,
  holder: Node,
  member: Member,
  names: ReadonlySet<string>,
): TextEdit[] {
  const { key, value, name } = member;
  const stays = members(value).some((inner) => !names.has(inner.name));
  if (stays) return remove(text, value, (inner) => names.has(inner));
  if (!holdsComment(text, colonEnd(text, endOf(key)), value)) {
    return remove(text, holder, (outer) => outer === name);
  }
  if (value.style !== 'lines') return remove(text, value, () => true);
  const at = colonEnd(text, endOf(key));
  return [{ start: at, end: at, text: ' {}' }, ...remove(text, value, () => true)];
}

/** True where a comment stands between the members of a map of texts. */
function holdsComment(text: string, from: number, value: Node): boolean {
  let between = '';
  let at = from;
  for (const child of value.children ?? []) {
    between += text.slice(at, child.offset);
    at = endOf(child);
  }
  return (between + text.slice(at, endOf(value))).includes('#');
}

/** Reading YAML takes about two seconds a megabyte, for which everything else would stand still. */
const maxLength = 1_000_000;

function read(text: string, client: Client): Result<Node> {
  if (text.length > maxLength) {
    return fail(
      'too-large',
      'It is larger than 1 MB, which takes too long to read as YAML, so it was left alone. Check what has filled it.',
    );
  }
  const found = yamlTree(text);
  if ('root' in found) return ok(found.root);
  return fail(
    'malformed',
    `It is not valid YAML (line ${found.line}: ${found.why}). ${client.whenUnreadable}`,
  );
}
