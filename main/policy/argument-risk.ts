import { type RiskLevel, withinRisk } from '../../shared/policy.ts';
import { hostRaise, kindOfHost, looksLikeUrl, urlRaise } from './addresses.ts';
import { mappingBounds } from './cedar-value.ts';
import { commandRaise, hasShellSyntax, looksLikeSql, sqlRaise } from './commands.ts';
import { looksLikePath, type PlaceRules, pathRaise, type Raise } from './places.ts';
import { wordsOf } from './verbs.ts';

/** What the arguments of one call add to the risk of its tool. */
export interface ArgumentRisk {
  /** `read` where they add nothing. */
  readonly level: RiskLevel;
  readonly reasons: readonly string[];
  /** True where they are deeper, more or longer than is read; what lies too deep or is too many counts as unknown. */
  readonly tooLarge: boolean;
}

/** A text longer than this is content, whatever the argument is called. */
const maxPlain = 4_096;
const maxReasons = 4;

type KeyKind =
  | 'command'
  | 'code'
  | 'sql'
  | 'path'
  | 'host'
  | 'recipient'
  | 'content'
  | 'pattern'
  | 'other';

const kindsOfWord = new Map<string, KeyKind>(
  (
    [
      ['command', 'command commands cmd script shell bash powershell exec argv'],
      ['code', 'code javascript js python expression function program snippet'],
      ['sql', 'sql query queries statement statements mutation'],
      [
        'path',
        'path paths file files filename filepath dir directory directories folder root cwd source destination src dest target uri',
      ],
      ['host', 'host hostname server ip address endpoint domain'],
      ['recipient', 'to cc bcc recipient recipients'],
      [
        'content',
        'content contents text body message markdown html description title prompt thought summary subject note notes comment',
      ],
      ['pattern', 'pattern patterns regex regexp glob filter selector'],
    ] as const
  ).flatMap(([kind, text]) => text.split(' ').map((word): [string, KeyKind] => [word, kind])),
);

/** An argument is named by its last word (`old_text`, `filePath`), or by its first where the last says nothing. */
function kindOfKey(key: string): KeyKind {
  const known = kindsOfKey.get(key);
  if (known !== undefined) return known;
  const words = wordsOf(key);
  const kind = kindsOfWord.get(words.at(-1) ?? '') ?? kindsOfWord.get(words[0] ?? '') ?? 'other';
  if (key.length <= longestKnown && kindsOfKey.size < mostKnown) kindsOfKey.set(key, kind);
  return kind;
}

/** The keys that tools have come again and again; bounded, because they come from outside. */
const kindsOfKey = new Map<string, KeyKind>();
const longestKnown = 64;
const mostKnown = 2_048;

const codeLike = /[\p{L}_$][\w$.]*\s*\(|=>|[;={}]|\bimport\b|\n/u;
const recipientLike =
  /^\s*(?:[^\s@]+@[^\s@]+|\+?\d[\d\s()-]{6,}|[@#][\w.-]+)\s*$|<[^\s@>]+@[^\s@>]+>/;

function raiseOfRecipient(text: string): Raise | undefined {
  if (!text.split(',').some((part) => recipientLike.test(part.slice(0, 320)))) return undefined;
  return { level: 'send', reason: `It goes to ${text.slice(0, 80)}.` };
}

function raiseOfHost(text: string): Raise | undefined {
  const host = text.replace(/:\d+$/, '').toLowerCase();
  if (!/^[\w.:[\]-]+$/.test(host)) return undefined;
  // Connecting to localhost or a name in the house is what a database tool is for; credentials are not.
  return kindOfHost(host) === 'metadata' ? hostRaise(host) : undefined;
}

function raiseOfPath(text: string, kind: KeyKind, reads: boolean, places: PlaceRules) {
  const raise = pathRaise(text, reads, places);
  // A text that merely looks like a path (`/api/users`) only counts where it names something grave.
  return kind === 'path' || raise?.level === 'unknown' || raise?.level === 'execute'
    ? raise
    : undefined;
}

/** The raises of one text, by the name of its argument and by what it looks like. */
function raisesOfText(
  text: string,
  kind: KeyKind,
  reads: boolean,
  places: PlaceRules,
): (Raise | undefined)[] {
  if (text === '') return [];
  if (kind === 'command') return [commandRaise(text)];
  if (kind === 'code') return codeLike.test(text.slice(0, maxPlain)) ? [commandRaise(text)] : [];
  if (kind === 'sql' && looksLikeSql(text)) return [sqlRaise(text)];
  if (text.length > maxPlain) return [];
  if (kind === 'content') return [];
  const whole = text.trim();
  if (looksLikeUrl(whole) && !/\s/.test(whole)) return [urlRaise(whole)];
  const raises: (Raise | undefined)[] = [];
  if (kind === 'path' || looksLikePath(whole)) raises.push(raiseOfPath(whole, kind, reads, places));
  if (kind === 'recipient') raises.push(raiseOfRecipient(whole));
  if (kind === 'host') raises.push(raiseOfHost(whole));
  if (kind !== 'pattern' && kind !== 'sql' && hasShellSyntax(text)) {
    raises.push({
      level: 'execute',
      reason: `${JSON.stringify(whole.slice(0, 60))} holds shell syntax.`,
    });
  }
  return raises;
}

/**
 * Reads the arguments of a call for what they add to the risk. `reads` says that the tool itself only looks, so that
 * a path means reading there and not writing. Arguments only ever raise: that they look harmless means nothing.
 * The bounds are those of the mapping to Cedar, so that both agree on what is too large.
 */
export function argumentRisk(value: unknown, reads: boolean, places: PlaceRules): ArgumentRisk {
  let level: RiskLevel = 'read';
  let unread = false;
  let values = 0;
  let characters = 0;
  let long = false;
  const reasons: string[] = [];

  const add = (raise: Raise | undefined) => {
    if (raise === undefined) return;
    if (!withinRisk(raise.level, level)) {
      level = raise.level;
      reasons.unshift(raise.reason);
    } else reasons.push(raise.reason);
  };

  const count = (text: string) => {
    characters += text.length;
    if (text.length > mappingBounds.text) long = true;
  };

  const visit = (part: unknown, kind: KeyKind, depth: number): void => {
    values += 1;
    if (values > mappingBounds.values || depth > mappingBounds.depth) {
      unread = true;
      return;
    }
    if (typeof part === 'string') {
      count(part);
      for (const raise of raisesOfText(part, kind, reads, places)) add(raise);
    } else if (Array.isArray(part)) {
      for (const item of part) {
        if (unread) return;
        visit(item, kind, depth + 1);
      }
    } else if (typeof part === 'object' && part !== null) visitMembers(part, depth + 1);
  };

  const visitMembers = (part: object, depth: number): void => {
    for (const [key, item] of Object.entries(part)) {
      if (unread) return;
      count(key);
      visit(item, kindOfKey(key), depth);
    }
  };

  if (typeof value === 'object' && value !== null && !Array.isArray(value)) visitMembers(value, 1);
  else visit(value, 'other', 1);
  if (unread)
    add({ level: 'unknown', reason: 'Its arguments are too many or too deep to be read.' });
  const tooLarge = unread || long || characters > mappingBounds.total;
  return { level, reasons: [...new Set(reasons)].slice(0, maxReasons), tooLarge };
}
