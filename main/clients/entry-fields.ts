import type { EntryShape } from './client-record.ts';
import { type Member, memberOf, type Node, nodeAt } from './config-node.ts';

/** Where the fields of one entry stand; a field the entry does not have is absent. */
export interface EntryFields {
  /** The names that hold in this entry: of the shape, or of the one nested in it. */
  readonly shape: EntryShape;
  /** The object that holds the fields: the entry, or what is nested in it. */
  readonly body: Node;
  readonly command?: Member;
  /** Absent where command and arguments are one list. */
  readonly args?: Member;
  readonly env?: Member;
  readonly envNames?: Member;
  readonly cwd?: Member;
  readonly url?: Member;
  readonly headers?: Member;
  readonly type?: Member;
}

/** Finds the fields of an entry by its client's shape. */
export function locateFields(entry: Node, shape: EntryShape): EntryFields {
  const inner = shape.nested && memberOf(entry, shape.nested.member)?.value;
  if (shape.nested !== undefined && inner?.type === 'object') {
    return locateFields(inner, shape.nested.shape);
  }
  const find = (name: string | undefined) =>
    name === undefined ? undefined : memberOf(entry, name);
  const headersIn = nodeAt(entry, shape.headers?.slice(0, -1) ?? []);
  const found = {
    command: find(shape.command),
    args: find(shape.args),
    env: find(shape.env),
    envNames: find(shape.envNames),
    cwd: find(shape.cwd),
    url: shape.url.map(find).find((member) => member !== undefined),
    headers:
      shape.headers === undefined || headersIn === undefined
        ? undefined
        : memberOf(headersIn, shape.headers.at(-1) ?? ''),
    type: find(shape.type?.member),
  };
  return { shape, body: entry, ...present(found) };
}

/** True where command and arguments are one list in this entry. */
export const isArgv = ({ shape, command }: EntryFields): boolean =>
  shape.commandForm === 'argv' ||
  (shape.commandForm === 'either' && command?.value.type === 'array');

/** The command's node: the command itself, or the first word of the list. */
export const commandNode = (fields: EntryFields): Node | undefined =>
  isArgv(fields) ? fields.command?.value.children?.[0] : fields.command?.value;

/** The nodes of the arguments. */
export const argumentNodes = (fields: EntryFields): readonly Node[] =>
  isArgv(fields)
    ? (fields.command?.value.children?.slice(1) ?? [])
    : (fields.args?.value.children ?? []);

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const present = <T extends object>(all: T): Present<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Present<T>;
