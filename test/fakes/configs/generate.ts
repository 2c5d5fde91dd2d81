// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import fc from 'fast-check';
import { type Pair, type Style, shuffled, type Value, write } from './json-style.ts';

/** A config as some client or person may have written it. */
export interface GeneratedConfig {
  readonly bytes: Buffer;
  /** The text without its byte order mark. */
  readonly text: string;
}

export type Format = 'claude-desktop' | 'claude-code' | 'cursor' | 'vscode';

const jsonc = (format: Format) => format === 'vscode';

const styleOf = (format: Format): fc.Arbitrary<Style> =>
  fc.record({
    indent: fc.constantFrom('  ', '    ', '\t', ' ', '   '),
    eol: fc.constantFrom('\n', '\r\n'),
    colon: fc.constantFrom(': ', ': ', ':', ' : ', ':  '),
    mark: fc.constantFrom('', '', '\ufeff'),
    end: fc.constantFrom('', '\n', '\r\n', '\n\n', ' '),
    layout: fc.constantFrom('lines', 'lines', 'one-line', 'minified', 'mixed'),
    comments: jsonc(format) ? fc.boolean() : fc.constant(false),
    trailingCommas: jsonc(format) ? fc.boolean() : fc.constant(false),
    seed: fc.integer({ min: 0, max: 0x7fffffff }),
  });

const word = fc.constantFrom(
  'files',
  'crm',
  'wiki',
  'büro',
  '数据',
  'a b',
  'x.y',
  'tab\there',
  '🙂',
  '',
);
const text = fc.oneof(
  word,
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'quote " inside',
    'back\\slash',
    'line\nbreak',
    'slash / and // not a comment',
    '/* x */',
  ),
);
const placeholder = fc.constantFrom(
  '${env:TOKEN}',
  '${TOKEN}',
  'Bearer ${input:key}',
  '${workspaceFolder}/x',
  '${A:-b}',
);
/** Marked, so that a test can look for it: nothing else in a config contains it. */
const digits = fc.stringMatching(/^[0-9a-f]{12}$/);
const literal = fc
  .tuple(digits, fc.string({ maxLength: 4 }))
  .map(([some, odd]) => `LITERAL-${some}-${odd}`);
const secretArg = digits.map((some) => `sk-${some}`);

const envOf = (format: Format): fc.Arbitrary<Value> =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.oneof(
          fc.constantFrom('TOKEN', 'REGION', 'A', 'B_C', 'Ключ'),
          fc.stringMatching(/^[A-Z_]{1,8}$/),
        ),
        fc.oneof(
          literal,
          literal,
          placeholder,
          jsonc(format) ? fc.constantFrom<Value>(null, 5, 1.5) : literal,
        ),
      ),
      { maxLength: 4, selector: ([name]) => name },
    )
    .map((pairs) => ({ pairs }));

const argsOf = fc.array(
  fc.oneof(text, text, placeholder, secretArg, fc.constantFrom('-y', '--token', '--')),
  {
    maxLength: 5,
  },
);

const pair = (name: string, value: Value) => fc.constant<Pair>([name, value]);

const unknownMember: fc.Arbitrary<Pair> = fc.oneof(
  pair('disabled', true),
  pair('timeout', 60000),
  pair('gallery', true),
  pair('version', '1.0.0'),
  pair('autoApprove', ['read', 'list']),
  pair('x-metadata', {
    pairs: [
      ['id', 7],
      ['nested', { pairs: [] }],
    ],
  }),
  pair('headersHelper', null),
);

const stdio = (format: Format): fc.Arbitrary<Value> =>
  fc
    .record({
      command: fc.oneof(
        fc.constantFrom('npx', 'uvx', '/usr/bin/node', 'C:\\x\\npx.cmd'),
        placeholder,
      ),
      args: fc.option(argsOf, { nil: undefined }),
      env: fc.option(envOf(format), { nil: undefined }),
      cwd: fc.option(fc.constantFrom('/srv', '${workspaceFolder}'), { nil: undefined }),
      type: fc.option(fc.constant('stdio'), { nil: undefined }),
      more: fc.uniqueArray(unknownMember, { maxLength: 2, selector: ([name]) => name }),
      order: fc.integer({ min: 0, max: 0x7fffffff }),
    })
    .map(({ command, args, env, cwd, type, more, order }) => {
      const pairs: Pair[] = [['command', command], ...more];
      for (const [name, value] of Object.entries({ args, env, cwd, type })) {
        if (value !== undefined) pairs.push([name, value]);
      }
      return { pairs: shuffled(pairs, order) };
    });

const remote: fc.Arbitrary<Value> = fc
  .record({
    type: fc.constantFrom('http', 'sse', 'ws', 'odd', undefined),
    url: fc.constantFrom(
      'https://wiki.example.net/mcp',
      'http://127.0.0.1:9/sse?key=abc',
      '${env:HOST}/mcp',
    ),
    key: fc.oneof(literal, placeholder),
  })
  .map(({ type, url, key }) => ({
    pairs: [
      ...(type === undefined ? [] : [['type', type] as Pair]),
      ['url', url],
      ['headers', { pairs: [['Authorization', key]] }],
    ],
  }));

const odd: fc.Arbitrary<Value> = fc.constantFrom<Value>(
  null,
  'text',
  7,
  [],
  { pairs: [] },
  { pairs: [['enabled', false]] },
  {
    pairs: [
      ['command', 'npx'],
      ['args', ['a', 1]],
    ],
  },
  {
    pairs: [
      ['command', 'npx'],
      ['env', ['A=B']],
    ],
  },
  { pairs: [['command', ['npx', 'x']]] },
  {
    pairs: [
      ['command', ''],
      ['args', []],
    ],
  },
  {
    pairs: [
      ['command', 'npx'],
      ['url', 'https://x.example/mcp'],
    ],
  },
);

const rootMember: fc.Arbitrary<Pair> = fc.oneof(
  pair('preferences', {
    pairs: [
      ['theme', 'dark'],
      ['list', [1, [2], { pairs: [] }]],
    ],
  }),
  pair('numStartups', 12),
  pair('inputs', [
    {
      pairs: [
        ['id', 'key'],
        ['password', true],
      ],
    },
  ]),
  pair('überraschung', 'ja'),
  pair('projects', { pairs: [['/w/x', { pairs: [['mcpServers', { pairs: [] }]] }]] }),
);

/** Configs of one client in every style a person, an editor or the client itself may leave behind. */
export function anyConfig(format: Format): fc.Arbitrary<GeneratedConfig> {
  const key = jsonc(format) ? 'servers' : 'mcpServers';
  return fc
    .record({
      servers: fc.uniqueArray(fc.tuple(text, fc.oneof(stdio(format), stdio(format), remote, odd)), {
        maxLength: 6,
        selector: ([name]) => name,
      }),
      root: fc.uniqueArray(rootMember, { maxLength: 3, selector: ([name]) => name }),
      order: fc.integer({ min: 0, max: 0x7fffffff }),
      style: styleOf(format),
    })
    .map(({ servers, root, order, style }) => {
      const value: Value = { pairs: shuffled([...root, [key, { pairs: servers }]], order) };
      const written = write(value, style);
      return { bytes: Buffer.from(style.mark + written, 'utf8'), text: written };
    });
}
