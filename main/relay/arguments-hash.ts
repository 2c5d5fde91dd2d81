import { hash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { ArgumentsScan } from './arguments-scan.ts';

// The package's types describe an ES module, yet Node hands the function itself over as the default.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** No RFC 8785 text begins with a letter of this kind, so the two ways of hashing never meet. */
const rawPrefix = 'airlock raw arguments\n';

/**
 * Hex SHA-256 of a call's arguments: over their RFC 8785 form where `scan` says that JSON.parse lost nothing, so that
 * key order and white space do not matter; else over the text as sent, so that no two different texts are one.
 */
export function argumentsHash(text: string, parsed: unknown, scan: ArgumentsScan): string {
  const canonical = scan.lossless ? canonicalize(parsed) : undefined;
  return hash('sha256', canonical ?? rawPrefix + text, 'hex');
}

/**
 * The same, bound also to what else the request's params say beside name, arguments and `_meta` (a task's terms, the
 * answers and the state of a multi-round call): that is sent with the arguments, so a yes must cover it.
 */
export function boundHash(argumentsHashHex: string, more: readonly string[]): string {
  if (more.length === 0) return argumentsHashHex;
  return hash(
    'sha256',
    `airlock arguments with more\n${argumentsHashHex}\n${JSON.stringify(more)}`,
    'hex',
  );
}
