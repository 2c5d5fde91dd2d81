import {
  dockerImage,
  firstWord,
  launcherWords,
  nodeScript,
  npmCall,
  pythonCall,
  uvCall,
} from './launch-words.ts';

/** What a command line really starts, once runners such as npx, uvx, node or docker are looked through. */
export interface Launch {
  /**
   * `npm`, `pypi`, `oci`: a published package or image. `bin`: a program of some npm package. `module`: a Python
   * module. `script`: a file that an interpreter runs. `program`: an executable.
   */
  readonly kind: 'npm' | 'pypi' | 'oci' | 'bin' | 'module' | 'script' | 'program';
  /** Name of the package or module, or the path of the script or program, with forward slashes. */
  readonly name: string;
  /** The exact version it names, where it names one. */
  readonly version?: string;
  /** The arguments it gets. */
  readonly rest: readonly string[];
}

/** A program's name without folder and Windows ending, in lower case. */
export const programName = (word: string): string =>
  (word.replaceAll('\\', '/').split('/').at(-1) ?? '')
    .replace(/\.(exe|cmd|bat)$/i, '')
    .toLowerCase();

/** Runners inside runners that are followed; nobody means more. */
const deepest = 5;

/** Reads a command line. Undefined where it names nothing that runs (an interpreter on its own, a one-liner). Pure. */
export function readLaunch(argv: readonly string[], depth = 0): Launch | undefined {
  const [first, ...args] = argv;
  if (first === undefined || first === '' || depth > deepest) return undefined;
  const again = (words: readonly string[] | undefined): Launch | undefined =>
    words === undefined ? undefined : readLaunch(words, depth + 1);
  const program = programName(first);
  switch (program) {
    case 'cmd':
    case 'sh':
    case 'bash':
    case 'zsh':
    case 'dash':
    case 'env':
    case 'sudo':
      return again(launcherWords(program, args));
    case 'npx':
    case 'bunx':
    case 'pnpx':
    case 'npm':
    case 'pnpm':
    case 'yarn':
      return packageLaunch('npm', npmCall(program, args));
    case 'uvx':
    case 'uv':
    case 'pipx': {
      const call = uvCall(program, args);
      return call?.words === undefined ? packageLaunch('pypi', call) : again(call.words);
    }
    case 'dnx': {
      const { word, rest } = firstWord(args);
      return word === undefined ? undefined : { kind: 'program', name: word, rest };
    }
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return imageLaunch(args);
    case 'java': {
      const jar = args.indexOf('-jar');
      return jar < 0 ? undefined : script(args[jar + 1], args.slice(jar + 2));
    }
    case 'node':
    case 'nodejs':
    case 'bun':
    case 'deno':
    case 'tsx':
    case 'ts-node': {
      const call = nodeScript(program, args);
      if (call === undefined) return undefined;
      if (call.word.startsWith('npm:')) {
        return packageLaunch('npm', { spec: call.word.slice(4), rest: call.rest });
      }
      return nodeLaunch(call.word, call.rest, again);
    }
    default:
      break;
  }
  if (/^(python|pythonw|py)[\d.]*$/.test(program)) {
    const call = pythonCall(args);
    if (call === undefined) return undefined;
    return call.module
      ? { kind: 'module', name: call.word, rest: call.rest }
      : script(call.word, call.rest);
  }
  return { kind: 'program', name: first.replaceAll('\\', '/'), rest: args };
}

const script = (file: string | undefined, rest: readonly string[]): Launch | undefined =>
  file === undefined ? undefined : { kind: 'script', name: file.replaceAll('\\', '/'), rest };

/** A script under Node: of an installed package, npm itself, or a file of its own. */
function nodeLaunch(
  file: string,
  rest: readonly string[],
  again: (words: readonly string[]) => Launch | undefined,
): Launch | undefined {
  const path = file.replaceAll('\\', '/');
  const inside = path.split('/node_modules/').slice(1).at(-1) ?? relativeInside(path);
  if (inside === undefined) return script(path, rest);
  const bin = /^\.bin\/([^/]+)$/.exec(inside)?.[1];
  if (bin === 'tsx' || bin === 'ts-node') return again([bin, ...rest]);
  if (bin !== undefined) return { kind: 'bin', name: bin.replace(/\.(cmd|js|mjs)$/, ''), rest };
  const name = /^(@[^/]+\/[^/]+|[^/@][^/]*)/.exec(inside)?.[1];
  if (name === undefined) return script(path, rest);
  if (name === 'npm') return again([/npx-cli\.js$/.test(inside) ? 'npx' : 'npm', ...rest]);
  if (name === 'tsx' || name === 'ts-node') return again([name, ...rest]);
  return { kind: 'npm', name, rest };
}

const relativeInside = (path: string): string | undefined =>
  path.startsWith('node_modules/') ? path.slice('node_modules/'.length) : undefined;

interface PackageCall {
  readonly spec?: string | undefined;
  readonly rest: readonly string[];
}

/** `name@1.2.3` (npm, uv) or `name==1.2.3` and extras in brackets (PyPI); a tag such as `latest` is no version. */
function packageLaunch(kind: 'npm' | 'pypi', call: PackageCall | undefined): Launch | undefined {
  const { spec, rest } = call ?? { rest: [] };
  if (spec === undefined || spec === '') return undefined;
  const [, name = spec, version] =
    /^(@?[^@=<>~![\]]+)(?:\[[^\]]*\])?(?:==|@)?(.*)$/.exec(spec) ?? [];
  const exact = version !== undefined && /^v?\d[\w.+-]*$/.test(version);
  return { kind, name, ...(exact ? { version } : {}), rest };
}

/** An image by name, with its tag or digest where that is no moving tag. */
function imageLaunch(args: readonly string[]): Launch | undefined {
  const call = dockerImage(args);
  if (call === undefined) return undefined;
  if (call.gateway) return { kind: 'program', name: 'docker-mcp', rest: call.rest };
  const [tagged = '', digest] = call.word.split('@');
  const [, name = tagged, tag] = /^(.+?)(?::([^:/]+))?$/.exec(tagged) ?? [];
  const version = digest ?? (tag === 'latest' ? undefined : tag);
  return { kind: 'oci', name, ...(version === undefined ? {} : { version }), rest: call.rest };
}
