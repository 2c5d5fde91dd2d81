import { isBuiltin } from 'node:module';
import path from 'node:path';
import { isCode, moduleFacts, type SourceFile } from './source-file.ts';

/** One breach of the layout: which file, which rule, and a sentence that says what to do. */
export interface Violation {
  readonly path: string;
  readonly rule: 'import' | 'missing' | 'computed' | 'zone' | 'length' | 'depth' | 'barrel';
  readonly message: string;
}

/** The stages a call passes or is served by; each runs in plain Node and knows no other stage. */
export const stages = [
  'relay',
  'endpoint',
  'clients',
  'identity',
  'inventory',
  'inspection',
  'policy',
  'approval',
  'upstream',
  'kill',
  'audit',
  'credentials',
  'oauth',
  'era',
  'managed',
  'storage',
] as const;

/** A file longer than this holds more than one thing. */
export const maxLines = 250;

const edges = ['ipc', 'preload', 'desktop'];
const interfaceParts = [
  'react',
  'react-dom',
  'radix-ui',
  '@radix-ui/*',
  'lucide-react',
  '@tanstack/*',
];

/** Who a file is, and what it may import beyond its own folder. Paths match by prefix, packages by name. */
interface Zone {
  readonly own: string;
  readonly paths: readonly string[];
  readonly node: boolean;
  /** Package names, `scope/*`, or `stage` for everything but Electron and what needs it. */
  readonly packages: readonly string[] | 'any' | 'stage';
}

const stagePaths = stages.map((stage) => `main/${stage}/`);
const composition = 'main/compose';

function zoneOf(file: string, approvalPage: ReadonlySet<string>): Zone | undefined {
  const [top, second = '', ...rest] = file.split('/');
  const folder = rest.length > 0 ? second : undefined;
  if (top === 'shared') return { own: 'shared/', paths: [], node: false, packages: ['zod'] };
  if (top === 'renderer') {
    const packages = approvalPage.has(file) ? ['react', 'react-dom'] : interfaceParts;
    return { own: 'renderer/', paths: ['shared/'], node: false, packages };
  }
  if (top !== 'main') return undefined;

  const shared = 'shared/';
  if (folder === undefined) {
    if (second === 'index.ts') {
      const paths = [shared, 'main/engine', 'main/ipc/', 'main/desktop/'];
      return { own: 'main/index.ts', paths, node: true, packages: 'any' };
    }
    if (second === 'engine.ts') {
      const paths = [shared, composition, 'main/engine/'];
      return { own: 'main/engine.ts', paths, node: true, packages: 'stage' };
    }
    if (!/^compose(-[a-z-]+)?\.ts$/.test(second)) return undefined;
    return { own: composition, paths: [shared, ...stagePaths], node: true, packages: 'stage' };
  }
  const own = `main/${folder}/`;
  if (folder === 'bridge') return { own, paths: [shared], node: true, packages: [] };
  if (folder === 'cli') {
    return { own, paths: [shared, composition, ...stagePaths], node: true, packages: 'stage' };
  }
  if (folder === 'engine') return { own, paths: [shared], node: true, packages: [] };
  if (edges.includes(folder)) {
    return { own, paths: [shared, 'main/engine/'], node: true, packages: 'any' };
  }
  if (stagePaths.includes(own)) return { own, paths: [shared], node: true, packages: 'stage' };
  return undefined;
}

/** Checks a whole tree of main/, renderer/, shared/ and build/ and lists every breach; empty means it holds. */
export function violations(files: readonly SourceFile[]): Violation[] {
  const known = new Set(files.map((file) => file.path));
  const facts = new Map(files.map((file) => [file.path, moduleFacts(file)]));
  const importsOf = (file: string) => facts.get(file)?.specifiers ?? [];
  const approvalPage = reach(
    [...known].filter((file) => file.startsWith('renderer/approval/')),
    (file) =>
      importsOf(file)
        .map((specifier) => target(file, specifier))
        .filter((to): to is string => to?.startsWith('renderer/') ?? false),
  );

  return files.flatMap((file) => [
    ...shapeViolations(file, facts.get(file.path)?.barrel ?? false),
    ...(file.path.startsWith('build/') ? [] : importViolations(file.path)),
  ]);

  function importViolations(file: string): Violation[] {
    const zone = zoneOf(file, approvalPage);
    if (zone === undefined) {
      const message = 'belongs to no part of the layout: move it into the folder of its stage.';
      return [{ path: file, rule: 'zone', message }];
    }
    const found: Violation[] = importsOf(file).flatMap((specifier): Violation[] => {
      const message = mayImport(zone, file, specifier);
      if (message !== undefined) return [{ path: file, rule: 'import', message }];
      const to = target(file, specifier);
      if (to === undefined || !looksLikeCode(to) || known.has(to)) return [];
      return [{ path: file, rule: 'missing', message: `imports ${to}, which is not there.` }];
    });
    if (facts.get(file)?.computed) {
      const message = 'loads a module by a computed name: name it, so that this test can see it.';
      found.push({ path: file, rule: 'computed', message });
    }
    return found;
  }
}

/** A sentence when `zone` must not import `specifier`, else undefined. */
function mayImport(zone: Zone, file: string, specifier: string): string | undefined {
  const to = target(file, specifier);
  if (to !== undefined) {
    if ([zone.own, ...zone.paths].some((prefix) => to.startsWith(prefix))) return undefined;
    return `imports ${to}: take what you need as a function from compose.ts, or move the type to shared/.`;
  }
  if (isBuiltin(specifier) && specifier !== 'electron') {
    return zone.node ? undefined : `imports ${specifier}: there is no Node here.`;
  }
  const name = packageName(specifier);
  const allowed =
    zone.packages === 'any' ||
    (zone.packages === 'stage' ? !name.startsWith('electron') : listed(zone.packages, name));
  return allowed ? undefined : `imports the package ${name}, which this folder may not use.`;
}

function shapeViolations(file: SourceFile, barrel: boolean): Violation[] {
  const found: Violation[] = [];
  const add = (rule: Violation['rule'], message: string) =>
    found.push({ path: file.path, rule, message });
  const lines = file.source.replace(/\n$/, '').split('\n').length;
  if (lines > maxLines)
    add('length', `has ${lines} lines, more than ${maxLines}: split it by what it holds.`);
  if (file.path.split('/').length > 4)
    add('depth', 'lies more than two folders below its top folder.');
  if (barrel) add('barrel', 'only passes other modules on: import them where they are.');
  return found;
}

/** The path a relative specifier names, from the root; undefined for packages and builtins. */
function target(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.join(path.posix.dirname(from), specifier.replace(/\?.*$/, ''));
}

/** An import without an extension, or with .js, would resolve for some tools and not for others. */
const looksLikeCode = (file: string) =>
  isCode(file) || path.posix.extname(file) === '' || /\.[cm]?jsx?$/.test(file);

function packageName(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

const listed = (packages: readonly string[], name: string) =>
  packages.includes(name) || packages.includes(`${name.split('/')[0]}/*`);

/** Everything reachable from `start` along `next`, start included. */
function reach(start: readonly string[], next: (file: string) => string[]): Set<string> {
  const seen = new Set(start);
  for (const file of seen) for (const to of next(file)) seen.add(to);
  return seen;
}
