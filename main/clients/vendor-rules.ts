import { type ParseError, parse as parseJson } from 'jsonc-parser';
import type { Client, VendorRules } from './client-record.ts';
import { matchPattern, readConfigFile } from './config-file.ts';
import { type Machine, patternOf } from './config-paths.ts';
import type { ConfigEntry } from './entry.ts';
import type { EndpointFor, Verdict } from './judge.ts';
import { tomlValue } from './toml-tree.ts';
import * as matchers from './vendor-matchers.ts';

/** What the rules of clients and vendors say about an entry; undefined: nothing against it. */
export type VerdictOn = (entry: ConfigEntry, client: Client) => Verdict | undefined;

/** The settings an administrator forces for a domain (macOS preferences, Windows registry); undefined: none known. */
export type ManagedSettings = (
  domain: string,
) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** What evaluating the rules needs from outside. */
interface RulePorts {
  readonly bridgeFile: string;
  readonly endpointFor?: EndpointFor;
  readonly managedSettings?: ManagedSettings;
}

interface Loaded {
  readonly kind: VendorRules['kind'];
  readonly combine: 'any' | 'all';
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** Where they are from, for sentences. */
  readonly source: string;
  /** Set when a file with rules is there and cannot be read. */
  readonly unreadable?: string;
}

/**
 * Reads the allow and deny lists of all clients once, and gives the judge of their entries. Lists are evaluated
 * against the entry as it is: a denied server is denied whatever a rewrite would make of it, and one that only its
 * exact command or address lets through is not rewritten. A file with rules that cannot be read stops every rewrite
 * of its client.
 */
export async function loadVendorRules(
  clients: readonly Client[],
  machine: Machine,
  ports: RulePorts,
): Promise<VerdictOn> {
  const loaded = new Map(
    await Promise.all(
      clients.map(async ({ id, rules }): Promise<[string, readonly Loaded[]]> => {
        const found = await Promise.all(rules.map((rule) => load(rule, machine, ports)));
        return [id, found.filter((one) => one !== undefined)];
      }),
    ),
  );
  return (entry, client) => {
    for (const rule of loaded.get(client.id) ?? []) {
      const verdict = judge(rule, entry, client, ports);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  };
}

async function load(
  { kind, paths, domain, combine = 'any' }: VendorRules,
  machine: Machine,
  { managedSettings }: RulePorts,
): Promise<Loaded | undefined> {
  const patterns = (paths?.[machine.platform] ?? []).flatMap(
    (path) => patternOf(path, machine) ?? [],
  );
  const files = (await Promise.all(patterns.map(matchPattern))).flat();
  const documents: Record<string, unknown>[] = [];
  const sources: string[] = [];
  let unreadable: string | undefined;
  if (kind === 'goose-allowlist') {
    const list = machine.env.GOOSE_ALLOWLIST;
    return list ? { kind, combine, documents: [], source: `GOOSE_ALLOWLIST (${list})` } : undefined;
  }
  for (const file of files) {
    const read = await readConfigFile(file);
    if (!read.ok && read.problem.code === 'absent') continue;
    const document = read.ok ? settingsIn(file, read.value.bytes.toString('utf8')) : undefined;
    sources.push(file);
    if (document === undefined) unreadable = file;
    else documents.push(document);
  }
  const forced = await forcedSettings(domain, managedSettings);
  if (forced !== undefined && domain !== undefined) {
    documents.push(unpacked(forced));
    sources.push(domain);
  }
  if (sources.length === 0) return undefined;
  const source = sources.join(', ');
  return { kind, combine, documents, source, ...(unreadable === undefined ? {} : { unreadable }) };
}

const forcedSettings = async (
  domain: string | undefined,
  ask: ManagedSettings | undefined,
): Promise<Readonly<Record<string, unknown>> | undefined> =>
  domain === undefined ? undefined : ask?.(domain);

function settingsIn(file: string, text: string): Record<string, unknown> | undefined {
  if (file.endsWith('.toml')) {
    const read = tomlValue(text);
    return 'value' in read ? asRecord(read.value) : undefined;
  }
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? asRecord(value) : undefined;
}

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

/** Codex's MDM settings hold the file itself in base64. */
function unpacked(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const packed = settings.requirements_toml_base64;
  if (typeof packed !== 'string') return { ...settings };
  const read = tomlValue(Buffer.from(packed, 'base64').toString('utf8'));
  return ('value' in read ? asRecord(read.value) : undefined) ?? { ...settings };
}

function judge(
  rule: Loaded,
  entry: ConfigEntry,
  client: Client,
  { bridgeFile, endpointFor }: RulePorts,
): Verdict | undefined {
  const { name, reading } = entry;
  const { source, documents } = rule;
  if (rule.unreadable !== undefined) {
    return {
      denied: false,
      reason: `Not rewritten: the rules in ${rule.unreadable} could not be read, and they may stop it under Airlock. Ask IT to repair the file.`,
    };
  }
  if (reading.kind === 'unknown') return undefined;
  const remote = reading.kind === 'remote';
  const endpoint = remote ? endpointFor?.('con_(new)', 'http')?.url : undefined;
  const asked: matchers.Asked = {
    original: remote
      ? { name, url: reading.url }
      : { name, argv: [reading.command, ...reading.args] },
    rewritten:
      remote && client.remote.includes('http')
        ? { name, url: endpoint ?? 'http://127.0.0.1:0/mcp/con_(new)' }
        : { name, argv: [bridgeFile, 'con_(new)'] },
    client: client.name,
    source,
  };
  switch (rule.kind) {
    case 'server-matchers':
      return matchers.serverMatchers(documents, asked, rule.combine);
    case 'codex-requirements':
      return matchers.codexRequirements(documents, asked);
    case 'factory-policy':
      return matchers.factoryPolicy(documents, asked);
    case 'amp-permissions':
      return matchers.ampPermissions(documents, asked);
    case 'name-lists':
      return matchers.nameLists(documents, asked);
    case 'vscode-access':
      return matchers.vscodeAccess(documents, asked);
    case 'desktop-policy':
      return matchers.desktopPolicy(documents, asked);
    case 'exclusive-file':
      return matchers.exclusiveFile(asked);
    case 'goose-allowlist':
      return {
        denied: false,
        reason: `Not rewritten: ${client.name} starts only commands on the list at ${source}. Ask IT to add ${bridgeFile} to it.`,
      };
    default:
      return rule.kind satisfies never;
  }
}
