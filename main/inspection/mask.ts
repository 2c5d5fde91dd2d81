import { maskJson } from './mask-json.ts';
import { looksRandom } from './named-secrets.ts';
import { isPlaceholder, isSecretName } from './secret-names.ts';
import { mayHoldSecret, secretsIn } from './secret-patterns.ts';
import { marker, type Sighting } from './sighting.ts';

/** A text with its secrets masked, and the kinds of what was masked, each once, in order of appearance. */
export interface Masked {
  readonly text: string;
  readonly kinds: readonly string[];
}

/** Masks the secrets of a text. */
export type Masker = (text: string) => Masked;

const none: readonly string[] = [];

/** How deep JSON inside a JSON string is followed. */
const deepest = 4;

const looksJson = /^\s{0,64}[{["]/;
/** Escapes that can hide a letter or a slash; the others can't hide the start of a secret. */
const hidingEscape = /\\[u/]/;

const withMarkers = (text: string, found: readonly Sighting[]): string => {
  let masked = '';
  let from = 0;
  for (const { start, end, hint } of found) {
    const joins = start === from && masked.endsWith(marker);
    if (!joins) masked += `${text.slice(from, start)}${hint === '' ? '' : `${hint}…`}${marker}`;
    from = end;
  }
  return masked + text.slice(from);
};

const isJson = (text: string): boolean => {
  if (!looksJson.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * Makes a masker that also masks the exact values given (what the keychain injected for a connection), wherever
 * they stand: plain, JSON-escaped, percent-encoded or in base64. Values under three characters are left alone,
 * those under six are masked only where they stand as a word.
 */
export function maskerFor(values: readonly string[]): Masker {
  const exact = exactly(values);
  return (text) => {
    const kinds = new Set<string>();
    const masked = maskText(text, exact, kinds, 0);
    return kinds.size === 0 ? { text, kinds: none } : { text: masked, kinds: [...kinds] };
  };
}

function maskText(text: string, exact: Exact, kinds: Set<string>, depth: number): string {
  if (
    text.length < shortest ||
    !(exact.mayHold(text) || mayHoldSecret(text) || hidingEscape.test(text))
  ) {
    return text;
  }
  if (depth < deepest && isJson(text)) {
    const inner = (part: string, level: number) => maskText(part, exact, kinds, level + 1);
    const masked = maskJson(text, inner, (kind) => kinds.add(kind), depth);
    // A value that reaches across quotes or braces cannot be cut out of JSON: then nothing of it is shown.
    const spans = exact.mayHold(masked) && exact.mask(masked, kinds) !== masked;
    return spans ? JSON.stringify(marker) : masked;
  }
  return maskPlain(exact.mask(text, kinds), kinds);
}

/** Masking can lay bare what stood behind a masked value, so it goes on until nothing is found, four times at most. */
function maskPlain(text: string, kinds: Set<string>): string {
  let plain = text;
  for (let round = 0; round < 4; round += 1) {
    const next = maskOnce(plain, kinds);
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

function maskOnce(plain: string, kinds: Set<string>): string {
  const found = secretsIn(plain);
  if (found.length === 0) return plain;
  for (const { kind } of found) kinds.add(kind);
  return withMarkers(plain, found);
}

interface Exact {
  mayHold(text: string): boolean;
  mask(text: string, kinds: Set<string>): string;
}

interface Needle {
  readonly form: string;
  /** Masked only where no letter or digit adjoins. */
  readonly asWord: boolean;
}

const shortest = 3;
const safeAnywhere = 6;

function exactly(values: readonly string[]): Exact {
  const needles = values
    .filter((value) => value.length >= shortest && !isPlaceholder(value))
    .flatMap((value): Needle[] => {
      const asWord = value.length < safeAnywhere;
      return [...new Set([value, ...encoded(value)])].map((form) => ({ form, asWord }));
    })
    .sort((a, b) => b.form.length - a.form.length);
  return {
    mayHold: (text) => needles.some(({ form }) => text.includes(form)),
    mask: (text, kinds) => {
      let masked = text;
      for (const needle of needles) {
        if (!masked.includes(needle.form)) continue;
        const next = withoutNeedle(masked, needle);
        if (next !== masked) kinds.add('injected');
        masked = next;
      }
      return masked;
    },
  };
}

/** The other ways a value may be written: JSON-escaped, percent-encoded, and in base64 at each of three offsets. */
function encoded(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const forms = [json, JSON.stringify(json).slice(1, -1), ...percent(value)];
  if (value.length < safeAnywhere) return forms;
  const bytes = Buffer.from(value);
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = padded.toString('base64').replace(/=+$/, '');
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((padded.length * 8) / 6);
    const stable = whole.slice(from, to);
    if (stable.length >= safeAnywhere)
      forms.push(stable, stable.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

/** Percent-encoded as browsers do it, as strict encoders do (RFC 3986), and with small hex digits. */
function percent(value: string): readonly string[] {
  const usual = encodeURIComponent(value.toWellFormed());
  const strict = usual.replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const small = usual.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [usual, strict, small];
}

const wordCharacter = /[\p{L}\p{N}_]/u;

function withoutNeedle(text: string, { form, asWord }: Needle): string {
  let masked = '';
  let from = 0;
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
    const end = at + form.length;
    const adjoined =
      asWord && (wordCharacter.test(text[at - 1] ?? '') || wordCharacter.test(text[end] ?? ''));
    if (adjoined || insideMarker(text, at, end)) continue;
    masked += text.slice(from, at) + marker;
    from = end;
  }
  return masked + text.slice(from);
}

/** A value that is itself part of the word "[masked]" must not eat the markers. */
const insideMarker = (text: string, start: number, end: number): boolean => {
  const near = text.lastIndexOf(marker, start);
  return near >= 0 && end <= near + marker.length;
};

/**
 * Masks every secret of a known form, and the values of secret names in JSON, assignments, flags, headers and
 * URLs. Valid JSON stays valid JSON; masking twice changes nothing more. Linear in the length of the text.
 */
export const maskSecrets: Masker = maskerFor([]);

/**
 * What kind of secret an argument or an env value of a config looks like, or undefined. With `name`, a value
 * under a secret name counts whatever it looks like; placeholders (`${env:X}`) never do.
 */
export function looksSecret(text: string, name?: string): string | undefined {
  if (isPlaceholder(text)) return undefined;
  const [kind] = maskSecrets(text).kinds;
  if (kind !== undefined) return kind;
  if (name !== undefined && isSecretName(name)) return 'named-secret';
  return isRandomWhole(text) ? 'high-entropy' : undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const isRandomWhole = (text: string): boolean =>
  /^[A-Za-z0-9+/_=-]{32,512}$/.test(text) &&
  !uuid.test(text) &&
  !text.startsWith('/') &&
  /[A-Z]/.test(text) &&
  /[a-z]/.test(text) &&
  (text.match(/[0-9]/g)?.length ?? 0) >= 3 &&
  looksRandom(text);
