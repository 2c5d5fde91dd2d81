import type { Client } from './client-record.ts';
import { memberOf, members, type Node, nodeAt } from './config-node.ts';
import { isArgv } from './entry-fields.ts';
import { type Added, type ConfigFormat, formatOf } from './format.ts';
import type { Plain } from './plain.ts';
import type { TakenOver } from './take-over.ts';
import type { TextEdit } from './text-edit.ts';

/** What stands in the file for a secret argument of an argv that has to stay there for its placeholders. */
const secretMarker = (place: string): string => `airlock:secret:${place}`;

/** A rewrite of one entry: its edits, and the places of the file they may change. */
export interface EntryEdits {
  readonly edits: readonly TextEdit[];
  /** Below the entry, as paths of member names. */
  readonly touched: readonly (readonly string[])[];
}

/** The edits that make an entry lead to us. Only the fields that must change do. */
export function entryEdits(
  text: string,
  taken: TakenOver,
  client: Client,
  bridge: string,
): EntryEdits {
  const format = formatOf(client);
  const { remote } = taken.connection;
  const edits =
    remote === undefined
      ? stdioEdits(text, taken, format, bridge)
      : remote.via === 'bridge'
        ? bridgedEdits(text, taken, format, bridge)
        : remoteEdits(text, taken, format);
  return { edits, touched: touchedBy(taken) };
}

function touchedBy({ entry, connection }: TakenOver): string[][] {
  const { shape, body } = entry.fields;
  const inside = body === entry.node || shape === undefined ? [] : pathTo(entry.node, body);
  const { remote, secretEnv } = connection;
  const at = (...names: string[]) => [...inside, ...names];
  if (remote === undefined) {
    return [at(shape.command), at(shape.args), ...secretEnv.map((name) => at(shape.env, name))];
  }
  const headers = shape.headers ?? [];
  const names = [...remote.secretHeaders, ...remote.ownHeaders];
  return [
    ...shape.url.map((name) => at(name)),
    ...(shape.type === undefined ? [] : [at(shape.type.member)]),
    ...(remote.via === 'bridge'
      ? [at(shape.command), at(shape.args), ...(headers.length > 0 ? [at(...headers)] : [])]
      : names.map((name) => at(...headers, name))),
  ];
}

/** The one step from an entry to the object nested in it. */
function pathTo(entry: Node, body: Node): string[] {
  const found = members(entry).find(({ value }) => value.offset === body.offset);
  return found === undefined ? [] : [found.name];
}

function stdioEdits(
  text: string,
  { entry, connection }: TakenOver,
  format: ConfigFormat,
  bridge: string,
): TextEdit[] {
  const { fields } = entry;
  const { shape, body, command, args, env } = fields;
  if (command === undefined) return [];
  const argv = isArgv(fields);
  const head = [
    ...(argv ? [bridge] : []),
    connection.id,
    ...(connection.forwardedEnv.length > 0 ? ['--env', connection.forwardedEnv.join(',')] : []),
  ];
  const words = head.map((word) => format.literal(word));
  const stays = connection.argvInFile;
  if (stays) words.push(format.literal('--'));
  if (stays && !argv) words.push(format.spell(text, command.value));
  const kept = new Map(
    connection.args.flatMap((part, index): [number, string][] =>
      typeof part === 'object'
        ? [[index + (argv ? 1 : 0), format.literal(secretMarker(part.secret))]]
        : [],
    ),
  );
  const list = argv ? command : args;
  const plainArgs = [...head, ...(stays ? ['--', connection.command] : [])];
  return [
    ...(argv ? [] : format.replace(text, command, { plain: bridge })),
    ...(list === undefined
      ? format.add(text, body, command, [
          { name: shape.args, value: { plain: plainArgs, source: sourceOf(words, format) } },
        ])
      : format.words(text, list, words, stays ? kept : undefined)),
    ...(env === undefined || connection.secretEnv.length === 0
      ? []
      : format.takeOut(text, body, env, new Set(connection.secretEnv))),
  ];
}

/** A list of literals keeps the spelling of the one word that comes from the file. */
const sourceOf = (words: readonly string[], format: ConfigFormat) => ({
  text: format.listOf(words),
  column: -1,
});

function remoteEdits(
  text: string,
  { entry, connection, endpoint }: TakenOver,
  format: ConfigFormat,
): TextEdit[] {
  const { shape, body, url, type, headers } = entry.fields;
  const { remote } = connection;
  if (url === undefined || endpoint === undefined || remote === undefined) return [];
  const edits = format.replace(text, url, { plain: endpoint.url });
  const added: Added[] = [];
  const http = shape.type?.ignored === true ? undefined : shape.type?.http[0];
  if (remote.transport === 'sse' && shape.type !== undefined && http !== undefined) {
    if (type === undefined) added.push({ name: shape.type.member, value: { plain: http } });
    else edits.push(...format.replace(text, type, { plain: http }));
  }
  const ours = Object.entries(endpoint.headers).map(
    ([name, value]): Added => ({ name, value: { plain: value } }),
  );
  if (headers === undefined) {
    const [first = '', ...rest] = shape.headers ?? [];
    const holder = rest.length === 0 ? undefined : nodeAt(body, [first]);
    const map: Plain = { ...endpoint.headers };
    if (holder?.type === 'object') {
      edits.push(
        ...format.add(text, holder, undefined, [{ name: rest[0] ?? '', value: { plain: map } }]),
      );
    } else {
      const plain = rest.length === 0 ? map : { [rest[0] ?? '']: map };
      added.push({ name: first, value: { plain } });
    }
  } else {
    edits.push(...headerEdits(text, headers.value, new Set(remote.secretHeaders), ours, format));
  }
  return added.length === 0 ? edits : [...edits, ...format.add(text, body, url, added)];
}

/** Our headers take the place of the first literal one; the other literals go. */
function headerEdits(
  text: string,
  map: Node,
  literals: ReadonlySet<string>,
  ours: readonly Added[],
  format: ConfigFormat,
): TextEdit[] {
  const first = members(map).find(({ name }) => literals.has(name));
  if (first === undefined) return format.add(text, map, undefined, ours);
  return [
    ...format.swap(text, map, first, ours),
    ...format.remove(text, map, (name) => literals.has(name) && name !== first.name),
  ];
}

/** A client that starts servers only gets the bridge in the place of the address. */
function bridgedEdits(
  text: string,
  { entry, connection }: TakenOver,
  format: ConfigFormat,
  bridge: string,
): TextEdit[] {
  const { shape, body, url } = entry.fields;
  if (url === undefined) return [];
  const gone = new Set([shape.type?.member, shape.headers?.[0]]);
  return [
    ...format.swap(text, body, url, [
      { name: shape.command, value: { plain: bridge } },
      { name: shape.args, value: { plain: [connection.id] } },
    ]),
    ...(memberOf(body, shape.type?.member ?? '') === undefined &&
    memberOf(body, shape.headers?.[0] ?? '') === undefined
      ? []
      : format.remove(text, body, (name) => gone.has(name))),
  ];
}
