import type { Verdict } from './judge.ts';

/** An entry as rules look at it. */
export interface Candidate {
  readonly name: string;
  /** Command and arguments; absent for a remote entry. */
  readonly argv?: readonly string[];
  readonly url?: string;
}

/** An entry as it is, and as it would be under Airlock. */
export interface Asked {
  readonly original: Candidate;
  readonly rewritten: Candidate;
  /** How the client is called in sentences. */
  readonly client: string;
  /** Where the rules are from. */
  readonly source: string;
}

type Settings = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const denied = (reason: string): Verdict => ({ denied: true, reason });
const kept = (reason: string): Verdict => ({ denied: false, reason });

/** What IT has to add to a rule, so that the entry may be routed. */
const remedy = ({ rewritten }: Asked): string =>
  rewritten.url === undefined
    ? `Ask IT to allow the command ${rewritten.argv?.[0] ?? ''} for this server.`
    : 'Ask IT to allow the address http://127.0.0.1:* for this server.';

const notRewritten = (asked: Asked): Verdict =>
  kept(
    `Not rewritten: a rule in ${asked.source} allows it by its exact command or address, and would stop it under Airlock. ${remedy(asked)}`,
  );

const isDenied = ({ client, source }: Asked, why: string): Verdict =>
  denied(`${client} blocks it: ${why} (${source}). Airlock does not bring it back.`);

/** Claude Code and Copilot: `allowedMcpServers` and `deniedMcpServers` with name, exact argv or address with `*`. */
export function serverMatchers(
  documents: readonly Settings[],
  asked: Asked,
  combine: 'any' | 'all',
): Verdict | undefined {
  const listsOf = (name: string) =>
    documents.flatMap((document) =>
      Array.isArray(document[name]) ? [document[name] as unknown[]] : [],
    );
  if (
    listsOf('deniedMcpServers')
      .flat()
      .some((rule) => matches(rule, asked.original))
  ) {
    return isDenied(asked, 'it is on a deny list');
  }
  const allowed = listsOf('allowedMcpServers');
  if (allowed.length === 0) return undefined;
  const lists = combine === 'any' ? [allowed.flat()] : allowed;
  if (!lists.every((list) => allows(list, asked.original))) {
    return isDenied(asked, 'it is not on the allow list');
  }
  return lists.every((list) => allows(list, asked.rewritten)) ? undefined : notRewritten(asked);
}

/** Where a list names commands (or addresses) at all, a name alone does not let a started (or remote) server in. */
function allows(list: readonly unknown[], candidate: Candidate): boolean {
  const key = candidate.url === undefined ? 'serverCommand' : 'serverUrl';
  const exact = list.filter((rule) => isRecord(rule) && rule[key] !== undefined);
  const counting = exact.length > 0 ? exact : list;
  return counting.some((rule) => matches(rule, candidate));
}

function matches(rule: unknown, { name, argv, url }: Candidate): boolean {
  if (!isRecord(rule)) return false;
  if (typeof rule.serverName === 'string' && rule.serverName === name) return true;
  if (Array.isArray(rule.serverCommand) && argv !== undefined) {
    return JSON.stringify(rule.serverCommand) === JSON.stringify(argv);
  }
  return typeof rule.serverUrl === 'string' && url !== undefined && isGlob(rule.serverUrl, url);
}

/** True when the pattern, in which `*` stands for anything, is the whole text. Linear in the length of both. */
export function isGlob(pattern: string, text: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  const last = parts.pop() ?? '';
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Codex `requirements.toml`: a server counts only with its name and the same command or address. */
export function codexRequirements(
  documents: readonly Settings[],
  asked: Asked,
): Verdict | undefined {
  const tables = documents.flatMap(({ mcp_servers: servers }) =>
    isRecord(servers) ? [servers] : [],
  );
  const fits = (table: Settings, { name, argv, url }: Candidate) => {
    const required = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!isRecord(required)) return false;
    if (!isRecord(required.identity)) return true;
    const { command, url: address } = required.identity;
    return url === undefined ? command === argv?.[0] : address === url;
  };
  if (!tables.every((table) => fits(table, asked.original))) {
    return isDenied(asked, 'it is not among the required servers');
  }
  return tables.every((table) => fits(table, asked.rewritten)) ? undefined : notRewritten(asked);
}

/** Factory's `mcpPolicy`: hostnames, or commands with arguments. Its form is not documented in full. */
export function factoryPolicy(documents: readonly Settings[], asked: Asked): Verdict | undefined {
  const policies = documents.flatMap(({ mcpPolicy }) => (isRecord(mcpPolicy) ? [mcpPolicy] : []));
  const lists = policies.flatMap(({ enabled, allowlist }) =>
    enabled !== false && Array.isArray(allowlist) ? [allowlist as unknown[]] : [],
  );
  const command = asked.rewritten.argv?.[0];
  const lets = (list: readonly unknown[]) =>
    list.some((rule) => JSON.stringify(rule).includes(JSON.stringify(command ?? '127.0.0.1')));
  return lists.every(lets) ? undefined : notRewritten(asked);
}

/** Amp's `amp.mcpPermissions`: the first rule that matches command, args or url decides. */
export function ampPermissions(documents: readonly Settings[], asked: Asked): Verdict | undefined {
  const rules = documents.flatMap((document) => {
    const list = document['amp.mcpPermissions'];
    return Array.isArray(list) ? (list as unknown[]) : [];
  });
  const original = ampAction(rules, asked.original);
  if (original === 'reject') return isDenied(asked, 'a permission rule rejects it');
  const rewritten = ampAction(rules, asked.rewritten);
  return rewritten === original || rewritten === 'allow' ? undefined : notRewritten(asked);
}

function ampAction(rules: readonly unknown[], { argv, url }: Candidate): unknown {
  const [command, ...args] = argv ?? [];
  const values: Readonly<Record<string, string | undefined>> = {
    command,
    args: argv === undefined ? undefined : args.join(' '),
    url,
  };
  const rule = rules.find(
    (one) =>
      isRecord(one) &&
      isRecord(one.matches) &&
      Object.entries(one.matches).every(([name, pattern]) => {
        const value = values[name];
        return value !== undefined && typeof pattern === 'string' && isGlob(pattern, value);
      }),
  );
  return isRecord(rule) ? rule.action : undefined;
}

/** Gemini and Qwen system settings: `mcp.allowed` and `mcp.excluded` by name, which a rewrite keeps. */
export function nameLists(documents: readonly Settings[], asked: Asked): Verdict | undefined {
  const { name } = asked.original;
  for (const { mcp } of documents) {
    if (!isRecord(mcp)) continue;
    if (Array.isArray(mcp.excluded) && mcp.excluded.includes(name)) {
      return isDenied(asked, 'the administrator excludes its name');
    }
    if (Array.isArray(mcp.allowed) && !mcp.allowed.includes(name)) {
      return isDenied(asked, 'the administrator does not allow its name');
    }
  }
  return undefined;
}

/** VS Code's policy `ChatMCP`: everything, servers of a registry only, or none. */
export function vscodeAccess(documents: readonly Settings[], asked: Asked): Verdict | undefined {
  for (const document of documents) {
    const access = document.ChatMCP ?? document['chat.mcp.access'];
    if (access === 'off' || access === 'none') return isDenied(asked, 'MCP is switched off');
    if (access === 'registry' || access === 'registryOnly') {
      return kept(
        `Not rewritten: ${asked.source} lets ${asked.client} start only servers as its registry gives them. Ask IT to govern them there, or to set ChatMCP to allowed.`,
      );
    }
  }
  return undefined;
}

/** Claude Desktop's `isLocalDevMcpEnabled`. */
export function desktopPolicy(documents: readonly Settings[], asked: Asked): Verdict | undefined {
  return documents.some(({ isLocalDevMcpEnabled: on }) => on === false || on === 0)
    ? isDenied(asked, 'the administrator has switched local servers off, so the file is not read')
    : undefined;
}

/** Claude Code's `managed-mcp.json`: while it is there, nothing else is loaded. */
export const exclusiveFile = (asked: Asked): Verdict =>
  isDenied(asked, 'the administrator has set the servers, and no others are loaded');
