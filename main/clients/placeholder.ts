import type { PlaceholderDialect } from './client-record.ts';

const dialects: Readonly<Record<PlaceholderDialect, RegExp | undefined>> = {
  none: undefined,
  'dollar-brace': /\$\{[^}]*\}/,
};

/** True when `text` holds something that a client of this dialect replaces before it uses the text. */
export function hasPlaceholder(text: string, dialect: PlaceholderDialect): boolean {
  return dialects[dialect]?.test(text) ?? false;
}
