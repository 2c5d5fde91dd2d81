import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, Visitor } from 'vite';

/** One file of the tree: its path from the repository's root with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly source: string;
}

/** What a file brings in: every specifier it names, and whether it does nothing but pass others on. */
export interface ModuleFacts {
  /** Specifiers of import, export from, import(), import type and require(), as written. */
  readonly specifiers: readonly string[];
  /** True when an import() or require() takes anything but a literal, so that nobody can read what it loads. */
  readonly computed: boolean;
  /** True for `export *`, and for a file of nothing but imports and re-exports. */
  readonly barrel: boolean;
}

const code = /\.(ts|tsx|mjs)$/;

/** True for the files whose imports and length are checked. */
export const isCode = (file: string): boolean => code.test(file);

/** Reads every code file below the named top folders of `root`, sorted by path. */
export function readTree(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && isCode(entry.name))
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
    )
    .map((file) => ({
      path: file.split(path.sep).join('/'),
      source: readFileSync(path.join(root, file), 'utf8'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Parses one file with the bundler's own parser. Throws with the file's name when it is not TypeScript. */
export function moduleFacts(file: SourceFile): ModuleFacts {
  const { program, errors } = parseSync(file.path, file.source);
  if (errors[0] !== undefined) throw new Error(`${file.path}: ${errors[0].message}`);

  const specifiers: string[] = [];
  let computed = false;
  const take = (source: unknown) => {
    if (isStringLiteral(source)) specifiers.push(source.value);
    else computed = true;
  };
  new Visitor({
    ImportDeclaration: (node) => take(node.source),
    ExportAllDeclaration: (node) => take(node.source),
    ExportNamedDeclaration: (node) => {
      if (node.source) take(node.source);
    },
    ImportExpression: (node) => take(node.source),
    TSImportType: (node) => take(node.source),
    TSExternalModuleReference: (node) => take(node.expression),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require')
        take(node.arguments[0]);
    },
  }).visit(program);

  const kinds = program.body.map((statement) => {
    if (statement.type === 'ImportDeclaration') return 'import';
    if (statement.type === 'ExportAllDeclaration') return 'all';
    return statement.type === 'ExportNamedDeclaration' && !statement.declaration ? 'pass' : 'own';
  });
  const onlyPasses = kinds.includes('pass') && !kinds.includes('own');
  return { specifiers, computed, barrel: kinds.includes('all') || onlyPasses };
}

function isStringLiteral(node: unknown): node is { readonly value: string } {
  return (
    typeof node === 'object' &&
    node !== null &&
    'value' in node &&
    typeof node.value === 'string' &&
    'type' in node &&
    node.type === 'Literal'
  );
}
