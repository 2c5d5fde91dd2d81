import { isPlaceholder, isSecretName } from './secret-names.ts';
import { marker } from './sighting.ts';

/** Masks the secrets of one decoded string; returns the same string where there is none. */
export type MaskString = (text: string, depth: number) => string;

/** Called with the kind of each secret the walk itself masked. */
export type Noted = (kind: string) => void;

interface Frame {
  readonly kind: 'object' | 'array';
  /** The key whose value comes next. */
  key: string;
  expectsKey: boolean;
  /** Everything inside belongs to a secret name: `"credentials": { … }`. */
  readonly secret: boolean;
  /** `{"name": "API_KEY", "value": "…"}`: whether a name said so, and the value that waits for it. */
  namesSecret: boolean;
  waiting: number | undefined;
  /** The string before, for `["--token", "…"]`. */
  previous: string;
}

const token = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gs;
const naming = /^(?:name|key|variable|var|env|field|header|id)$/i;
const flag = /^--?[A-Za-z]/;

/**
 * Masks the secrets of a JSON text and keeps it valid JSON: strings under secret names become the marker, every
 * other string is masked inside, all else stays byte for byte. The text must be valid JSON. Linear.
 */
export function maskJson(text: string, mask: MaskString, noted: Noted, depth: number): string {
  const parts: string[] = [];
  const frames: Frame[] = [];
  let copied = 0;
  const replace = (start: number, end: number, by: string): number => {
    parts.push(text.slice(copied, start), by);
    copied = end;
    return parts.length - 1;
  };
  for (const match of text.matchAll(token)) {
    const raw = match[0];
    const start = match.index;
    const frame = frames.at(-1);
    const head = raw[0] ?? '';
    if (head === '{' || head === '[') frames.push(opened(head, frame));
    else if (head === '}' || head === ']') frames.pop();
    else if (head === ',') {
      if (frame !== undefined) frame.expectsKey = frame.kind === 'object';
    } else if (head === ':') {
      if (frame !== undefined) frame.expectsKey = false;
    } else if (head !== '"') {
      const secret = /^[-0-9]/.test(raw) && frame !== undefined && isSecretName(frame.key);
      const injected = mask(raw, depth) !== raw;
      if (secret || injected) {
        if (secret) noted('named-secret');
        replace(start, start + raw.length, JSON.stringify(marker));
      }
    } else {
      const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
      const masked = maskString(value, frame);
      if (masked !== value) replace(start, start + raw.length, JSON.stringify(masked));
      else if (frame !== undefined && isWaiting(frame)) frame.waiting = holdBack(start, raw);
      settle(frame, value);
    }
  }
  parts.push(text.slice(copied));
  return parts.join('');

  function maskString(value: string, frame: Frame | undefined): string {
    if (frame?.expectsKey === true) return mask(value, depth);
    if (frame !== undefined && holdsSecret(frame) && !isPlaceholder(value) && value !== marker) {
      noted('named-secret');
      return marker;
    }
    return mask(value, depth);
  }

  /** Keeps the place of a value whose name may still come. */
  function holdBack(start: number, raw: string): number {
    return replace(start, start + raw.length, raw);
  }

  function settle(frame: Frame | undefined, value: string): void {
    if (frame === undefined) return;
    if (frame.expectsKey) {
      frame.key = value;
      return;
    }
    frame.previous = value;
    if (frame.kind !== 'object' || !naming.test(frame.key) || !isSecretName(value)) return;
    frame.namesSecret = true;
    const held = frame.waiting === undefined ? undefined : parts[frame.waiting];
    if (frame.waiting === undefined || held === undefined) return;
    const shown = JSON.parse(held) as string;
    if (isPlaceholder(shown) || shown === marker) return;
    noted('named-secret');
    parts[frame.waiting] = JSON.stringify(marker);
  }
}

const opened = (head: string, parent: Frame | undefined): Frame => ({
  kind: head === '{' ? 'object' : 'array',
  key: '',
  expectsKey: head === '{',
  secret:
    parent !== undefined &&
    (parent.secret || (parent.kind === 'object' && isSecretName(parent.key))),
  namesSecret: false,
  waiting: undefined,
  previous: '',
});

const isWaiting = (frame: Frame): boolean =>
  frame.kind === 'object' && !frame.expectsKey && frame.key === 'value' && !frame.namesSecret;

const holdsSecret = (frame: Frame): boolean =>
  frame.secret ||
  (frame.kind === 'array' && flag.test(frame.previous) && isSecretName(frame.previous)) ||
  (frame.kind === 'object' &&
    (isSecretName(frame.key) || (frame.namesSecret && frame.key === 'value')));
