import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { maxLines, stages, type Violation, violations } from './layout-rules.ts';
import { readTree } from './source-file.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The rules that a tree of one or more files breaks, as `path: rule`. */
function breaches(tree: Record<string, string>): string[] {
  const files = Object.entries(tree).map(([file, source]) => ({ path: file, source }));
  return violations(files).map((found: Violation) => `${found.path}: ${found.rule}`);
}

describe('this repository', () => {
  const files = readTree(root, ['main', 'renderer', 'shared', 'build']);

  test('is read whole', () => {
    const found = files.map((file) => file.path);
    expect(found).toEqual(expect.arrayContaining(['shared/ipc.ts', 'build/setup.mjs']));
  });

  test('keeps its layout', () => {
    expect(violations(files).map((found) => `${found.path} ${found.message}`)).toEqual([]);
  });
});

describe('a legal tree', () => {
  test('has nothing to say', () => {
    const tree = {
      'shared/state.ts': "import { z } from 'zod';\nexport const State = z.string();\n",
      'main/policy/decide.ts':
        "import fs from 'node:fs';\nimport { z } from 'zod';\nimport { State } from '../../shared/state.ts';\nimport { rule } from './cedar/rule.ts';\nexport const decide = [fs, z, State, rule];\n",
      'main/policy/cedar/rule.ts': 'export const rule = 1;\n',
      'main/compose.ts':
        "import { decide } from './policy/decide.ts';\nimport { parts } from './compose-parts.ts';\nexport const compose = [decide, parts];\n",
      'main/compose-parts.ts':
        "import { decide } from './policy/decide.ts';\nexport const parts = decide;\n",
      'main/cli/airlock.ts':
        "import { compose } from '../compose.ts';\nimport { decide } from '../policy/decide.ts';\nexport const run = [compose, decide];\n",
      'main/desktop/tray.ts': "import { Tray } from 'electron';\nexport const tray = Tray;\n",
      'main/engine/wire.ts': 'export const wire = 1;\n',
      'main/engine.ts':
        "import { compose } from './compose.ts';\nimport { wire } from './engine/wire.ts';\nexport type Calls = typeof compose;\nvoid wire;\n",
      'main/index.ts':
        "import { app } from 'electron';\nimport { tray } from './desktop/tray.ts';\nimport type { Calls } from './engine.ts';\nexport type C = Calls;\nvoid [app, tray];\n",
      'main/bridge/bridge.ts':
        "import net from 'node:net';\nimport { State } from '../../shared/state.ts';\nvoid [net, State];\n",
      'renderer/dashboard/page.tsx':
        "import { Dialog } from 'radix-ui';\nimport '../theme.css';\nimport type { Card } from '../components/card.tsx';\nexport type Page = Card | typeof Dialog;\n",
      'renderer/components/card.tsx':
        "import { useState } from 'react';\nexport type Card = typeof useState;\n",
      'renderer/approval/page.tsx':
        "import { createRoot } from 'react-dom/client';\nimport type { Card } from '../components/card.tsx';\nexport const page = (c: Card) => [createRoot, c];\n",
    };
    expect(breaches(tree)).toEqual([]);
  });
});

describe('shared', () => {
  test.each([
    ['a package', "import 'react';"],
    ['a builtin', "import 'node:fs';"],
    ['main', "import type { x } from '../main/policy/x.ts';"],
  ])('may not import %s', (_, source) => {
    const tree = { 'shared/a.ts': source, 'main/policy/x.ts': 'export const x = 1;' };
    expect(breaches(tree)).toEqual(['shared/a.ts: import']);
  });
});

describe('a stage', () => {
  test.each(stages)('%s may not import electron', (stage) => {
    expect(
      breaches({ [`main/${stage}/a.ts`]: "import { app } from 'electron';\nvoid app;" }),
    ).toEqual([`main/${stage}/a.ts: import`]);
  });

  test.each([
    ['another stage', "import { x } from '../audit/x.ts';\nvoid x;"],
    ["another stage's types", "import type { x } from '../audit/x.ts';"],
    ["another stage's types inline", "export type X = import('../audit/x.ts').X;"],
    ['another stage later', "export const x = () => import('../audit/x.ts');"],
    ['another stage by re-export', "export { x } from '../audit/x.ts';\nexport const y = 1;"],
    ['another stage by require', "const x = require('../audit/x.ts');\nvoid x;"],
    ['compose', "import { c } from '../compose.ts';\nvoid c;"],
    ['electron-store', "import Store from 'electron-store';\nvoid Store;"],
    ['a folder whose name begins like its own', "import { x } from '../policy-x/x.ts';\nvoid x;"],
  ])('may not import %s', (_, source) => {
    const found = breaches({
      'main/policy/a.ts': source,
      'main/audit/x.ts': 'export const x = 1; export type X = number;',
      'main/compose.ts': 'export const c = 1;',
    });
    expect(found).toEqual(['main/policy/a.ts: import']);
  });

  test('may not hide what it loads', () => {
    const source = 'export const load = (name: string) => import(name);';
    expect(breaches({ 'main/policy/a.ts': source })).toEqual(['main/policy/a.ts: computed']);
  });

  test('may not be invented', () => {
    expect(breaches({ 'main/utils/a.ts': 'export const a = 1;' })).toEqual([
      'main/utils/a.ts: zone',
    ]);
    expect(breaches({ 'main/helpers.ts': 'export const a = 1;' })).toEqual([
      'main/helpers.ts: zone',
    ]);
  });
});

describe('the edges of main', () => {
  const parts = {
    'main/policy/x.ts': 'export const x = 1;',
    'main/desktop/d.ts': 'export const d = 1;',
    'main/preload/p.ts': 'export const p = 1;',
    'main/compose.ts': 'export const c = 1;',
  };

  test.each([
    ['main/bridge/bridge.ts', "import { z } from 'zod';\nvoid z;"],
    ['main/bridge/bridge.ts', "import { x } from '../policy/x.ts';\nvoid x;"],
    ['main/cli/airlock.ts', "import { app } from 'electron';\nvoid app;"],
    ['main/cli/airlock.ts', "import { d } from '../desktop/d.ts';\nvoid d;"],
    ['main/ipc/serve.ts', "import { x } from '../policy/x.ts';\nvoid x;"],
    ['main/ipc/serve.ts', "import { c } from '../compose.ts';\nvoid c;"],
    ['main/preload/approval.ts', "import { d } from '../desktop/d.ts';\nvoid d;"],
    ['main/index.ts', "import { x } from './policy/x.ts';\nvoid x;"],
    ['main/index.ts', "import { p } from './preload/p.ts';\nvoid p;"],
    ['main/compose-parts.ts', "import { d } from './desktop/d.ts';\nvoid d;"],
    ['main/compose-parts.ts', "import Store from 'electron-store';\nvoid Store;"],
  ])('%s may not: %s', (file, source) => {
    expect(breaches({ ...parts, [file]: source })).toEqual([`${file}: import`]);
  });
});

describe('the renderer', () => {
  test.each([
    "import { ipcRenderer } from 'electron';\nvoid ipcRenderer;",
    "import fs from 'node:fs';\nvoid fs;",
    "import fs from 'fs';\nvoid fs;",
    "import { x } from '../../main/policy/x.ts';\nvoid x;",
    "import Store from 'electron-store';\nvoid Store;",
  ])('may not: %s', (source) => {
    const tree = { 'renderer/dashboard/a.tsx': source, 'main/policy/x.ts': 'export const x = 1;' };
    expect(breaches(tree)).toEqual(['renderer/dashboard/a.tsx: import']);
  });

  test('keeps third-party interface code out of the approval page', () => {
    const source = "import { Dialog } from 'radix-ui';\nvoid Dialog;";
    expect(breaches({ 'renderer/approval/a.tsx': source })).toEqual([
      'renderer/approval/a.tsx: import',
    ]);
  });

  test('keeps it out of what the approval page reaches, too', () => {
    const tree = {
      'renderer/approval/a.tsx': "import { Box } from '../components/box.tsx';\nvoid Box;",
      'renderer/components/box.tsx': "import { icon } from './icon.tsx';\nexport const Box = icon;",
      'renderer/components/icon.tsx': "import { X } from 'lucide-react';\nexport const icon = X;",
    };
    expect(breaches(tree)).toEqual(['renderer/components/icon.tsx: import']);
  });
});

describe('the shape of a file', () => {
  test('an import names a file that is there, with its extension', () => {
    const tree = (specifier: string) => ({
      'shared/a.ts': `import { b } from '${specifier}';\nvoid b;`,
      'shared/b.ts': 'export const b = 1;',
    });
    expect(breaches(tree('./b.ts'))).toEqual([]);
    for (const specifier of ['./b', './b.js', './c.ts'])
      expect(breaches(tree(specifier))).toEqual(['shared/a.ts: missing']);
  });

  test('a file has no more lines than the limit', () => {
    const lines = (count: number) => '// line\n'.repeat(count);
    expect(breaches({ 'build/a.mjs': lines(maxLines) })).toEqual([]);
    expect(breaches({ 'build/a.mjs': lines(maxLines + 1) })).toEqual(['build/a.mjs: length']);
  });

  test('folders go no deeper than two', () => {
    expect(breaches({ 'main/policy/a/b.ts': 'export const b = 1;' })).toEqual([]);
    expect(breaches({ 'main/policy/a/b/c.ts': 'export const c = 1;' })).toEqual([
      'main/policy/a/b/c.ts: depth',
    ]);
  });

  test.each([
    "export { b } from './b.ts';",
    "export * from './b.ts';\nexport const a = 1;",
    "import { b } from './b.ts';\nexport { b };",
    "export type { B } from './b.ts';",
  ])('a file is more than a list of others: %s', (source) => {
    const tree = { 'shared/a.ts': source, 'shared/b.ts': 'export const b = 1; export type B = 1;' };
    expect(breaches(tree)).toEqual(['shared/a.ts: barrel']);
  });

  test('a file that does not parse is an error, not a pass', () => {
    expect(() => breaches({ 'shared/a.ts': 'import {' })).toThrow('shared/a.ts');
  });
});
