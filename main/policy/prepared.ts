import type { Policy } from '@cedar-policy/cedar-wasm/nodejs';
import { cedar } from './cedar.ts';
import { makeLru } from './lru.ts';

/** A set of policies by id, and one text that tells its content apart from every other's. */
export interface PolicyGroup {
  readonly content: string;
  readonly policies: ReadonlyMap<string, Policy>;
}

/** Makes a group. The ids have to be unique per load, as they alone tell groups apart. */
export const groupOf = (policies: ReadonlyMap<string, Policy>): PolicyGroup => ({
  content: [...policies.keys()].join(' '),
  policies,
});

/** Groups as Cedar keeps them, parsed. */
export interface PreparedSets {
  /**
   * The name under which Cedar holds exactly this group; good until the next call, which may give the name to
   * another group. Throws when the policies do not parse together.
   */
  nameOf(group: PolicyGroup): string;
  /** Forgets every group, as their ids may mean other policies from now on. */
  clear(): void;
}

const maxSets = 64;
let owners = 0;

/**
 * Cedar keeps a parsed set by name for the life of the process and has no call to forget one, so names are used
 * again and a name without use holds an empty set.
 */
export function makePreparedSets(): PreparedSets {
  owners += 1;
  const owner = owners;
  let made = 0;
  const free: string[] = [];
  const names = makeLru<string, string>(maxSets, (_, name) => free.push(name));
  const used = new Set<string>();

  const freshName = (): string => {
    made += 1;
    return `airlock-${owner}-${made}`;
  };

  return {
    nameOf(group) {
      const known = names.get(group.content);
      if (known !== undefined) return known;
      const name = free.pop() ?? freshName();
      const staticPolicies = Object.fromEntries(group.policies);
      const answer = cedar.preparsePolicySet(name, { staticPolicies });
      if (answer.type === 'failure') {
        free.push(name);
        throw new Error(`The rules do not parse together: ${answer.errors[0]?.message ?? ''}`);
      }
      used.add(name);
      names.set(group.content, name);
      return name;
    },
    clear() {
      for (const name of used) cedar.preparsePolicySet(name, { staticPolicies: {} });
      names.clear();
      free.length = 0;
      free.push(...used);
    },
  };
}
