import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { catalogue } from '../../main/clients/catalogue.ts';
import type { Client, EntryShape, ServerList } from '../../main/clients/client-record.ts';
import { configPatterns, type Machine } from '../../main/clients/config-paths.ts';

/** Commands as people have them; the number makes each a server of its own. */
const commands: readonly ((n: number) => readonly string[])[] = [
  (n) => ['npx', '-y', '@modelcontextprotocol/server-filesystem@2026.8.31', `/home/ada/work/${n}`],
  (n) => ['uvx', 'mcp-server-git', '--repository', `/home/ada/work/${n}`],
  (n) => ['docker', 'run', '-i', '--rm', '-e', 'TOKEN', `ghcr.io/example/mcp-${n}:1.2`],
  (n) => [
    'node',
    `/home/ada/work/tool-${n}/dist/index.js`,
    '--stdio',
    '--api-key',
    `sk-proj-${'ab12'.repeat(9)}${n}`,
  ],
  (n) => ['/usr/local/bin/python3', '-m', `mcp_server_${n}`, '--region', 'eu-central-1'],
];

const secretEnv = (n: number) => ({
  API_TOKEN: `ghp_${'a1b2'.repeat(9)}${n}`,
  LOG_LEVEL: 'info',
  WORKSPACE: '$' + '{HOME}/work',
});

function entry(n: number, shape: EntryShape, at: EntryShape = shape): Record<string, unknown> {
  if (at.nested !== undefined) return { [at.nested.member]: entry(n, at.nested.shape) };
  const [command = '', ...args] = commands[n % commands.length]?.(n) ?? [];
  return at.commandForm === 'argv'
    ? { type: 'local', [at.command]: [command, ...args], [at.env]: secretEnv(n) }
    : { [at.command]: command, [at.args]: args, [at.env]: secretEnv(n) };
}

const quoted = (value: unknown) => JSON.stringify(value);

/** A TOML table for each server, with one for its environment. */
const toml = (list: ServerList, shape: EntryShape, servers: readonly number[]): string =>
  servers
    .map((n) => {
      const { [shape.env]: env, ...own } = entry(n, shape);
      const table = [...list.at, `server-${n}`].join('.');
      const pairs = (of: object) =>
        Object.entries(of).map(([name, value]) => `${name} = ${quoted(value)}`);
      return [
        `[${table}]`,
        ...pairs(own),
        `[${table}.${shape.env}]`,
        ...pairs(env as object),
        '',
      ].join('\n');
    })
    .join('\n');

/** The document with its servers where the client looks for them. */
function document(list: ServerList, shape: EntryShape, servers: readonly number[], more: object) {
  const { nameIn } = list;
  const held =
    nameIn === undefined
      ? Object.fromEntries(servers.map((n) => [`server-${n}`, entry(n, shape)]))
      : servers.map((n) => ({ [nameIn]: `server-${n}`, ...entry(n, shape) }));
  const below = list.at
    .slice(1)
    .reduceRight<unknown>((inner, step) => ({ [step === '*' ? 'one' : step]: inner }), held);
  return { ...more, [list.at[0] ?? '']: below };
}

/** Members beside the servers, as a settings file of an editor or an agent has them. */
const settings = (lines: number) => ({
  theme: 'dark',
  telemetry: false,
  ...Object.fromEntries(
    Array.from({ length: lines }, (_, n) => [
      `editor.option-${n}`,
      { enabled: n % 2 === 0, value: n },
    ]),
  ),
});

/** Writes the client's own config with these servers in its own format; false where it has none for a user here. */
function put(client: Client, machine: Machine, servers: readonly number[]): boolean {
  const [list] = client.lists;
  const pattern = configPatterns(client, machine).find(
    ({ tail, from }) => tail.length === 0 && from.form === undefined && from.scope === 'user',
  );
  if (list === undefined || pattern === undefined) return false;
  const shape = list.shape ?? client.shape;
  const whole = document(
    list,
    shape,
    servers,
    client.id === 'claude-code' ? claudeState(machine.home) : settings(60),
  );
  const text = {
    toml: () => `model = "o5"\n\n${toml(list, shape, servers)}`,
    yaml: () => stringify(whole),
    json: () => JSON.stringify(whole, null, 2),
    jsonc: () => `// Kept by hand\n${JSON.stringify(whole, null, 2)}\n`,
  }[client.format]();
  mkdirSync(path.dirname(pattern.base), { recursive: true });
  writeFileSync(pattern.base, text);
  return true;
}

/** What Claude Code keeps beside its servers: projects with the history of their prompts. */
const claudeState = (home: string) => ({
  numStartups: 300,
  projects: Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [
      path.join(home, 'work', `project-${n}`),
      {
        allowedTools: [],
        history: Array.from({ length: 40 }, (_, line) => ({
          display: `Prompt ${line} ${'word '.repeat(20)}`,
        })),
      },
    ]),
  ),
});

/**
 * Fills a home with the configs of `clients` clients and `servers` servers in all, in the clients' own formats, and
 * with what else a scan looks into: projects with configs of their own, and the notes of editors. Returns how many
 * clients it made.
 */
export function fillHome(machine: Machine, clients: number, servers: number): number {
  const { home } = machine;
  const inProjects = 20;
  const each = (servers - inProjects) / clients;
  let made = 0;
  for (const client of catalogue) {
    if (made === clients) break;
    const from = Math.round(made * each);
    const own = Array.from({ length: Math.round((made + 1) * each) - from }, (_, n) => from + n);
    if (put(client, machine, own)) made += 1;
  }
  for (let n = 0; n < inProjects; n += 1) {
    const project = path.join(home, 'work', `project-${n}`);
    mkdirSync(path.join(project, '.vscode'), { recursive: true });
    const [command, ...args] = commands[n % commands.length]?.(servers + n) ?? [];
    writeFileSync(
      path.join(project, '.mcp.json'),
      JSON.stringify({ mcpServers: { own: { command, args } } }),
    );
  }
  for (let n = 0; n < 60; n += 1) {
    const note = path.join(home, '.config/Code/User/workspaceStorage', `${n}`);
    mkdirSync(note, { recursive: true });
    writeFileSync(
      path.join(note, 'workspace.json'),
      JSON.stringify({ folder: `file://${home}/work/project-${n % 20}` }),
    );
  }
  return made;
}
