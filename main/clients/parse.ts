import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client, ServerList } from './client-record.ts';
import { endOf, memberOf, members, type Node, nodeAt } from './config-node.ts';
import { type ConfigEntry, type EntryPlace, readEntry } from './entry.ts';
import { formatOf } from './format.ts';
import { colonEnd, entryEnd } from './yaml-tree.ts';

const byteOrderMark = '\ufeff';

/** A config read with its client's tolerance. Offsets of all nodes count UTF-16 units of `text`. */
export interface ParsedConfig {
  /** A byte order mark, or nothing; it stands before `text` in the file. */
  readonly mark: string;
  readonly text: string;
  readonly root: Node;
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
  const read = formatOf(client).read(text, client);
  if (!read.ok) return read;
  const root = read.value;
  if (root.type !== 'object') return fail('wrong-type', wrongRoot(client));
  const entries: ConfigEntry[] = [];
  for (const list of client.lists) {
    const found = readList(root, list, client, text);
    if (!found.ok) return found;
    entries.push(...found.value);
  }
  const off = new Set(client.disabledIn.flatMap((path) => textsAt(root, path)));
  return ok({
    mark,
    text,
    root,
    entries: entries.map((entry) => (off.has(entry.name) ? { ...entry, disabled: true } : entry)),
  });
}

const wrongRoot = ({ format }: Client) =>
  format === 'json' || format === 'jsonc'
    ? 'It does not hold a JSON object, so it has no servers to route.'
    : 'It does not hold names with values, so it has no servers to route.';

const textsAt = (root: Node, path: readonly string[]): string[] =>
  (nodeAt(root, path)?.children ?? []).flatMap(({ value }) =>
    typeof value === 'string' ? [value] : [],
  );

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

function readList(
  root: Node,
  list: ServerList,
  client: Client,
  text: string,
): Result<ConfigEntry[]> {
  const found = resolve(root, list.at, []);
  if (!found.ok) return found;
  const entries: ConfigEntry[] = [];
  for (const { node, keyPath, linked } of found.value) {
    // What is only shown, or for one folder, must not stop the rest of the file from being routed.
    const minor = list.seenOnly !== undefined || list.perFolder === true;
    if (node.type === 'null' && client.format === 'yaml') continue;
    if (node.type !== (list.nameIn === undefined ? 'object' : 'array')) {
      const readOtherwise = client.lists.some((other) => other !== list && sameAt(other, list));
      if (minor || readOtherwise) continue;
      return fail('wrong-type', wrongList(keyPath.join('.'), list));
    }
    const twice = duplicateBelow(node, keyPath);
    if (twice !== undefined && !minor) return twice;
    const obstacle =
      twice?.problem.message ??
      (linked ? linkedSentence[client.format === 'toml' ? 'toml' : 'yaml'] : undefined);
    for (const place of placesIn(node, keyPath, list)) {
      const whole = { ...place, node: stretched(place, text, client) };
      entries.push(
        readEntry({ ...whole, ...(obstacle === undefined ? {} : { obstacle }) }, client),
      );
    }
  }
  return ok(entries);
}

const sameAt = (a: ServerList, b: ServerList) => a.at.join('\0') === b.at.join('\0');

const wrongList = (name: string, { nameIn }: ServerList) =>
  `"${name}" is not ${nameIn === undefined ? 'an object' : 'a list'}, so its servers cannot be read.`;

const linkedSentence = {
  toml: 'It stands inside braces below a dotted key, which Airlock reads but does not change. Write it as a table of its own.',
  yaml: 'It lies below a YAML anchor, alias or tag, so a change here could change other places. Write it out in full.',
};

/** An entry's place, and its key where it has one. */
type Listed = EntryPlace & { readonly key?: Node };

function placesIn(node: Node, keyPath: readonly string[], list: ServerList): Listed[] {
  const { nameIn } = list;
  if (nameIn === undefined) {
    return members(node).map(({ name, key, value }) => ({
      key,
      name,
      keyPath: [...keyPath, name],
      node: value,
      list,
    }));
  }
  return (node.children ?? []).map((item, index) => {
    const name = memberOf(item, nameIn)?.value.value;
    return {
      name: typeof name === 'string' && name !== '' ? name : `#${index + 1}`,
      keyPath: [...keyPath, String(index)],
      node: item,
      list,
    };
  });
}

/** A YAML entry that is written line by line, with the comments around it. */
function stretched({ node, key }: Listed, text: string, { format }: Client): Node {
  if (format !== 'yaml' || node.style !== 'lines') return node;
  const start = key === undefined ? afterDash(text, node.offset) : colonEnd(text, endOf(key));
  return { ...node, segments: [{ start, end: entryEnd(text, node) }] };
}

/** Behind the dash of a list's item. */
function afterDash(text: string, at: number): number {
  const blanks = /\s*$/.exec(text.slice(0, at))?.[0].length ?? 0;
  return text[at - blanks - 1] === '-' ? at - blanks : at;
}

interface Place {
  readonly node: Node;
  readonly keyPath: readonly string[];
  readonly linked: boolean;
}

/** Every node at `at`; nothing where the path ends early. A step that is there twice is refused. */
function resolve(
  node: Node,
  at: readonly string[],
  keyPath: readonly string[],
  linked = false,
): Result<Place[]> {
  const [step, ...rest] = at;
  const tied = linked || node.linked === true;
  if (step === undefined) return ok([{ node, keyPath, linked: tied }]);
  const next = members(node).filter((member) => step === '*' || member.name === step);
  if (step !== '*' && next.length > 1) return duplicate([...keyPath, step]);
  const places: Place[] = [];
  for (const member of next) {
    const found = resolve(member.value, rest, [...keyPath, member.name], tied);
    if (!found.ok) return found;
    places.push(...found.value);
  }
  return ok(places);
}

type Duplicate = ReturnType<typeof duplicate>;

function duplicateBelow(node: Node, keyPath: readonly string[]): Duplicate | undefined {
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
