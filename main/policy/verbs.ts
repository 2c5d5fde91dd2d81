import type { RiskLevel } from '../../shared/policy.ts';
import {
  nounLike,
  readingNouns,
  secretNouns,
  strongVerbs,
  type VerbKind,
  verbKinds,
  webNouns,
} from './verb-table.ts';

/** What a name says by itself: its kind, the words that said so, and whether it looks at secrets. */
export interface NameReading {
  /** Undefined where no verb in it is known. */
  readonly kind: VerbKind | undefined;
  /** The word that decided, for the reason. */
  readonly verb: string;
  /** A thing in the name whose reading hands over credentials (`get_env`), else undefined. */
  readonly secret: string | undefined;
}

/** Longer names are cut: MCP wants at most 128 characters, and a name is read on every first call. */
const maxName = 256;

/**
 * The words of a name: split at everything but letters and digits, and at the humps of camelCase; lower case.
 * `getHTTPStatus-v2` is get, http, status, v, 2.
 */
export function wordsOf(name: string): string[] {
  return name
    .slice(0, maxName)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])([0-9])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

const ranks: Readonly<Record<VerbKind, number>> = {
  read: 0,
  soft: 1,
  write: 2,
  send: 3,
  execute: 4,
  destroy: 5,
};

interface Verb {
  readonly word: string;
  readonly kind: VerbKind;
}

const gravest = (verbs: readonly Verb[]): Verb | undefined =>
  verbs.reduce<Verb | undefined>(
    (worst, verb) => (worst === undefined || ranks[verb.kind] > ranks[worst.kind] ? verb : worst),
    undefined,
  );

/** A look that goes to an address the caller names is a request: what is asked for leaves in the address. */
function reachesOut(words: readonly string[], verb: Verb): boolean {
  if (verb.word === 'search' || words.includes('search')) return false;
  const others = words.filter((word) => word !== verb.word);
  if (verb.word === 'fetch' || verb.word === 'browse') {
    return others.length === 0 || others.some((word) => webNouns.has(word));
  }
  if (!['get', 'read', 'retrieve', 'view', 'open'].includes(verb.word)) return false;
  return webNouns.has(words[0] ?? '') || webNouns.has(words.at(-1) ?? '');
}

function decisiveVerb(words: readonly string[]): Verb | undefined {
  const verbs = words.flatMap((word): Verb[] => {
    const kind = verbKinds.get(word);
    return kind === undefined ? [] : [{ word, kind }];
  });
  // "read and delete", "get or create": every part may happen.
  if (words.some((word) => word === 'and' || word === 'or' || word === 'then')) {
    return gravest(verbs);
  }
  const deeds = verbs.filter((verb) => !nounLike.has(verb.word));
  const main = deeds.find((verb) => verb.kind !== 'soft') ?? deeds[0] ?? verbs[0];
  if (main === undefined) return undefined;
  if (readingNouns.has(main.word) && words.at(-1) !== main.word) {
    return { word: main.word, kind: 'soft' };
  }
  const strong = verbs.filter((verb) => strongVerbs.has(verb.word));
  return gravest([main, ...strong]);
}

/** Reads a tool's name, or a short title, for what it does. It is the server's word: a sign, never a proof. */
export function readName(name: string): NameReading {
  const words = wordsOf(name);
  const verb = decisiveVerb(words);
  const counts = words.includes('count') || words.includes('estimate');
  const secret = counts ? undefined : words.find((word) => secretNouns.has(word));
  if (verb === undefined) return { kind: undefined, verb: '', secret };
  const kind =
    (verb.kind === 'read' || verb.kind === 'soft') && reachesOut(words, verb) ? 'send' : verb.kind;
  return { kind, verb: verb.word, secret };
}

const levels = new Map<VerbKind, RiskLevel>([
  ['read', 'read'],
  ['write', 'write'],
  ['send', 'send'],
  ['execute', 'execute'],
  ['destroy', 'destroy'],
]);

/** The risk a kind of verb stands for; `soft` and unknown verbs leave it open. */
export const levelOfKind = (kind: VerbKind | undefined): RiskLevel | undefined =>
  kind === undefined ? undefined : levels.get(kind);

const phrases: readonly (readonly [string, RiskLevel])[] = [
  ['cannot be undone', 'destroy'],
  ["can't be undone", 'destroy'],
  ['irreversibl', 'destroy'],
  ['permanently delete', 'destroy'],
  ['permanently remove', 'destroy'],
  ['shell command', 'execute'],
  ['bash command', 'execute'],
  ['terminal command', 'execute'],
  ['arbitrary code', 'execute'],
  ['arbitrary command', 'execute'],
  ['arbitrary javascript', 'execute'],
];

/** "Deletes", "deleting" and "delete" are one verb. */
function baseForm(word: string): string {
  if (verbKinds.has(word)) return word;
  const stems = [
    word.replace(/s$/, ''),
    word.replace(/es$/, ''),
    word.replace(/ing$/, ''),
    word.replace(/ing$/, 'e'),
    word.replace(/ies$/, 'y'),
  ];
  return stems.find((stem) => verbKinds.has(stem)) ?? word;
}

/** A sentence about the thing read starts with these as often as one about a deed does. */
const vagueOpeners = new Set(['run', 'start', 'use', 'call', 'apply', 'test', 'build']);

/**
 * What a description admits beyond the name: its first word where that is a deed, and a few plain phrases. Meant for
 * raising only: that a description sounds harmless means nothing.
 */
export function readDescription(text: string): { level: RiskLevel; words: string } | undefined {
  const head = text.slice(0, 2_000).toLowerCase();
  const phrase = phrases.find(([words]) => head.includes(words));
  const first = baseForm(wordsOf(head.slice(0, 64))[0] ?? '');
  const kind = vagueOpeners.has(first) ? undefined : verbKinds.get(first);
  const level = kind === 'read' ? undefined : levelOfKind(kind);
  if (phrase !== undefined) return { level: phrase[1], words: phrase[0] };
  return level === undefined ? undefined : { level, words: first };
}
