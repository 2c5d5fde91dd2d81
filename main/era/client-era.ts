import { metaOf, readLine } from './message.ts';
import { metaKeys } from './vocabulary.ts';

/**
 * What a line tells of its client's era: `initialize` begins a legacy session, and `_meta` with a protocol version is
 * modern (2026-07-28, "Backward Compatibility"). `asking` is a `server/discover`, which a client of both sends to find
 * out. Undefined where it tells nothing.
 */
export function clientEraOf(line: Buffer): 'legacy' | 'modern' | 'asking' | undefined {
  for (const message of readLine(line) ?? []) {
    if (message.kind !== 'request') continue;
    if (metaOf(message)[metaKeys.version] === undefined) return 'legacy';
    return message.method === 'server/discover' ? 'asking' : 'modern';
  }
  return undefined;
}
