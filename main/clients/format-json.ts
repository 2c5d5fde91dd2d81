import {
  createScanner,
  type Node as JsonNode,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { type Member, members, type Node, textOf } from './config-node.ts';
import type { Added, ConfigFormat, Written } from './format.ts';
import { token } from './json-token.ts';
import { columnOf } from './lines.ts';
import { isWords, type Plain } from './plain.ts';
import {
  appendMembers,
  hasComment,
  insertAfter,
  removeMembers,
  removeNodes,
  replaceNode,
  separatorBefore,
  type TextEdit,
} from './text-edit.ts';

/** Deeper nesting is refused: no config needs it, and it would exhaust the stack of whoever reads it. */
export const maxDepth = 200;

/** JSON and JSON with comments, with each client's own tolerance; edited by ranges of jsonc-parser's tree. */
export const jsonFormat: ConfigFormat = {
  read,
  literal,
  listOf: (literals) => `[${literals.join(', ')}]`,
  spell: (text, node) => textOf(text, node),
  spelling: (text, { key, value }) => ({
    text: textOf(text, value),
    column: columnOf(text, key.offset),
  }),
  replace: (_, { value }, written) => [
    replaceNode(value, written.source?.text ?? spelled(written)),
  ],
  add: (text, object, anchor, added) => [
    anchor === undefined
      ? appendMembers(text, object, added.map(keyed))
      : insertAfter(text, anchor, added.map(keyed)),
  ],
  swap: (_, __, { node }, added) => [
    replaceNode(
      node,
      added
        .map(keyed)
        .map(({ key, value }) => `${key}: ${value}`)
        .join(', '),
    ),
  ],
  remove: removeMembers,
  takeOut,
  words,
};

const keyed = ({ name, value }: Added) => ({
  key: JSON.stringify(name),
  value: value.source?.text ?? spelled(value),
});

const spelled = ({ plain }: Written) => literal(plain);

function literal(value: Plain): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isWords(value)) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  const pairs = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}: ${literal(item)}`,
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** Comments are the person's own: a map that holds some stays for them. */
function takeOut(
  text: string,
  holder: Node,
  { name, value }: Member,
  names: ReadonlySet<string>,
): TextEdit[] {
  const stays =
    members(value).some((member) => !names.has(member.name)) || hasComment(textOf(text, value));
  return stays
    ? removeMembers(text, value, (inner) => names.has(inner))
    : removeMembers(text, holder, (outer) => outer === name);
}

function words(
  text: string,
  { value: list }: Member,
  words: readonly string[],
  kept: ReadonlyMap<number, string> | undefined,
): TextEdit[] {
  const items = list.children ?? [];
  const [first] = items;
  if (first === undefined) {
    return [{ start: list.offset + 1, end: list.offset + 1, text: words.join(', ') }];
  }
  const separator = separatorBefore(text, first.offset) || ' ';
  const ours = words.join(`,${separator}`);
  if (kept === undefined) {
    return [replaceNode(first, ours), ...removeNodes(text, items, (node) => node !== first)];
  }
  return [
    { start: first.offset, end: first.offset, text: `${ours},${separator}` },
    ...items.flatMap((item, index) => {
      const other = kept.get(index);
      return other === undefined ? [] : [replaceNode(item, other)];
    }),
  ];
}

function read(text: string, client: Client): Result<Node> {
  if (tooDeep(text)) return depthProblem();
  const errors: ParseError[] = [];
  const root: JsonNode | undefined = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    return fail('malformed', malformed(text, error, client));
  }
  const strict = strictProblem(text, client);
  return strict === undefined ? ok(root) : fail('not-strict', strict);
}

/** The answer for a file that is nested too deep. */
export const depthProblem = () =>
  fail('too-deep', `It is nested more than ${maxDepth} levels deep, so it was left alone.`);

/** Counted by tokens, before any recursive reader sees the text. */
function tooDeep(text: string): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let kind = scanner.scan(); kind !== token.end; kind = scanner.scan()) {
    if (kind === token.openBrace || kind === token.openBracket) depth += 1;
    if (kind === token.closeBrace || kind === token.closeBracket) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

function malformed(text: string, error: ParseError | undefined, client: Client): string {
  const line = text.slice(0, error?.offset ?? 0).split(/\r\n|\n|\r/).length;
  const what = error === undefined ? 'unreadable' : printParseErrorCode(error.error);
  return `It is not valid JSON (line ${line}: ${what}). ${client.whenUnreadable}`;
}

/** Why a file that reads as JSONC is still none that its client surely reads; undefined when it is fine. */
function strictProblem(text: string, client: Client): string | undefined {
  if (isStrict(text)) return undefined;
  const { comments, trailingCommas } = client.tolerance;
  const checks = [
    {
      what: 'comments',
      tolerance: comments,
      options: { allowTrailingComma: true, disallowComments: true },
    },
    { what: 'a trailing comma', tolerance: trailingCommas, options: { allowTrailingComma: false } },
  ];
  for (const { what, tolerance, options } of checks) {
    if (tolerance === 'yes') continue;
    const errors: ParseError[] = [];
    parseTree(text, errors, options);
    if (errors.length === 0) continue;
    return tolerance === 'unverified'
      ? `It holds ${what}. Whether ${client.name} reads those is not certain, so the file was left alone.`
      : `It holds ${what}, which ${client.name} cannot read. ${client.whenUnreadable}`;
  }
  if (comments === 'yes' || trailingCommas === 'yes' || isStrict(text)) return undefined;
  return `It is not strict JSON. ${client.whenUnreadable}`;
}

function isStrict(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // A parse error is the answer, not a failure.
    return false;
  }
}
