/** A JSON value with every member kept, also the second of two with one key. */
type Tree =
  | { readonly members: readonly (readonly [string, Tree])[] }
  | readonly Tree[]
  | string
  | number
  | boolean
  | null;

/** A plain JSON reader, independent of the relay's scanner; undefined for what is not JSON. */
function readTree(text: string): Tree | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  // Known to be JSON from here on, so tokens are enough.
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? '';
  function value(): Tree {
    const token = next();
    if (token === '{') {
      const members: [string, Tree][] = [];
      while (tokens[at] !== '}') {
        const key = String(JSON.parse(next()));
        next();
        members.push([key, value()]);
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return { members };
    }
    if (token === '[') {
      const list: Tree[] = [];
      while (tokens[at] !== ']') {
        list.push(value());
        if (tokens[at] === ',') at += 1;
      }
      at += 1;
      return list;
    }
    return JSON.parse(token);
  }
  return value();
}

/** How a reader picks a member: which of two, and whether it minds their case. */
interface Habit {
  readonly first: boolean;
  readonly fold: boolean;
}

const habits: readonly Habit[] = [
  { first: false, fold: false },
  { first: true, fold: false },
  { first: false, fold: true },
  { first: true, fold: true },
];

function member(tree: Tree | undefined, key: string, { first, fold }: Habit): Tree | undefined {
  if (typeof tree !== 'object' || tree === null || !('members' in tree)) return undefined;
  const fits = ([name]: readonly [string, Tree]) =>
    name === key || (fold && name.toLowerCase() === key.toLowerCase());
  const found = first ? tree.members.find(fits) : tree.members.findLast(fits);
  return found?.[1];
}

const target: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'resources/read': 'uri',
  'prompts/get': 'name',
};

function isEvil(message: Tree, habit: Habit): boolean {
  const method = member(message, 'method', habit);
  const key = typeof method === 'string' ? target[method.trim().toLowerCase()] : undefined;
  return key !== undefined && member(member(message, 'params', habit), key, habit) === 'evil';
}

/**
 * True where a reader with any of the habits seen in the field (the last or the first of two keys, their case minded
 * or not, lines ended by a bare carriage return) would take a line for a call that policy denies.
 */
export const carriesEvil = (line: string): boolean => someReaderSees(line, isEvil);

/** The same of a request for sampling, by itself or in a result that asks for input (2026-07-28). */
export const carriesSampling = (line: string): boolean =>
  someReaderSees(line, (message, habit) => {
    if (isSampling(message, habit)) return true;
    const result = member(message, 'result', habit);
    if (member(result, 'resultType', habit) !== 'input_required') return false;
    const asked = member(result, 'inputRequests', habit);
    if (typeof asked !== 'object' || asked === null || !('members' in asked)) return false;
    return asked.members.some(([, one]) => isSampling(one, habit));
  });

function isSampling(message: Tree, habit: Habit): boolean {
  const method = member(message, 'method', habit);
  return typeof method === 'string' && method.trim().toLowerCase() === 'sampling/createmessage';
}

function someReaderSees(line: string, sees: (message: Tree, habit: Habit) => boolean): boolean {
  return [line, ...line.split(/\r\n|\r|\n/)].some((part) => {
    const tree = readTree(part);
    if (tree === undefined) return false;
    const messages: readonly Tree[] = Array.isArray(tree) ? tree : [tree];
    return messages.some((message) => habits.some((habit) => sees(message, habit)));
  });
}
