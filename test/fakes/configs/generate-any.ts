// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import fc from 'fast-check';
import type { Client } from '../../../main/clients/client-record.ts';
import type { GeneratedConfig } from './generate.ts';
import { type Pair, type Style, shuffled, type Value, write } from './json-style.ts';
import { writeToml } from './toml-style.ts';
import { writeYaml } from './yaml-style.ts';

const styleOf = ({ tolerance }: Client): fc.Arbitrary<Style> =>
  fc.record({
    indent: fc.constantFrom('  ', '    ', '\t', '   '),
    eol: fc.constantFrom('\n', '\r\n'),
    colon: fc.constantFrom(': ', ':', ' : '),
    mark: fc.constantFrom('', '', '\ufeff'),
    end: fc.constantFrom('', '\n', '\n'),
    layout: fc.constantFrom('lines', 'lines', 'one-line', 'mixed'),
    comments: tolerance.comments === 'yes' ? fc.boolean() : fc.constant(false),
    trailingCommas: tolerance.trailingCommas === 'yes' ? fc.boolean() : fc.constant(false),
    seed: fc.integer({ min: 0, max: 0x7fffffff }),
  });

const name = fc.constantFrom(
  'files',
  'crm',
  'wiki',
  'büro',
  '数据',
  'a b',
  'x.y',
  "it's",
  '🙂',
  'q"',
);
const text = fc.oneof(
  name,
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('quote " inside', 'back\\slash', 'line\nbreak', '# no comment', ': x', '- y', ''),
  fc.constantFrom('true', 'null', '0123', '1.0', '[x', '{y', '&a', '*b', '!t', '@z', '%w', '`v'),
);
const digits = fc.stringMatching(/^[0-9a-f]{12}$/);
const literal = digits.map((some) => `LITERAL-${some}`);
const secretArg = digits.map((some) => `sk-${some}`);

const placeholders: Readonly<Record<Client['placeholders'], readonly string[]>> = {
  none: [],
  'dollar-brace': ['${env:TOKEN}', '${workspaceFolder}/x'],
  dollar: ['$TOKEN', '${TOKEN}'],
  percent: ['%TOKEN%', '$TOKEN'],
  shell: ['$(cat key)', '$TOKEN'],
  curly: ['{env:TOKEN}', '{file:~/key}'],
  'double-curly': ['${{ secrets.TOKEN }}'],
};

/** Any map of texts, most of them marked as literals. */
const named = (client: Client, names: readonly string[]): fc.Arbitrary<Value> => {
  const some = placeholders[client.placeholders];
  const value = some.length === 0 ? literal : fc.oneof(literal, literal, fc.constantFrom(...some));
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
      maxLength: 3,
      selector: ([one]) => one,
    })
    .map((pairs) => ({ pairs }));
};

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const defined = (pairs: readonly (readonly [string | undefined, Value | undefined])[]): Pair[] =>
  pairs.flatMap(([key, value]): Pair[] =>
    key === undefined || value === undefined ? [] : [[key, value]],
  );

function stdio(client: Client): fc.Arbitrary<Pair[]> {
  const { shape } = client;
  const some = placeholders[client.placeholders];
  const word = some.length === 0 ? text : fc.oneof(text, text, fc.constantFrom(...some));
  return fc
    .record({
      command: fc.constantFrom('npx', 'uvx', '/usr/bin/node', 'C:\\x\\npx.cmd', 'cmd'),
      args: optional(fc.array(fc.oneof(word, secretArg), { maxLength: 4 })),
      env: optional(named(client, ['TOKEN', 'REGION', 'Ключ', 'A.B', 'D-1'])),
      envNames: optional(fc.constantFrom<string[]>(['HOME_TOKEN'], ['X', 'Y'], [])),
      typed: fc.boolean(),
      off: fc.boolean(),
    })
    .map(({ command, args, env, envNames, typed, off }) => {
      const argv = shape.commandForm === 'argv';
      return defined([
        [shape.command, argv ? [command, ...(args ?? [])] : command],
        [argv ? undefined : shape.args, args],
        [shape.env, env],
        [shape.envNames, envNames],
        [typed ? shape.type?.member : undefined, shape.type?.stdio[0]],
        [shape.disabled?.member, off ? shape.disabled?.value : undefined],
        ['timeout', 60],
      ]);
    });
}

function remote(client: Client): fc.Arbitrary<Pair[]> {
  const { shape } = client;
  return fc
    .record({
      url: fc.constantFrom(
        'https://wiki.example.net/mcp',
        'https://a.example/x?key=LITERAL-000000000000',
      ),
      headers: optional(named(client, ['Authorization', 'X-Key', 'X-Team'])),
      kind: fc.constantFrom('http' as const, 'sse' as const, undefined),
    })
    .map(({ url, headers, kind }) => {
      const [first, second] = shape.headers ?? [];
      const map =
        headers === undefined || second === undefined
          ? headers
          : { pairs: [[second, headers] as Pair] };
      return defined([
        [shape.url[0], url],
        [first, map],
        [kind === undefined ? undefined : shape.type?.member, kind && shape.type?.[kind][0]],
        ['timeout', 60],
      ]);
    });
}

const odd = fc.constantFrom<Pair[]>(
  [],
  [['enabled', false]],
  [['settings', { pairs: [['depth', 2]] }]],
);

const rootMember: fc.Arbitrary<Pair> = fc.constantFrom<Pair>(
  ['model', 'big'],
  [
    'preferences',
    {
      pairs: [
        ['theme', 'dark'],
        ['list', [1, 2]],
        ['deep', { pairs: [['a', 'b']] }],
      ],
    },
  ],
  ['numStartups', 12],
  ['ratio', 1.5],
  ['features', { pairs: [['web', true]] }],
  ['überraschung', 'ja'],
);

/** Configs of a client in every style that its format has. */
export function anyConfigOf(client: Client): fc.Arbitrary<GeneratedConfig> {
  const [list] = client.lists;
  if (list === undefined) throw new Error(`${client.id} keeps no servers in files`);
  const entry = fc.oneof(stdio(client), stdio(client), remote(client), odd);
  return fc
    .record({
      servers: fc.uniqueArray(fc.tuple(name, entry, fc.integer({ min: 0, max: 0x7fffffff })), {
        maxLength: 5,
        selector: ([one]) => one,
      }),
      root: fc.uniqueArray(rootMember, { maxLength: 3, selector: ([one]) => one }),
      order: fc.integer({ min: 0, max: 0x7fffffff }),
      style: styleOf(client),
    })
    .map(({ servers, root, order, style }) => {
      const { nameIn } = list;
      const entries = servers.map(([own, pairs, seed]): Pair => {
        const all: Pair[] = nameIn === undefined ? pairs : [[nameIn, own], ...pairs];
        return [own, { pairs: shuffled(all, seed) }];
      });
      const servedAt: Value =
        nameIn === undefined ? { pairs: entries } : entries.map(([, value]) => value);
      const inner = list.at
        .slice(1)
        .reduceRight<Value>((value, step) => ({ pairs: [[step, value]] }), servedAt);
      const document = { pairs: shuffled<Pair>([...root, [list.at[0] ?? '', inner]], order) };
      const written =
        client.format === 'toml'
          ? writeToml(document, style)
          : client.format === 'yaml'
            ? writeYaml(document, style)
            : write(document, style);
      return { bytes: Buffer.from(style.mark + written, 'utf8'), text: written };
    });
}
