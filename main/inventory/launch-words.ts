/** A word of a command line with what follows it. */
export interface Word {
  readonly word: string;
  readonly rest: readonly string[];
}

/** The first word that is no option. `valued` are the options whose value is the next word. */
export function firstWord(
  args: readonly string[],
  valued: ReadonlySet<string> = none,
): {
  readonly word?: string;
  readonly rest: readonly string[];
  readonly options: readonly string[];
} {
  let at = 0;
  while (at < args.length) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    if (!arg.startsWith('-') || arg === '-') break;
    at += valued.has(arg) ? 2 : 1;
  }
  const options = args.slice(0, at);
  const word = args[at];
  return word === undefined ? { rest: [], options } : { word, rest: args.slice(at + 1), options };
}

const none: ReadonlySet<string> = new Set();
const set = (...words: string[]): ReadonlySet<string> => new Set(words);

/** The value of an option, written `--name value` or `--name=value`. */
function optionValue(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1];
    const [name = '', ...value] = arg.split('=');
    if (value.length > 0 && names.includes(name)) return value.join('=');
  }
  return undefined;
}

/** What a shell, `env` or `sudo` starts, where it is one plain command. */
export function launcherWords(
  program: string,
  args: readonly string[],
): readonly string[] | undefined {
  if (program === 'env' || program === 'sudo') {
    const { word, rest } = firstWord(args, set('-u', '--unset', '-C', '--chdir', '-g'));
    const words = word === undefined ? [] : [word, ...rest];
    const from = words.findIndex((one) => !/^[A-Za-z_]\w*=/.test(one));
    return from < 0 ? undefined : words.slice(from);
  }
  if (program === 'cmd') {
    const from = args.findIndex((arg) => /^\/[ck]$/i.test(arg));
    return from < 0 ? undefined : plainWords(args.slice(from + 1));
  }
  const from = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (from >= 0) return plainWords(args.slice(from + 1, from + 2));
  return undefined;
}

/** Words of a command text; one with pipes, lists or substitutions starts more than can be told. */
function plainWords(args: readonly string[]): readonly string[] | undefined {
  const [only] = args;
  if (only === undefined) return undefined;
  if (args.length > 1) return args;
  if (/[|&;<>`$()]/.test(only)) return undefined;
  const words = only.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const bare = words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
  return bare[0] === 'exec' ? bare.slice(1) : bare;
}

const npxValued = set(
  '-p',
  '--package',
  '-c',
  '--call',
  '--registry',
  '--cache',
  '-w',
  '--workspace',
);

/** The package that npx and its kin run. `npm exec`, `pnpm dlx` and `yarn dlx` are the same by other words. */
export function npmCall(
  program: string,
  args: readonly string[],
): { readonly spec: string | undefined; readonly rest: readonly string[] } | undefined {
  let own = args;
  if (program === 'npm' || program === 'pnpm' || program === 'yarn') {
    const { word, rest } = firstWord(args, set('--prefix', '-C', '--dir', '--cwd'));
    if (word === undefined || !['exec', 'x', 'dlx'].includes(word)) return undefined;
    own = rest;
  }
  const { word, rest, options } = firstWord(own, npxValued);
  return { spec: optionValue(options, ['-p', '--package']) ?? word, rest };
}

const uvValued = set(
  ...[
    '--from',
    '--with',
    '--with-editable',
    '--with-requirements',
    '-p',
    '--python',
    '--directory',
  ],
  ...[
    '--project',
    '--index',
    '--index-url',
    '--extra-index-url',
    '--extra',
    '--group',
    '--cache-dir',
  ],
  ...['--env-file', '--spec', '--package', '-m', '--module', '--refresh-package', '--color'],
);

/** What uvx, `uv run`, `uv tool run` and `pipx run` start: a package, or (`words`) another command line. */
export function uvCall(
  program: string,
  args: readonly string[],
):
  | {
      readonly spec?: string | undefined;
      readonly rest: readonly string[];
      readonly words?: undefined;
    }
  | { readonly words: readonly string[] }
  | undefined {
  let own = args;
  if (program === 'uv') {
    const first = firstWord(args, uvValued);
    if (first.word === 'run') {
      const { word, rest, options } = firstWord(first.rest, uvValued);
      const module = optionValue(options, ['-m', '--module']);
      if (module !== undefined)
        return { words: ['python', '-m', module, ...(word === undefined ? [] : [word]), ...rest] };
      if (word === undefined) return undefined;
      return { words: /\.py$/.test(word) ? ['python', word, ...rest] : [word, ...rest] };
    }
    if (first.word === 'x') own = first.rest;
    else if (first.word === 'tool' && /^(run|uvx)$/.test(first.rest[0] ?? ''))
      own = first.rest.slice(1);
    else return undefined;
  }
  if (program === 'pipx') {
    if (args[0] !== 'run') return undefined;
    own = args.slice(1);
  }
  const { word, rest, options } = firstWord(own, uvValued);
  const from = optionValue(options, ['--from', '--spec']);
  // A package from a repository is known by the command it brings.
  const spec = from === undefined || /[/:]/.test(from) ? word : from;
  return { spec, rest };
}

const nodeValued = set(
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--config',
  '--tsconfig',
);

/** The script that Node, Bun, Deno or a TypeScript runner is given; undefined for a one-liner or a prompt. */
export function nodeScript(program: string, args: readonly string[]): Word | undefined {
  if (args.some((arg, index) => /^(-e|--eval|-p|--print|-pe)$/.test(arg) && index < 3))
    return undefined;
  const first = firstWord(args, nodeValued);
  if (first.word === undefined) return undefined;
  const runs = program === 'bun' || program === 'deno' ? /^(run|x)$/ : undefined;
  if (runs?.test(first.word)) {
    const next = firstWord(first.rest, nodeValued);
    if (next.word === undefined) return undefined;
    const word = program === 'bun' && first.word === 'x' ? `npm:${next.word}` : next.word;
    return { word, rest: next.rest };
  }
  if (first.word === 'watch' && program === 'tsx') {
    const next = firstWord(first.rest, nodeValued);
    return next.word === undefined ? undefined : { word: next.word, rest: next.rest };
  }
  return { word: first.word, rest: first.rest };
}

/** The module or script that Python is given; undefined for `-c` and a prompt. */
export function pythonCall(
  args: readonly string[],
): (Word & { readonly module: boolean }) | undefined {
  const { word, rest, options } = firstWord(args, set('-m', '-c', '-X', '-W'));
  const module = options.indexOf('-m');
  const code = options.indexOf('-c');
  if (code >= 0 && (module < 0 || code < module)) return undefined;
  if (module >= 0) {
    const name = options[module + 1];
    const given = word === undefined ? [] : [word];
    return name === undefined
      ? undefined
      : { word: name, module: true, rest: [...options.slice(module + 2), ...given, ...rest] };
  }
  return word === undefined ? undefined : { word, module: false, rest };
}

const dockerFlags =
  /^(-[itdPq]+|--(rm|init|interactive|tty|detach|privileged|read-only|quiet|publish-all|no-healthcheck|sig-proxy|oom-kill-disable)(=.*)?)$/;

/** The image of `docker run`, or the gateway of `docker mcp`. Options are taken to have a value unless known not to. */
export function dockerImage(
  args: readonly string[],
): (Word & { readonly gateway: boolean }) | undefined {
  const { word, rest } = firstWord(
    args,
    set('-H', '--host', '--context', '-c', '--config', '-l', '--log-level'),
  );
  if (word === 'mcp') {
    const { word: verb } = firstWord(rest);
    return verb === 'gateway' ? { word: 'mcp', rest, gateway: true } : undefined;
  }
  const own = word === 'container' && rest[0] === 'run' ? rest.slice(1) : rest;
  if (word !== 'run' && own === rest) return undefined;
  let at = 0;
  while (at < own.length) {
    const arg = own[at] ?? '';
    if (!arg.startsWith('-')) return { word: arg, rest: own.slice(at + 1), gateway: false };
    at += dockerFlags.test(arg) || arg.includes('=') ? 1 : 2;
  }
  return undefined;
}
