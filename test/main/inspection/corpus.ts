import { readFileSync } from 'node:fs';
import { inspectDefinition } from '../../../main/inspection/tool-definition.ts';

/** One labelled tool definition of the corpus. */
export interface Entry {
  readonly id: string;
  readonly label: 'malicious' | 'benign';
  readonly definition: unknown;
}

interface Stored {
  readonly id: string;
  readonly label: 'malicious' | 'benign';
  readonly description?: string;
  readonly definition?: unknown;
}

/** Reads a file of test/fakes/corpus; an entry that is a description alone becomes the tool `tool`. */
export function readCorpus(file: string): readonly Entry[] {
  const text = readFileSync(new URL(`../../fakes/corpus/${file}`, import.meta.url), 'utf8');
  const { entries } = JSON.parse(text) as { entries: readonly Stored[] };
  return entries.map(({ id, label, description, definition }) => ({
    id,
    label,
    definition: definition ?? { name: 'tool', description },
  }));
}

/** Whether a definition would be quarantined. */
export const quarantines = (definition: unknown): boolean =>
  inspectDefinition(definition).some(({ severity }) => severity === 'high');

/** The ids the inspection gets wrong. */
export const wrong = (entries: readonly Entry[]): readonly string[] =>
  entries
    .filter(({ label, definition }) => quarantines(definition) !== (label === 'malicious'))
    .map(({ id }) => id);
