import type { KnownServer, Registry, ServerMatch } from '../../shared/managed.ts';

/** What is known of a server when it is compared: from its entry, never from what it says of itself. */
export interface ServerFacts {
  readonly id: string;
  /** The command line with secrets hidden, or the URL without user, query and fragment. */
  readonly label: string;
  readonly transport: 'stdio' | 'http' | 'sse' | 'ws';
  /** The command and its arguments, for stdio. */
  readonly command?: string;
  readonly args?: readonly string[];
}

/** A pattern in which `*` stands for any characters. Linear: the parts are looked for one after the other. */
export function fitsPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return pattern === text;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  if (!text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** A published package as it was asked for; the version is absent where the newest is taken. */
interface Package {
  readonly name: string;
  readonly version: string | undefined;
}

const split = (text: string, from: number, separator: string): Package => {
  const at = text.indexOf(separator, from);
  if (at === -1) return { name: text, version: undefined };
  return { name: text.slice(0, at), version: text.slice(at + separator.length) };
};

/** Flags whose next word is their value; in front of the package they are stepped over with it. */
const valued: ReadonlySet<string> = new Set(['--registry', '--cache', '--python', '--index-url']);
const packageFlags: ReadonlySet<string> = new Set(['-p', '--package', '--from']);

function firstPackage(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [flag = '', value] = word.split(/=(.*)/s, 2);
    if (packageFlags.has(flag)) return value ?? args[at + 1];
    if (!word.startsWith('-')) return word;
    if (valued.has(word)) at += 1;
  }
  return undefined;
}

const runners: Readonly<Record<string, 'npm' | 'pypi' | 'oci'>> = {
  npx: 'npm',
  bunx: 'npm',
  uvx: 'pypi',
  pipx: 'pypi',
};

/**
 * The package that a command line fetches and runs, such as `npm:@scope/name` and its version; undefined where it runs
 * something else. A line that names another registry or index runs somebody else's package of that name: undefined.
 */
export function packageOf({ command, args = [] }: ServerFacts): Package | undefined {
  if (command === undefined) return undefined;
  const program = (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(cmd|exe|bat)$/i, '');
  const kind = runners[program];
  if (kind === undefined) return undefined;
  if (args.some((arg) => /^--(registry|index|index-url|default-index|find-links)\b/.test(arg))) {
    return undefined;
  }
  const found = firstPackage(program === 'pipx' && args[0] === 'run' ? args.slice(1) : args);
  if (found === undefined || /^[./~]|:\/\/|^git\+/.test(found)) return undefined;
  const { name, version } =
    kind === 'npm' ? split(found, 1, '@') : split(found.replace('@', '=='), 1, '==');
  return { name: `${kind}:${name}`, version };
}

function fitsPackage(wanted: string, facts: ServerFacts): boolean {
  const found = packageOf(facts);
  if (found === undefined) return false;
  const { name, version } = split(wanted, wanted.indexOf(':') + 2, '@');
  return found.name === name && (version === undefined || version === found.version);
}

/** Whether a match names this server: every part that it gives has to fit. */
export function fitsServer(match: ServerMatch, facts: ServerFacts): boolean {
  const parts = [
    match.id === undefined || match.id === facts.id,
    match.package === undefined || fitsPackage(match.package, facts),
    match.url === undefined || (facts.transport !== 'stdio' && fitsPattern(match.url, facts.label)),
    match.command === undefined ||
      (facts.transport === 'stdio' && fitsPattern(match.command, facts.label)),
  ];
  return parts.every(Boolean);
}

/** What the registry says of a server. */
export interface RegistryVerdict {
  readonly allowed: boolean;
  /** Whether the annotations of its tools may lower their risk. */
  readonly trusted: boolean;
  /** IT's name for it. */
  readonly name?: string;
  /** For people; empty where it is allowed. */
  readonly sentence: string;
}

/** Judges a server by the registry: deny wins, then allow, then the default. */
export function judgeServer(registry: Registry | undefined, facts: ServerFacts): RegistryVerdict {
  const allowed = { allowed: true, trusted: false, sentence: '' };
  if (registry === undefined) return allowed;
  const denied = registry.deny.find(({ server }) => fitsServer(server, facts));
  if (denied !== undefined) {
    const why = denied.reason === undefined ? '' : `: ${denied.reason}`;
    return {
      allowed: false,
      trusted: false,
      sentence: `Your organisation does not allow this server${why}`.replace(/[.]?$/, '.'),
    };
  }
  const known = registry.allow.find(({ server }) => fitsServer(server, facts));
  if (known !== undefined) return { ...allowed, trusted: known.trusted, ...nameOf(known) };
  if (registry.default === 'allow') return allowed;
  return {
    allowed: false,
    trusted: false,
    sentence: 'This server is not on the list of servers your organisation allows.',
  };
}

const nameOf = ({ name }: KnownServer): { name?: string } => (name === undefined ? {} : { name });
