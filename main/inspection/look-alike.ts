import type { Finding } from '../../shared/finding.ts';
import { imitated, mixedWords } from './confusables.ts';
import type { InspectedDefinition } from './definition-text.ts';
import { type Detector, finding } from './detector.ts';

/** Finds names and words that pass for Latin ones with letters of another script. Code `look-alike`. */
export const lookAlike: Detector<InspectedDefinition> = {
  code: 'look-alike',
  inspect: (definition) =>
    definition.texts.flatMap(({ role, raw, place }): Finding[] => {
      if (role === 'name') {
        const latin = imitated(raw);
        if (latin === undefined) return [];
        const message = `The name is written with letters of another alphabet so that it looks like "${latin.slice(0, 80)}".`;
        return [finding('look-alike', 'high', place, message, 'MCP03')];
      }
      const words = mixedWords(raw);
      if (words.length === 0) return [];
      const message = `Words mix letters of two alphabets, which hides them from a search: ${words.slice(0, 3).join(', ')}.`;
      return [finding('look-alike', words.length > 1 ? 'high' : 'medium', place, message, 'MCP03')];
    }),
};
