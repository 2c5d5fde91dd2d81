import { setImmediate as turn } from 'node:timers/promises';
import {
  type LoadedPart,
  type LoadedSet,
  loadUserSet,
  type ManagedSet,
  managedOrigin,
  managedSetOf,
} from './load.ts';
import { makeRuleIndex, type RuleIndex } from './rule-index.ts';
import { compileRules, type RuleSet } from './rule-set.ts';

/** A loaded set with the index that finds its rules. */
export type Indexed<S> = LoadedPart<S> & { readonly index: RuleIndex };

/** The built-in rules and the user's file, indexed. */
export function loadUser(file: string): Indexed<LoadedSet> {
  const part = loadUserSet(file);
  return { ...part, index: makeRuleIndex(part.set.rules) };
}

/** The managed set of a text, compiled here and now; undefined where this machine is not managed. */
export function managedNow(text: string | undefined): Indexed<ManagedSet> {
  const set = text === undefined ? undefined : compileRules(text, managedOrigin);
  return { ...managedSetOf(set), index: makeRuleIndex(set?.rules) };
}

/** Rules that are put into the index before whatever waits gets its turn: some hundred microseconds. */
const atOnce = 250;

/** The same, compiled elsewhere and indexed little by little, so that no call waits for it. */
export async function compileManaged(
  text: string | undefined,
  compile: ((text: string) => Promise<RuleSet>) | undefined,
): Promise<Indexed<ManagedSet>> {
  if (text === undefined || compile === undefined) return managedNow(text);
  const set = await compile(text);
  const index = makeRuleIndex();
  for (let from = 0; from < set.rules.length; from += atOnce) {
    index.add(set.rules.slice(from, from + atOnce));
    await turn();
  }
  return { ...managedSetOf(set), index };
}
