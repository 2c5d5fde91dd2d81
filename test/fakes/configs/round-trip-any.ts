import { createRequire } from 'node:module';
import { parse as parseToml, stringify as writeTomlAnew } from '@decimalturn/toml-patch';
import { parse as parseJson } from 'jsonc-parser';
import { parse as parseTomlToo } from 'smol-toml';
import { expect } from 'vitest';
import { stringify as writeYamlAnew } from 'yaml';
import type { Client } from '../../../main/clients/client-record.ts';
import { connectionOf } from '../../../main/clients/entry.ts';
import { newIdentifier } from '../../../main/clients/identifier.ts';
import { encodeConfig, parseConfig } from '../../../main/clients/parse.ts';
import { planProtect } from '../../../main/clients/rewrite.ts';
import { bridgeFile, hiding } from './desk.ts';
import type { GeneratedConfig } from './generate.ts';
import { extended as extendedJson, planFor, value } from './round-trip.ts';

/** The YAML reader that comes with the packager: another one than Airlock's own. */
const { load: parseYaml } = createRequire(
  createRequire(import.meta.url).resolve('electron-builder/package.json'),
)('js-yaml') as { load: (text: string) => unknown };

/** A text read by a parser that Airlock itself does not edit with. */
export function readIndependently(text: string, { format, tolerance }: Client): unknown {
  switch (format) {
    case 'json':
    case 'jsonc': {
      if (tolerance.comments !== 'yes') return JSON.parse(text);
      const errors: Parameters<typeof parseJson>[1] = [];
      const read: unknown = parseJson(text, errors, { allowTrailingComma: true });
      expect(errors).toEqual([]);
      return read;
    }
    case 'toml':
      return plain(tomlRead(text));
    case 'yaml':
      return parseYaml(text);
    default:
      return format satisfies never;
  }
}

/** The editing library's own reader; it wrongly takes a table of a second list item for one of the first. */
function tomlRead(text: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!String(error).includes('Cannot extend inline table')) throw error;
    return parseTomlToo(text);
  }
}

/** Without the classes that a TOML reader makes its dates of. */
const plain = (read: unknown): unknown =>
  JSON.parse(JSON.stringify(read, (_, one) => (typeof one === 'bigint' ? Number(one) : one)));

const endpointFor = (id: string) => ({
  url: `http://127.0.0.1:4567/mcp/${id}`,
  headers: { 'X-Airlock-Token': `tok_${id}` },
});

type Tree = Record<string, unknown>;

const at = (root: unknown, path: readonly string[]): Tree | undefined =>
  path.reduce<unknown>((node, step) => (node as Tree | undefined)?.[step], root) as
    | Tree
    | undefined;

/** A client's own document with the fields that Airlock may touch taken out. */
function besidesFields(
  text: string,
  client: Client,
  paths: readonly (readonly string[])[],
): unknown {
  const root = readIndependently(text, client);
  for (const path of paths) {
    const entry = at(root, path);
    if (entry === undefined) throw new Error(`${path.join('.')} is not there`);
    const { shape } = client;
    for (const name of [
      shape.command,
      shape.args,
      shape.env,
      ...shape.url,
      shape.headers?.[0],
      shape.type?.member,
    ]) {
      if (name !== undefined) delete entry[name];
    }
  }
  return root;
}

/** Checks one config of any client: what a rewrite does, twice, and back, also after other changes. */
export async function roundTripsAnywhere(config: GeneratedConfig, client: Client): Promise<void> {
  const context = {
    ...hiding,
    file: '/home/ada/config',
    newId: () => newIdentifier('con_'),
    now: 1,
    endpointFor,
  };
  const plan = value(planProtect(config.bytes, client, context));
  const { before, after, planned } = plan;
  const paths = planned.map(({ connection }) => connection.keyPath);

  expect(besidesFields(after.text, client, paths)).toEqual(
    besidesFields(before.text, client, paths),
  );
  for (const { connection, secrets } of planned) {
    expectLeadsToUs(
      at(readIndependently(after.text, client), connection.keyPath),
      connection.id,
      client,
    );
    for (const secret of Object.values(secrets)) {
      if (/^(LITERAL|sk)-[0-9a-f]{12}$/.test(secret)) expect(after.text).not.toContain(secret);
    }
  }

  const again = value(planProtect(plan.bytes, client, context));
  expect(again.planned).toEqual([]);
  expect(again.bytes.equals(plan.bytes)).toBe(true);
  if (planned.length === 0) {
    expect(plan.bytes.equals(config.bytes)).toBe(true);
    return;
  }
  const back = value(await planFor(plan.bytes, config.bytes, plan, client));
  expect(back.kind).toBe('exact');
  expect(back.bytes.equals(config.bytes)).toBe(true);

  const grown = encodeConfig(before.mark, extended(after.text, client));
  const partly = value(await planFor(grown, config.bytes, plan, client));
  expect(partly.remarks).toEqual([]);
  expect(partly.bytes.toString()).toBe(
    encodeConfig(before.mark, extended(before.text, client)).toString(),
  );

  const anew = Buffer.from(writtenAnew(readIndependently(after.text, client), client));
  const returned = value(await planFor(anew, config.bytes, plan, client));
  expect(returned.remarks).toEqual([]);
  const text = value(parseConfig(returned.bytes, client)).text;
  expect(withoutEmpty(readIndependently(text, client))).toEqual(
    withoutEmpty(readIndependently(before.text, client)),
  );
}

function expectLeadsToUs(entry: Tree | undefined, id: string, client: Client): void {
  if (entry === undefined) throw new Error('the entry is gone');
  const { shape } = client;
  const url = shape.url.map((name) => entry[name]).find((found) => found !== undefined);
  if (url !== undefined) {
    expect(url).toBe(endpointFor(id).url);
    const headers = at(entry, shape.headers ?? []);
    expect(headers?.['X-Airlock-Token']).toBe(`tok_${id}`);
    expect(entry[shape.command]).toBeUndefined();
    return;
  }
  const command = entry[shape.command];
  const words = Array.isArray(command) ? command : [command, ...(entry[shape.args] as unknown[])];
  expect(words.slice(0, 2)).toEqual([bridgeFile, id]);
}

/** The text with something more at its end, as a person or a client may add it. */
function extended(text: string, { format }: Client): string {
  const eol = /\r\n|\n/.exec(text)?.[0] ?? '\n';
  const gap = /[\n\r]$/.test(text) || text === '' ? '' : eol;
  switch (format) {
    case 'toml':
      return `${text}${gap}${eol}[added_later]${eol}a = 1${eol}`;
    case 'yaml':
      return `${text}${gap}added_later: 1${eol}`;
    default:
      return extendedJson(text);
  }
}

function writtenAnew(document: unknown, { format }: Client): string {
  switch (format) {
    case 'toml':
      return writeTomlAnew(document);
    case 'yaml':
      return writeYamlAnew(document);
    default:
      return JSON.stringify(document, null, 2);
  }
}

/** Maps that became empty say the same as none. */
function withoutEmpty(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutEmpty);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
      .filter(
        ([, inner]) => typeof inner !== 'object' || inner === null || Object.keys(inner).length > 0,
      ),
  );
}

/** The connection an entry of a text leads to, by name. */
export const connectionIn = (bytes: Buffer, client: Client, name: string): string | undefined => {
  const entry = value(parseConfig(bytes, client)).entries.find((one) => one.name === name);
  return entry && connectionOf(entry, bridgeFile);
};
