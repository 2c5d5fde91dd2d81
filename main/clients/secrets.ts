import type { SecretSighting } from '../../shared/client.ts';
import type { Client } from './client-record.ts';
import type { ConfigEntry, StdioEntry } from './entry.ts';
import { hasPlaceholder } from './placeholder.ts';

/** Says what kind of secret a text looks like ("github token"), or undefined when it looks like none. */
export type LooksSecret = (text: string) => string | undefined;

/** Env and header values that no detector knows are treated as secrets all the same: this is their kind. */
const unclassified = 'value';

/**
 * The arguments that look like secrets: index to kind. One that the client expands is none, since its value is not in
 * the file. A word after a flag (`--token x`) is also judged together with the flag, as `--token=x`.
 */
export function secretArgs(
  entry: StdioEntry,
  client: Client,
  looksSecret: LooksSecret,
): Map<number, string> {
  const found = new Map<number, string>();
  for (const [index, arg] of entry.args.entries()) {
    if (hasPlaceholder(arg, client.placeholders)) continue;
    const flag = entry.args[index - 1];
    const named =
      flag !== undefined && /^-[^=\s]+$/.test(flag) && !arg.startsWith('-')
        ? `${flag}=${arg}`
        : undefined;
    const kind = looksSecret(arg) ?? (named === undefined ? undefined : looksSecret(named));
    if (kind !== undefined) found.set(index, kind);
  }
  return found;
}

/** Every secret an entry holds, by place and kind. Literals of env and headers always count; values never leave here. */
export function findSecrets(
  entry: ConfigEntry,
  client: Client,
  looksSecret: LooksSecret,
): SecretSighting[] {
  const { reading } = entry;
  switch (reading.kind) {
    case 'stdio':
      return [
        ...[...secretArgs(reading, client, looksSecret)].map(([index, kind]) => ({
          location: `args[${index}]`,
          kind,
        })),
        ...literals(reading.env, 'env', looksSecret),
      ];
    case 'remote': {
      const kind = looksSecret(reading.url);
      return [
        ...(kind === undefined ? [] : [{ location: 'url', kind }]),
        ...literals(reading.headers, 'headers', looksSecret),
      ];
    }
    case 'unknown':
      return [];
    default:
      return reading satisfies never;
  }
}

const literals = (
  values: StdioEntry['env'],
  place: string,
  looksSecret: LooksSecret,
): SecretSighting[] =>
  values
    .filter(({ placeholder }) => !placeholder)
    .map(({ name, value }) => ({
      location: `${place}.${name}`,
      kind: looksSecret(value) ?? unclassified,
    }));
