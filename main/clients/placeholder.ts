import type { PlaceholderDialect } from './client-record.ts';

const dialects: Readonly<Record<PlaceholderDialect, RegExp | undefined>> = {
  none: undefined,
  'dollar-brace': /\$\{[^}]*\}/,
  dollar: /\$\{[^}]*\}|\$[A-Za-z_]/,
  percent: /\$\{[^}]*\}|\$[A-Za-z_]|%[A-Za-z_][\w()]*%/,
  shell: /\$\{[^}]*\}|\$[A-Za-z_(]|`/,
  curly: /\{(?:env|file):[^}]*\}/,
  'double-curly': /\$\{\{[^}]*\}\}/,
};

/** True when `text` holds something that a client of this dialect replaces before it uses the text. */
export function hasPlaceholder(text: string, dialect: PlaceholderDialect): boolean {
  return dialects[dialect]?.test(text) ?? false;
}
