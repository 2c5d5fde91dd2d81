// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { describe, expect, test } from 'vitest';
import { inForm } from '../../../main/clients/client-record.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { planProtect, type RewriteContext } from '../../../main/clients/rewrite.ts';
import { bridgeFile, clientOf, hiding } from '../../fakes/configs/desk.ts';
import { planFor, value } from '../../fakes/configs/round-trip.ts';

const B = JSON.stringify(bridgeFile);
const endpointFor = (id: string) => ({
  url: `http://127.0.0.1:4567/mcp/${id}`,
  headers: { 'X-Airlock': `t-${id}` },
});

function plan(id: string, text: string, more: Partial<RewriteContext> = {}, form?: string) {
  let ids = 0;
  const context = {
    ...hiding,
    file: '/f',
    newId: () => `con_${++ids}`,
    now: 7,
    endpointFor,
    ...more,
  };
  return value(planProtect(Buffer.from(text), inForm(clientOf(id), form), context));
}

/** Rewrites, checks that a restore after another change gives the text back, and returns the rewritten text. */
async function rewritten(id: string, text: string, form?: string): Promise<string> {
  const made = plan(id, text, {}, form);
  const client = inForm(clientOf(id), form);
  const changed = made.after.text.replace('"keep"', '"kept"');
  const back = value(await planFor(Buffer.from(changed), Buffer.from(text), made, client));
  expect(back.remarks).toEqual([]);
  expect(back.bytes.toString()).toBe(text.replace('"keep"', '"kept"'));
  return made.after.text;
}

const reasons = (id: string, text: string) =>
  plan(id, text).left.map(({ verdict }) => verdict.reason);

describe('JSON', () => {
  test.each([
    [
      'the nested transport of Cline',
      'cline',
      '{"mcpServers":{"a":{"transport":{"type":"stdio","command":"npx","args":["x"],"env":{"T":"1"}},"disabled":true}},"x":"keep"}',
      `{"mcpServers":{"a":{"transport":{"type":"stdio","command":${B},"args":["con_1"]},"disabled":true}},"x":"keep"}`,
    ],
    [
      'an address of Cline, which is SSE without a type',
      'cline',
      '{"mcpServers":{"a":{"url":"https://a.example/sse"}},"x":"keep"}',
      '{"mcpServers":{"a":{"url":"http://127.0.0.1:4567/mcp/con_1","type":"streamableHttp","headers":{ "X-Airlock": "t-con_1" }}},"x":"keep"}',
    ],
    [
      'the older command of Zed, with an extension beside it',
      'zed',
      '{"context_servers":{"a":{"source":"custom","command":{"path":"npx","args":["x"],"env":{"T":"1"}}},"e":{"settings":{}}},"x":"keep"}',
      `{"context_servers":{"a":{"source":"custom","command":{"path":${B},"args":["con_1"]}},"e":{"settings":{}}},"x":"keep"}`,
    ],
    [
      'one list of words, of opencode',
      'opencode',
      '{"mcp":{"a":{"type":"local","command":["npx","-y","sk-1234567890"],"environment":{"T":"1","U":"{env:U}"}},"o":{"enabled":false}},"x":"keep"}',
      `{"mcp":{"a":{"type":"local","command":[${B}, "con_1", "--env", "U"],"environment":{"U":"{env:U}"}},"o":{"enabled":false}},"x":"keep"}`,
    ],
    [
      'one list of words with a placeholder',
      'opencode',
      '{"mcp":{"a":{"type":"local","command":["{env:RUN}","-y","sk-1234567890"]}},"x":"keep"}',
      `{"mcp":{"a":{"type":"local","command":[${B}, "con_1", "--", "{env:RUN}","-y","airlock:secret:args[1]"]}},"x":"keep"}`,
    ],
    [
      'a key with a dot, of Amp',
      'amp',
      '{"amp.mcpServers":{"a":{"command":"npx","args":["$X"]}},"x":"keep"}',
      `{"amp.mcpServers":{"a":{"command":${B},"args":["con_1"]}},"x":"keep"}`,
    ],
    [
      'a shell command of Crush, which is never run here',
      'crush',
      '{"mcp":{"a":{"type":"stdio","command":"npx","env":{"T":"$(cat /k)"}}},"x":"keep"}',
      `{"mcp":{"a":{"type":"stdio","command":${B},"args":["con_1", "--env", "T"],"env":{"T":"$(cat /k)"}}},"x":"keep"}`,
    ],
    [
      'a wrapper of Windows',
      'cursor',
      '{"mcpServers":{"a":{"command":"cmd","args":["/c","npx","-y","x"]}},"x":"keep"}',
      `{"mcpServers":{"a":{"command":${B},"args":["con_1"]}},"x":"keep"}`,
    ],
    [
      'the address of Windsurf, with a header that it fills in',
      'windsurf',
      '{"mcpServers":{"a":{"serverUrl":"https://a.example/mcp","headers":{"A":"Bearer 1","B":"${env:B}"}}},"x":"keep"}',
      '{"mcpServers":{"a":{"serverUrl":"http://127.0.0.1:4567/mcp/con_1","headers":{"X-Airlock": "t-con_1","B":"${env:B}"}}},"x":"keep"}',
    ],
    [
      'an address that becomes HTTP',
      'claude-code',
      '{"mcpServers":{"a":{"type":"sse","url":"https://a.example/sse?key=1"}},"x":"keep"}',
      '{"mcpServers":{"a":{"type":"http","url":"http://127.0.0.1:4567/mcp/con_1","headers":{ "X-Airlock": "t-con_1" }}},"x":"keep"}',
    ],
    [
      'an address in a file whose client starts servers only',
      'claude-desktop',
      '{"mcpServers":{"a":{"type":"http","url":"https://a.example/mcp","headers":{"A":"1"}}},"x":"keep"}',
      `{"mcpServers":{"a":{"command": ${B}, "args": ["con_1"]}},"x":"keep"}`,
    ],
  ])('%s', async (_, id, before, after) => {
    expect(await rewritten(id, before)).toBe(after);
  });

  test('a JSON file of Continue may hold a map or a list', async () => {
    const list = '{"mcpServers":[{"name":"a","command":"npx"}],"x":"keep"}';
    expect(await rewritten('continue', list, 'json')).toContain('"args":["con_1"]');
    const map = '{"mcpServers":{"a":{"command":"npx"}},"x":"keep"}';
    expect(await rewritten('continue', map, 'json')).toContain('"args":["con_1"]');
  });
});

describe('TOML', () => {
  const codex = `# my codex
model = "keep" # why

[mcp_servers.a] # the first
command = "npx" # by npm
args = [
  "-y", # yes
  "x",
]
env_vars = ["LEDGER", { name = "OTHER", source = "local" }]

[mcp_servers.w]
url = "https://a.example/mcp"
http_headers = { "X-Team" = "ops", "X-Key" = "k" }
env_http_headers = { "X-From" = "WIKI_KEY" }

[profiles.p]
x = 1

# far from its table
[mcp_servers.a.env]
MODE = "read" # only
`;

  test('tables that are scattered, with comments all over', async () => {
    expect(await rewritten('codex', codex)).toBe(`# my codex
model = "keep" # why

[mcp_servers.a] # the first
command = ${B} # by npm
args = ["con_1", "--env", "LEDGER,OTHER"]
env_vars = ["LEDGER", { name = "OTHER", source = "local" }]

[mcp_servers.w]
url = "http://127.0.0.1:4567/mcp/con_2"
http_headers = { X-Airlock = "t-con_2" }
env_http_headers = { "X-From" = "WIKI_KEY" }

[profiles.p]
x = 1

# far from its table
[mcp_servers.a.env]
 # only
`);
    const [one, two] = plan('codex', codex).planned;
    expect(one?.connection.forwardedEnv).toEqual(['LEDGER', 'OTHER']);
    expect(two?.connection.remote).toEqual({
      transport: 'http',
      url: 'https://a.example/mcp',
      secretHeaders: ['X-Team', 'X-Key'],
      forwardedHeaders: ['X-From'],
      via: 'endpoint',
      ownHeaders: ['X-Airlock'],
    });
    expect(two?.secrets).toEqual({ 'headers.X-Team': 'ops', 'headers.X-Key': 'k' });
  });

  test.each([
    [
      'an inline table',
      '[mcp_servers]\na = { command = "npx", env = { T = "1" } }\n[x]\ny = "keep"\n',
    ],
    [
      'dotted variables',
      'x = "keep"\n[mcp_servers.a]\ncommand = "npx"\nenv.T = "1"\nenv.U = "2"\n',
    ],
    [
      'a literal text and no final line break',
      'x = "keep"\n[mcp_servers.a]\ncommand = \'npx\'\n[mcp_servers.a.env]\nT = "1"',
    ],
    [
      'a list of tables in between',
      '[[other]]\na = 1\n[mcp_servers.a]\ncommand = "npx"\n[[other]]\nb = "keep"\n',
    ],
    ['keys in quotes', '["mcp_servers"."a.b"]\n"command" = "npx"\n"args" = []\n[x]\ny = "keep"\n'],
  ])('%s', async (_, text) => {
    expect(await rewritten('codex', text)).toContain('"con_1"');
  });

  test('one bad entry stops Codex, which is said', () => {
    expect(reasons('codex', '[mcp_servers.a]\nenabled = false\n')).toEqual([
      expect.stringContaining('Codex does not start while it is there.'),
    ]);
    expect(reasons('codex', '[mcp_servers.a]\ncommand = "x"\nbearer_token = "k"\n')).toEqual([
      expect.stringContaining('bearer_token_env_var'),
    ]);
  });

  test('a client’s own credentials and our header may clash', () => {
    const text = '[mcp_servers.w]\nurl = "https://a.example"\nbearer_token_env_var = "T"\n';
    expect(plan('codex', text).planned[0]?.connection.remote?.forwardedHeaders).toEqual([
      'Authorization',
    ]);
    const clash = () => ({
      url: 'http://127.0.0.1:1/mcp/con_1',
      headers: { authorization: 'Bearer x' },
    });
    expect(plan('codex', text, { endpointFor: clash }).left).toMatchObject([
      { verdict: { reason: expect.stringContaining('"Authorization"') } },
    ]);
  });

  test.each([
    ['[mcp_servers.a]\ncommand = \n', 'malformed'],
    ['[mcp_servers.a]\n[mcp_servers.a]\n', 'malformed'],
    [`[${'a.'.repeat(60)}a]\nx = 1\n`, 'unfamiliar'],
    [`x = ${'['.repeat(300)}${']'.repeat(300)}\n`, ''],
  ])('is refused where it cannot be read: %j', (text, code) => {
    const read = parseConfig(Buffer.from(text), clientOf('codex'));
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.problem.code).toContain(code);
  });
});

describe('YAML', () => {
  const goose = `# mine
GOOSE_MODEL: "keep"
extensions:
  developer: # leave it
    type: builtin
    name: developer
    enabled: true
  ledger:
    type: stdio
    name: ledger
    enabled: false
    cmd: uvx   # why
    args:
    - ledger-mcp
    - --book
    envs:
      MODE: read # only
      TOKEN: "1"
    env_keys: [LEDGER_TOKEN]
    timeout: 300

  wiki: {type: streamable_http, name: wiki, enabled: true, uri: 'https://a.example/mcp', headers: {X-Key: k-1}}
`;

  test('the extensions of Goose', async () => {
    expect(await rewritten('goose', goose)).toBe(`# mine
GOOSE_MODEL: "keep"
extensions:
  developer: # leave it
    type: builtin
    name: developer
    enabled: true
  ledger:
    type: stdio
    name: ledger
    enabled: false
    cmd: ${B}   # why
    args: ["con_1", "--env", "LEDGER_TOKEN"]
    envs: {}
       # only
    env_keys: [LEDGER_TOKEN]
    timeout: 300

  wiki: {type: streamable_http, name: wiki, enabled: true, uri: "http://127.0.0.1:4567/mcp/con_2", headers: {X-Airlock: "t-con_2"}}
`);
    expect(plan('goose', goose).before.entries.map(({ disabled }) => disabled)).toEqual([
      false,
      true,
      false,
    ]);
    expect(reasons('goose', goose)).toEqual([expect.stringContaining('part of Goose itself')]);
  });

  test('the list of Continue, with headers deeper down', async () => {
    const text =
      'x: "keep"\nmcpServers:\n  - name: a\n    command: npx\n    args: [-y, "${{ secrets.K }}"]\n  - url: https://a.example/mcp\n    name: w\n    type: sse\n';
    const after = await rewritten('continue', text);
    expect(after).toContain(`args: ["con_1", "--", "npx", "-y", "\${{ secrets.K }}"]`);
    expect(after).toContain('type: "streamable-http"');
    expect(after).toContain('requestOptions: { headers: { X-Airlock: "t-con_2" } }');
  });

  test.each([
    [
      'an alias inside',
      'base: &e {T: "1"}\nextensions:\n  a: {type: stdio, cmd: x, args: [], envs: *e}\n',
    ],
    [
      'a merge key',
      'base: &e {cmd: x}\nextensions:\n  a:\n    <<: *e\n    type: stdio\n    cmd: y\n',
    ],
    ['an anchor', 'extensions:\n  a: &a\n    type: stdio\n    cmd: x\nother: *a\n'],
    ['an anchor above', 'extensions: &a\n  a:\n    type: stdio\n    cmd: x\nother: *a\n'],
    ['a tag', 'extensions:\n  a:\n    type: stdio\n    cmd: !!str x\n'],
  ])('with %s is left alone', (_, text) => {
    const made = plan('goose', text);
    expect(made.planned).toEqual([]);
    expect(made.bytes.toString()).toBe(text);
  });

  test.each([
    'extensions:\n\t- a\n',
    'extensions: {a: 1\n',
    'extensions:\n  a: 1\n  a: 2\n',
    'a: 1\n---\nb: 2\n',
    `a: ${'['.repeat(500)}\n`,
    `${'- '.repeat(5000)}x\n`,
  ])('is refused where it cannot be read: %j', (text) => {
    const read = parseConfig(Buffer.from(text), clientOf('goose'));
    expect(read).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('Goose') },
    });
  });

  test('may have an empty list of servers', () => {
    expect(plan('goose', 'extensions:\nx: 1\n').planned).toEqual([]);
  });
});

describe('an entry is left with the reason', () => {
  test.each([
    [
      'qwen-code',
      '{"mcpServers":{"a":{"url":"https://a.example/sse"}}}',
      '"url" means SSE to Qwen Code',
    ],
    [
      'cursor',
      '{"mcpServers":{"a":{"url":"https://${env:H}/mcp"}}}',
      'fills in a part of its address',
    ],
    ['claude-code', '{"mcpServers":{"a":{"type":"ws","url":"wss://a.example"}}}', 'WebSocket'],
    ['qoder', '{"mcpServers":{"a":{"url":"https://a.example/mcp"}}}', 'is not certain'],
    [
      'witsy',
      '{"mcp":{"servers":[{"uuid":"0d","type":"stdio","command":"uvx","url":"x --ro"}]}}',
      'one text',
    ],
    ['kiro', '{"powers":{"mcpServers":{"a":{"command":"x"}}}}', 'installed power'],
    ['zed', '{"context_servers":{"a":{"settings":{}}}}', 'Zed extension'],
    ['opencode', '{"mcp":{"a":{"enabled":false}}}', 'only overrides'],
  ])('of %s: %s', (id, text, sentence) => {
    expect(reasons(id, text)).toEqual([expect.stringContaining(sentence)]);
  });

  test('where the bridge lies in a folder with a space, Trae cannot start it', () => {
    const text = '{"mcpServers":{"a":{"command":"npx"}}}';
    expect(plan('trae', text, { bridgeFile: '/home/a b/bridge' }).left).toMatchObject([
      { verdict: { reason: expect.stringContaining('space') } },
    ]);
    expect(plan('trae', text).planned).toHaveLength(1);
  });
});

describe('five megabytes', () => {
  const lines = (line: (n: number) => string) =>
    Array.from({ length: 60_000 }, (_, n) => line(n)).join('');
  const pad = 'x'.repeat(60);
  test.each([
    [
      'vscode',
      `{\n${lines((n) => `  "k${n}": "${pad}", // ${n}\n`)}  "servers": {"a": {"command": "npx"}}\n}\n`,
    ],
    ['codex', `${lines((n) => `k${n} = "${pad}" # ${n}\n`)}[mcp_servers.a]\ncommand = "npx"\n`],
  ])(
    'of %s are rewritten and given back',
    async (id, text) => {
      expect(text.length).toBeGreaterThan(4_500_000);
      const made = plan(id, text);
      expect(made.planned).toHaveLength(1);
      const back = value(await planFor(made.bytes, Buffer.from(text), made, clientOf(id)));
      expect(back.bytes.toString() === text).toBe(true);
    },
    60_000,
  );

  test('of YAML are refused, because reading them takes too long; one is not', () => {
    const text = (n: number) => `${`${'#'.repeat(79)}\n`.repeat(n)}extensions: {}\n`;
    const read = (n: number) => parseConfig(Buffer.from(text(n)), clientOf('goose'));
    expect(read(60_000)).toMatchObject({ ok: false, problem: { code: 'too-large' } });
    expect(read(12_000)).toMatchObject({ ok: true });
  });
});
