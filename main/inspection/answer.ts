import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { Answer } from '../../shared/stages.ts';
import { type Detector, finding, runDetectors } from './detector.ts';
import { hiddenCharacters } from './hidden-unicode.ts';
import { maskSecrets } from './mask.ts';

/** What the inspection of an answer hands back: the answer, as it came until a detector may redact, and findings. */
export interface InspectedAnswer {
  readonly answer: Answer;
  readonly findings: readonly Finding[];
}

/** Most of an answer that is inspected, in bytes; a larger one is inspected at its head and its tail. */
export const mostAnswerBytes = 64 * 1024;

/** The part of an answer that is looked at, as text. Bytes that are no UTF-8 become replacement characters. */
const inspectedPart = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length <= mostAnswerBytes) return buffer.toString('utf8');
  const half = mostAnswerBytes / 2;
  return `${buffer.toString('utf8', 0, half)}\n${buffer.toString('utf8', buffer.length - half)}`;
};

const secrets: Detector<string> = {
  code: 'secret-in-answer',
  inspect: (text) => {
    const kinds = maskSecrets(text).kinds.filter(
      (kind) => kind !== 'named-secret' && kind !== 'high-entropy',
    );
    if (kinds.length === 0) return [];
    const message = `The answer holds what looks like a secret (${kinds.join(', ')}); the assistant can read it now.`;
    return [finding('secret-in-answer', 'medium', 'result', message, 'MCP01')];
  },
};

/** Only what can do nothing but mislead: ordinary files and pages hold all sorts of odd characters. */
const hidden: Detector<string> = {
  code: 'hidden-unicode',
  inspect: (text) => {
    const grave = hiddenCharacters(text).find(
      ({ kind, severity }) => severity === 'high' && (kind === 'tag' || kind === 'bidi-override'),
    );
    if (grave === undefined) return [];
    const spells = grave.spells ? ` They read: "${grave.spells.replaceAll('"', "'")}".` : '';
    const message = `The answer holds characters that hide or reorder text from people but not from the assistant.${spells}`;
    return [finding('hidden-unicode', 'medium', 'result', message, 'MCP06')];
  },
};

const detectors: readonly Detector<string>[] = [secrets, hidden];
const clean: readonly Finding[] = [];

/** What every text with such findings holds some of. Literals and short bounded gaps, so linear. */
const quickLook =
  /ghp_|gho_|ghs_|github_pat_|glpat-|xox[abeoprs]-|sk-|sk_live_|rk_live_|AKIA|ASIA|AIza|npm_|eyJ|-----BEGIN|:\/\/[^\s/:@]{1,64}:[^\s/@]{1,64}@|hf_|SG\.|[\u202d\u202e]|\udb40[\udc00-\udc7f]|\\u[dD][bB]4|\\u202[dDeE]/;

/**
 * Inspects one answer. The bytes pass through untouched; findings are bounded to the first and last 32 KiB, so
 * that the cost stays bounded whatever the server sends. A detector that throws leaves a high finding.
 */
export function inspectAnswer(_call: Call, answer: Answer): InspectedAnswer {
  const text = inspectedPart(answer.bytes);
  if (!quickLook.test(text)) return { answer, findings: clean };
  return { answer, findings: runDetectors(detectors, resolved(text)) };
}

const resolved = (text: string): string =>
  text.includes('\\u')
    ? text.replace(/\\u[0-9a-fA-F]{4}/g, (all) =>
        String.fromCharCode(Number.parseInt(all.slice(2), 16)),
      )
    : text;
