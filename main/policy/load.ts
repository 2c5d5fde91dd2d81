import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Rule } from '../../shared/policy.ts';
import { builtInRules, lockdownRules } from './built-in.ts';
import { type CompiledRule, compileRules, type RuleSet } from './rule-set.ts';
import { keepLastGood, lastGoodFile, readUserFile } from './user-file.ts';

/** One of the two sets that are asked apart. */
export interface LoadedSet {
  readonly rules: readonly CompiledRule[];
  /** Set while a rule that may forbid is lost: everything asks at least, with this as the reason. */
  readonly broken: Rule | undefined;
  /** See RuleSet. */
  readonly digest: string;
}

/** A set with what has to be said about it. */
export interface LoadedPart<S> {
  readonly set: S;
  readonly problems: readonly string[];
}

/** The managed set constrains only where there is one: none is not the same as one that permits nothing. */
export type ManagedSet =
  | { readonly kind: 'none' }
  | { readonly kind: 'rules'; readonly set: LoadedSet };

/** Everything that was loaded. */
export interface Loaded {
  readonly managed: ManagedSet;
  /** The built-in rules and the user's own. */
  readonly user: LoadedSet;
  /** Sentences for the person, one per thing that is wrong. */
  readonly problems: readonly string[];
  /** Hex SHA-256 over what the rules mean; comments and blanks do not change it. */
  readonly hash: string;
}

/** The user's part as text, and what has to be said about it. */
interface UserText {
  readonly text: string;
  readonly lockdown: boolean;
  readonly problems: readonly string[];
}

function userText(file: string): UserText {
  const name = path.basename(file);
  const found = readUserFile(file);
  switch (found.state) {
    case 'absent':
      return { text: '', lockdown: false, problems: [] };
    case 'present': {
      const problem = keepLastGood(file, found.text);
      return {
        text: found.text,
        lockdown: false,
        problems: problem === undefined ? [] : [problem],
      };
    }
    case 'unreadable': {
      const said = `${name} cannot be read: ${found.reason}.`;
      const last = readUserFile(lastGoodFile(file));
      if (last.state === 'present') {
        const problems = [`${said} The rules it last held stay in force; correct the file.`];
        return { text: last.text, lockdown: false, problems };
      }
      const problems = [
        `${said} It never could be, so only reading is let through until it is corrected.`,
      ];
      return { text: '', lockdown: true, problems };
    }
    default:
      return found satisfies never;
  }
}

/** Loads the built-in rules and the user's file. Throws CedarBroken when Cedar failed. */
export function loadUserSet(file: string): LoadedPart<LoadedSet> {
  const { text, lockdown, problems } = userText(file);
  const own = compileRules(text, { source: 'user', name: path.basename(file) });
  const builtIn = compileRules(lockdown ? builtInRules + lockdownRules : builtInRules, {
    source: 'built-in',
    name: 'built-in rules',
  });
  if (builtIn.problems.length > 0) throw new Error(builtIn.problems.join(' '));
  return {
    // The user's first: an explanation names them before the defaults.
    set: {
      rules: numbered([...own.rules, ...builtIn.rules]),
      broken: own.broken,
      digest: own.digest + builtIn.digest,
    },
    problems: [...problems, ...own.problems],
  };
}

const numbered = (rules: readonly CompiledRule[]): CompiledRule[] =>
  rules.map((rule, order) => ({ ...rule, order }));

/** How the rules of IT are called. */
export const managedOrigin = { source: 'managed', name: 'the managed policy' } as const;

/** The managed set of compiled rules; undefined where this machine is not managed. */
export function managedSetOf(set: RuleSet | undefined): LoadedPart<ManagedSet> {
  if (set === undefined) return { set: { kind: 'none' }, problems: [] };
  // A text that holds nothing constrains nothing; one whose rules were all lost permits nothing.
  const empty = set.rules.length === 0 && set.problems.length === 0;
  return { set: empty ? { kind: 'none' } : { kind: 'rules', set }, problems: set.problems };
}

/** Joins what was loaded. */
export function joinSets(user: LoadedPart<LoadedSet>, managed: LoadedPart<ManagedSet>): Loaded {
  const content = [user.set.digest, managed.set.kind === 'none' ? null : managed.set.set.digest];
  return {
    managed: managed.set,
    user: user.set,
    problems: [...managed.problems, ...user.problems],
    hash: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
  };
}

/**
 * Loads all rules: the managed text where there is one, the built-in rules, and the user's file (absent, present,
 * or unreadable: then the last readable text, or only reading). Throws CedarBroken when Cedar failed.
 */
export function loadRules(file: string, managedText: string | undefined): Loaded {
  const managed = managedText === undefined ? undefined : compileRules(managedText, managedOrigin);
  return joinSets(loadUserSet(file), managedSetOf(managed));
}
