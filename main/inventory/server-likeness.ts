import { type Launch, programName } from './launch.ts';

/** A launch that looks like an MCP server, with the name that gives it away. */
export interface Likeness {
  readonly name: string;
  /** What makes it look so, as a sentence. */
  readonly reason: string;
}

/** `mcp` as a word of its own, in any spelling: mcp-server-time, mcp_server, github-mcp, FastMCP, myMcpServer, mcp/git. */
const mcpWord = /(?:^|[^a-z0-9])(?:fast|x)?mcp(?:s|[^a-z0-9]|$)/i;
const camelMcp = /(?:^|[a-z0-9])(?:Mcp|MCP)(?=[A-Z]|$|[-_.])|(?:^|[-_.])mcp(?=[A-Z])/;

/** Servers that are widely used and do not have the word in their name. */
const known: ReadonlySet<string> = new Set([
  'desktop-commander',
  'supergateway',
  'serena',
  'task-master-ai',
  'windows-cli-server',
  'modelcontextprotocol',
]);

/** Tools of people who write servers, and clients: they have the word in their name and serve nothing. */
const tools =
  /^(@modelcontextprotocol\/(inspector|conformance|sdk|client|core|node|create-server)[\w-]*|@mcp-ui\/.*|mcporter|mcp-inspector|create-mcp-.*|@anthropic-ai\/(mcpb|dxt)|mcpb?|airlock.*)$/i;

/** File names that say nothing: the folder above speaks for them. */
const generic =
  /^(index|main|server|start|run|stdio|cli|app|mod|__main__|dist|build|out|src|lib|bin|esm|cjs|target|release|debug)$/i;

/** The name a launch goes by: of its package, module or program, or of the folder where the file's own says nothing. */
export function speakingName({ kind, name }: Launch): string {
  if (kind !== 'script' && kind !== 'program') return name;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  for (const part of parts.toReversed()) {
    const bare = part.replace(/\.(js|mjs|cjs|ts|mts|cts|py|jar|dll|exe|cmd|bat)$/i, '');
    if (!generic.test(bare)) return bare;
    if (kind === 'program') break;
  }
  return programName(name);
}

/**
 * Says whether a launch looks like an MCP server. Only what is started counts, never its arguments or the folder it
 * runs in, so that an editor, a compiler or a language server in a project named after MCP is none. Pure.
 */
export function likenessOf(launch: Launch): Likeness | undefined {
  const name = speakingName(launch);
  const bare = name.replace(/^@[^/]+\//, '').toLowerCase();
  if (bare === 'mcp' && /^(script|program|bin|module|pypi)$/.test(launch.kind))
    return runner(launch);
  if (tools.test(name)) return undefined;
  const official = /^@modelcontextprotocol\/server-/i.test(name);
  if (!official && !known.has(bare) && !mcpWord.test(name) && !camelMcp.test(name))
    return undefined;
  if (/^(?:@types\/|eslint|typescript)/.test(name)) return undefined;
  return {
    name,
    reason: `It runs ${whatIs[launch.kind]} ${name}, which looks like an MCP server.`,
  };
}

/** The `mcp` command of the Python SDK: only `run` serves. */
function runner({ kind, rest }: Launch): Likeness | undefined {
  if (kind === 'module' || rest[0] !== 'run') return undefined;
  const file = rest.slice(1).find((arg) => !arg.startsWith('-')) ?? 'a server';
  return { name: file, reason: `It serves ${file} by "mcp run".` };
}

const whatIs: Readonly<Record<Launch['kind'], string>> = {
  npm: 'the npm package',
  pypi: 'the Python package',
  oci: 'the container image',
  bin: 'the program',
  module: 'the Python module',
  script: 'the script',
  program: 'the program',
};

/** The names under which one thing is known to package managers, file systems and process lists, in lower case. */
export function namesOf(launch: Launch): ReadonlySet<string> {
  const own = launch.name.toLowerCase();
  const speaking = speakingName(launch).toLowerCase();
  const bare = speaking.replace(/^@[^/]+\//, '').replaceAll('_', '-');
  const names = new Set([own, speaking, bare]);
  // The reference servers' programs are not named like their packages.
  const reference = /^@modelcontextprotocol\/server-(.+)$/.exec(own)?.[1];
  if (reference !== undefined) names.add(`mcp-server-${reference}`);
  return names;
}

/** True when two launches start the same thing, however each is written; their arguments are not looked at. */
export function sameProgram(a: Launch, b: Launch): boolean {
  const others = namesOf(b);
  return [...namesOf(a)].some((name) => others.has(name));
}
