import { createHash } from 'node:crypto';
import type { Connection } from '../../shared/client.ts';
import type { ServerIdentity } from '../../shared/server.ts';
import type { Client } from './client-record.ts';
import type { StdioEntry } from './entry.ts';
import { type LooksSecret, secretArgs } from './secrets.ts';
import { visibleText } from './visible-text.ts';

/** What makes a server the server it is. Secret arguments stand as their place, so that a new token is no new server. */
export type ServerSource =
  | StdioSource
  | { readonly transport: 'http' | 'sse' | 'ws'; readonly url: string };

/** A server that is started by a command; `args` as a connection keeps them. */
export interface StdioSource {
  readonly transport: 'stdio';
  readonly command: string;
  readonly args: Connection['args'];
  readonly cwd?: string;
  readonly envNames: readonly string[];
}

const maxLabel = 200;

/** What stands where a secret was. */
export const hidden = '••••••';

/**
 * The identity of a server: `srv_` and the first 32 hex digits of SHA-256 over JSON of its parts.
 *
 * The command counts as written, but for an ending that only Windows has (`npx.cmd` is `npx`): `npx` and
 * `/opt/bin/npx` may be different programs, and `cmd /c npx` is not unwrapped, because two names for one server cost a
 * second question, and one name for two servers costs a check. A URL counts without its user part and fragment, and
 * with only the names in its query, since the values there are often keys. `mask` hides what looks secret in the label.
 */
export function serverIdentity(
  source: ServerSource,
  mask: (text: string) => string,
): ServerIdentity {
  const { transport } = source;
  if (transport !== 'stdio') {
    const url = publicUrl(source.url);
    const label = clip(mask(visibleText(url.label)));
    return { id: identifier(['remote', url.identity]), transport, label };
  }
  const { args, cwd, envNames } = source;
  const command = source.command.replace(/\.(cmd|exe|bat)$/i, '');
  const id = identifier(['stdio', command, args, cwd ?? null, [...envNames].sort()]);
  const words = [command, ...args].map((word) =>
    typeof word === 'string' ? quoted(word) : hidden,
  );
  return { id, transport, label: clip(mask(visibleText(words.join(' ')))) };
}

/** What an entry starts, with each secret argument replaced by its place. */
export function stdioSource(
  entry: StdioEntry,
  client: Client,
  looksSecret: LooksSecret,
): StdioSource {
  const secret = secretArgs(entry, client, looksSecret);
  return {
    transport: 'stdio',
    command: entry.command,
    args: entry.args.map((arg, index) => (secret.has(index) ? { secret: `args[${index}]` } : arg)),
    ...(entry.cwd === undefined ? {} : { cwd: entry.cwd }),
    envNames: entry.env.map(({ name }) => name),
  };
}

const identifier = (parts: readonly unknown[]) =>
  `srv_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;

const quoted = (word: string) => (word === '' || /\s/.test(word) ? JSON.stringify(word) : word);

const clip = (label: string) => (label.length > maxLabel ? `${label.slice(0, maxLabel)}…` : label);

function publicUrl(text: string): { identity: string; label: string } {
  if (!URL.canParse(text)) {
    // A template such as ${env:HOST}/mcp: what follows a question mark is left out unseen.
    const path = text.split(/[?#]/, 1)[0] ?? '';
    return { identity: path, label: path };
  }
  const url = new URL(text);
  const names = [...new Set(url.searchParams.keys())].sort();
  const label = `${url.protocol}//${url.host}${url.pathname}`;
  return { identity: names.length === 0 ? label : `${label}?${names.join('&')}`, label };
}
