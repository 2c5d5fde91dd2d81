import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client, ServerList } from './client-record.ts';
import { type ConfigEntry, readEntry } from './entry.ts';
import { members } from './json-node.ts';
import { token } from './json-token.ts';

/** Deeper nesting is refused: no config needs it, and it would exhaust the stack of whoever reads it. */
const maxDepth = 200;

const byteOrderMark = '\ufeff';

/** A config read with its client's tolerance. Offsets of all nodes count UTF-16 units of `text`. */
export interface ParsedConfig {
  /** A byte order mark, or nothing; it stands before `text` in the file. */
  readonly mark: string;
  readonly text: string;
  readonly entries: readonly ConfigEntry[];
}

/** Text and mark back to the bytes of a file. */
export const encodeConfig = (mark: string, text: string): Buffer =>
  Buffer.from(mark + text, 'utf8');

/**
 * Reads a config as its client would, and refuses what the client could not read or what two parsers could read
 * differently (a name given twice on the way to the servers or inside them). Never throws, whatever the bytes are.
 */
export function parseConfig(bytes: Uint8Array, client: Client): Result<ParsedConfig> {
  const decoded = decode(bytes);
  if (!decoded.ok) return decoded;
  const { mark, text } = decoded.value;
  if (text.trim() === '') return fail('empty', `It is empty. ${client.whenUnreadable}`);
  if (tooDeep(text)) {
    return fail(
      'too-deep',
      `It is nested more than ${maxDepth} levels deep, so it was left alone.`,
    );
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    return fail('malformed', malformed(text, error, client));
  }
  const strict = strictProblem(text, client);
  if (strict !== undefined) return fail('not-strict', strict);
  if (root.type !== 'object') {
    return fail('wrong-type', 'It does not hold a JSON object, so it has no servers to route.');
  }
  const entries: ConfigEntry[] = [];
  for (const list of client.lists) {
    const found = readList(root, list, client);
    if (!found.ok) return found;
    entries.push(...found.value);
  }
  return ok({ mark, text, entries });
}

function decode(bytes: Uint8Array): Result<{ mark: string; text: string }> {
  try {
    const all = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const mark = all.startsWith(byteOrderMark) ? byteOrderMark : '';
    return ok({ mark, text: all.slice(mark.length) });
  } catch {
    // The decoder throws for nothing but bytes that are not UTF-8.
    return fail('not-utf8', 'It is not UTF-8 text. Save it as UTF-8 and try again.');
  }
}

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

function readList(root: Node, list: ServerList, client: Client): Result<ConfigEntry[]> {
  const maps = resolve(root, list.at, []);
  if (!maps.ok) return maps;
  const entries: ConfigEntry[] = [];
  for (const { node, keyPath } of maps.value) {
    const name = keyPath.join('.');
    if (node.type !== 'object') {
      // What is only shown must not stop the rest of the file from being routed.
      if (list.seenOnly !== undefined) continue;
      return fail('wrong-type', `"${name}" is not an object, so its servers cannot be read.`);
    }
    const twice = list.seenOnly === undefined ? duplicateBelow(node, keyPath) : undefined;
    if (twice !== undefined) return twice;
    for (const member of members(node)) {
      entries.push(readEntry(member, [...keyPath, member.name], list, client));
    }
  }
  return ok(entries);
}

interface Place {
  readonly node: Node;
  readonly keyPath: readonly string[];
}

/** Every node at `at`; nothing where the path ends early. A step that is there twice is refused. */
function resolve(node: Node, at: readonly string[], keyPath: readonly string[]): Result<Place[]> {
  const [step, ...rest] = at;
  if (step === undefined) return ok([{ node, keyPath }]);
  const next = members(node).filter((member) => step === '*' || member.name === step);
  if (step !== '*' && next.length > 1) return duplicate([...keyPath, step]);
  const places: Place[] = [];
  for (const member of next) {
    const found = resolve(member.value, rest, [...keyPath, member.name]);
    if (!found.ok) return found;
    places.push(...found.value);
  }
  return ok(places);
}

function duplicateBelow(node: Node, keyPath: readonly string[]): Result<never> | undefined {
  const seen = new Set<string>();
  for (const member of members(node)) {
    const here = [...keyPath, member.name];
    if (seen.has(member.name)) return duplicate(here);
    seen.add(member.name);
    const inside = duplicateBelow(member.value, here);
    if (inside !== undefined) return inside;
  }
  if (node.type === 'array') {
    for (const [index, child] of (node.children ?? []).entries()) {
      const inside = duplicateBelow(child, [...keyPath, String(index)]);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}

const duplicate = (keyPath: readonly string[]) =>
  fail(
    'duplicate-key',
    `"${keyPath.join('.')}" is there twice, and programs disagree on which one counts. Remove one of them.`,
  );
