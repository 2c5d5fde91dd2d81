import { isDeepStrictEqual } from 'node:util';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { sha256 } from './config-file.ts';
import { textOf } from './config-node.ts';
import { type ConfigEntry, connectionOf } from './entry.ts';
import { entryEdits } from './entry-edits.ts';
import { type Judging, type Verdict, whyNot } from './judge.ts';
import { encodeConfig, type ParsedConfig, parseConfig } from './parse.ts';
import {
  type TakenOver,
  type TakeOverContext,
  takeOverRemote,
  takeOverStdio,
} from './take-over.ts';
import { applyEdits, type TextEdit } from './text-edit.ts';
import { differsAt } from './verify.ts';

/** What a rewrite needs to know besides the file. */
export interface RewriteContext extends TakeOverContext, Judging {
  /** A fresh connection id. Random, so a client cannot guess another's; an entry that is routed again gets a new one. */
  readonly newId: () => string;
  /** Key paths of the only entries to take over; absent: all. */
  readonly places?: readonly (readonly string[])[] | undefined;
}

/** One entry that a rewrite takes over. */
export interface PlannedEntry extends TakenOver {
  /** Hex SHA-256 of the entry's value as it will stand in the file: how a restore knows that nobody touched it since. */
  readonly newHash: string;
}

/** A rewrite that is ready to be written. `planned` is empty, and `bytes` are the same, when there is nothing to do. */
export interface ProtectPlan {
  readonly before: ParsedConfig;
  readonly after: ParsedConfig;
  readonly bytes: Buffer;
  readonly planned: readonly PlannedEntry[];
  /** Entries that a rule forbids or keeps from being rewritten, in the order of the file. */
  readonly left: readonly { readonly name: string; readonly verdict: Verdict }[];
}

/**
 * Plans the rewrite of one config: every governable entry leads to our bridge or endpoint by its connection id, and
 * its literal env values and headers leave the file. What holds placeholders stays where the client expands it. Only
 * the spans of those fields change, which is checked by reading the result back. Entries that are ours already stay,
 * so doing it twice is doing it once. Fails with a sentence when the file cannot be read as its client reads it.
 */
export function planProtect(
  bytes: Uint8Array,
  client: Client,
  context: RewriteContext,
): Result<ProtectPlan> {
  const before = parseConfig(bytes, client);
  if (!before.ok) return before;
  const { mark, text, entries } = before.value;
  const edits: TextEdit[] = [];
  const allowed: string[][] = [];
  const taken: TakenOver[] = [];
  const left: { name: string; verdict: Verdict }[] = [];
  for (const entry of entries) {
    if (connectionOf(entry, context.bridgeFile) !== undefined) continue;
    if (context.places?.some((place) => isDeepStrictEqual(place, entry.keyPath)) === false)
      continue;
    // A remote entry is judged by its endpoint, which is its connection's.
    const asked = entry.reading.kind === 'remote' && context.endpointFor !== undefined;
    const early = asked ? context.newId() : '';
    const verdict = whyNot(entry, client, context, early);
    if (verdict !== undefined) {
      left.push({ name: entry.name, verdict });
      continue;
    }
    const one = takeOver(entry, client, context, early === '' ? context.newId() : early);
    if (one === undefined) continue;
    const made = attempt(() => entryEdits(text, one, client, context.bridgeFile));
    if (made === undefined) return unplaceable(`"${entry.name}" is written in an unusual way`);
    taken.push(one);
    edits.push(...made.edits);
    allowed.push(...made.touched.map((path) => [...entry.keyPath, ...path]));
  }
  const changed = attempt(() => applyEdits(text, edits));
  if (changed === undefined) return unplaceable('two changes would overlap');
  const written = encodeConfig(mark, changed);
  const after = parseConfig(written, client);
  // Our own edits are checked by reading them back: a plan that is not surely readable is never written.
  if (!after.ok) return unplaceable(after.problem.message);
  const stray = differsAt(before.value.root, after.value.root, allowed);
  if (stray !== undefined) return unplaceable(`"${stray}" would change`);
  const planned: PlannedEntry[] = [];
  for (const one of taken) {
    const found = after.value.entries.find(
      (entry) => connectionOf(entry, context.bridgeFile) === one.connection.id,
    );
    if (found === undefined) return unplaceable(`"${one.connection.name}" was lost`);
    planned.push({ ...one, newHash: sha256(textOf(after.value.text, found.node)) });
  }
  return ok({ before: before.value, after: after.value, bytes: written, planned, left });
}

/** What an edit cannot express throws, and so do edits that overlap: both only mean that the file stays as it is. */
export function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // The caller says what that means for the file.
    return undefined;
  }
}

const unplaceable = (detail: string) =>
  fail(
    'unplaceable',
    `Airlock could not work out a safe edit for this file, so it was left alone (${detail}).`,
  );

function takeOver(
  entry: ConfigEntry,
  client: Client,
  context: RewriteContext,
  id: string,
): TakenOver | undefined {
  const { reading } = entry;
  switch (reading.kind) {
    case 'stdio':
      return takeOverStdio(entry, reading, client, context, id);
    case 'remote': {
      if (reading.transport === 'ws') return undefined;
      const endpoint = context.endpointFor?.(id, reading.transport);
      return endpoint && takeOverRemote(entry, reading, client, context, id, endpoint);
    }
    case 'unknown':
      return undefined;
    default:
      return reading satisfies never;
  }
}
