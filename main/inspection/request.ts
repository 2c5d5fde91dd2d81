import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import { mayHide } from './code-points.ts';
import { type Detector, finding, runDetectors } from './detector.ts';
import { hiddenUnicode } from './hidden-unicode.ts';
import { type Masker, maskSecrets } from './mask.ts';
import { mayHoldSecret } from './secret-patterns.ts';

/** Most of the arguments that is inspected, in UTF-16 units: the head and the tail of a longer text. */
const mostInspected = 256 * 1024;

const unicodeEscape = /\\u[0-9a-fA-F]{4}/g;

/** The arguments with `\u` escapes resolved: what the server will read, not what stands on the line. */
const resolved = (text: string): string =>
  text.includes('\\u')
    ? text.replace(unicodeEscape, (all) => String.fromCharCode(Number.parseInt(all.slice(2), 16)))
    : text;

const bounded = (text: string): string =>
  text.length <= mostInspected
    ? text
    : `${text.slice(0, mostInspected / 2)}\n${text.slice(-mostInspected / 2)}`;

interface Arguments {
  /** As sent: the masker resolves escapes itself where the text is JSON. */
  readonly raw: string;
  readonly resolved: string;
}

const secrets = (mask: Masker): Detector<Arguments> => ({
  code: 'secret-in-arguments',
  inspect: ({ raw }) => {
    const { kinds } = mask(raw);
    if (kinds.length === 0) return [];
    const severity = kinds.includes('private-key') ? 'high' : 'medium';
    const message = `The arguments hold what looks like a secret (${kinds.join(', ')}). Check that this server may have it.`;
    return [finding('secret-in-arguments', severity, 'arguments', message, 'MCP01')];
  },
});

const hidden: Detector<Arguments> = {
  code: 'hidden-unicode',
  inspect: ({ resolved: text }) => hiddenUnicode(text, 'arguments'),
};

const clean: readonly Finding[] = [];

/**
 * Inspects the arguments of one call: secrets (`secret-in-arguments`), hidden characters and terminal sequences
 * (`hidden-unicode`), and repeated keys (`ambiguous-arguments`). Small clean arguments cost a few microseconds.
 * `maskerOf` gives the masker that knows the secrets of a connection.
 */
export const makeRequestInspection =
  (maskerOf: (connectionId: string) => Masker = () => maskSecrets) =>
  (call: Call): readonly Finding[] => {
    const text = call.argumentsText;
    const mask = maskerOf(call.connection.id);
    const simple = mask === maskSecrets && !text.includes('\\u') && !text.includes('\\/');
    if (simple && !call.ambiguous && !mayHoldSecret(text) && !mayHide(text)) return clean;
    const raw = bounded(text);
    const seen = runDetectors([secrets(mask), hidden], { raw, resolved: resolved(raw) });
    return call.ambiguous ? [...seen, ambiguous] : seen;
  };

const ambiguous = finding(
  'ambiguous-arguments',
  'medium',
  'arguments',
  'The arguments name the same key twice, so the server may read another value than the one you see. Allow it only if both are fine.',
  'MCP06',
);
