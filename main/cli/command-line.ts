import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ExportFormat } from './inventory.ts';
import { type PolicyCommand, readPolicyLine } from './policy-command-line.ts';

/** What the words of a command line ask for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'scan'; readonly workspaces?: readonly string[] }
  | {
      readonly name: 'protect';
      readonly client?: string;
      readonly dryRun: boolean;
      readonly workspaces?: readonly string[];
    }
  | {
      readonly name: 'restore';
      readonly client?: string;
      readonly yes: boolean;
      readonly workspaces?: readonly string[];
    }
  | { readonly name: 'status' }
  | {
      readonly name: 'kill';
      readonly client?: string;
      readonly server?: string;
      readonly reason?: string;
    }
  | { readonly name: 'doctor'; readonly strict: boolean }
  | { readonly name: 'inventory'; readonly workspaces?: readonly string[] }
  | {
      readonly name: 'inventory-export';
      readonly format: ExportFormat;
      readonly output?: string;
      readonly workspaces?: readonly string[];
    }
  | { readonly name: 'audit-verify'; readonly file?: string }
  | { readonly name: 'audit-export'; readonly format: 'ndjson' | 'csv' }
  | { readonly name: 'collect'; readonly port: number; readonly dir?: string }
  | { readonly name: 'policy'; readonly ask: PolicyCommand }
  | { readonly name: 'run'; readonly policy?: string; readonly command: readonly string[] };

/** A command with the options every command has. */
export interface Invocation {
  readonly command: Command;
  /** Print one JSON document instead of text. */
  readonly json: boolean;
  /** Another home folder to look at. */
  readonly home?: string;
}

const options = {
  json: { type: 'boolean' },
  home: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  client: { type: 'string' },
  workspace: { type: 'string', multiple: true },
  server: { type: 'string' },
  reason: { type: 'string' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  port: { type: 'string' },
  dir: { type: 'string' },
  format: { type: 'string' },
  policy: { type: 'string' },
  strict: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
} as const;

/** Which options each command takes beside --json, --home and --help. */
const takes: Readonly<Record<string, readonly string[]>> = {
  scan: ['workspace'],
  protect: ['client', 'dry-run', 'workspace'],
  restore: ['client', 'yes', 'workspace'],
  status: [],
  kill: ['client', 'server', 'reason'],
  doctor: ['strict'],
  inventory: ['workspace'],
  'inventory export': ['format', 'output', 'workspace'],
  'audit verify': [],
  'audit export': ['format'],
  collect: ['port', 'dir'],
  run: ['policy'],
};

const usage = (message: string) => fail('usage', `${message} See airlock --help.`);

/** Reads a command line. What it cannot make sense of is one sentence; nothing is guessed. */
export function readCommandLine(argv: readonly string[]): Result<Invocation> {
  if (firstWord(argv) === 'policy') {
    const policy = readPolicyLine(argv);
    if (!policy.ok) return policy;
    const { command: ask, ...rest } = policy.value;
    return ok({ ...rest, command: { name: 'policy', ask } });
  }
  const dashes = argv.indexOf('--');
  const own = dashes < 0 ? [...argv] : argv.slice(0, dashes);
  const rest = dashes < 0 ? undefined : argv.slice(dashes + 1);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(own);
  } catch (error) {
    return usage(`${(error as Error).message.split('.')[0]}.`);
  }
  const { values, positionals } = parsed;
  const common = {
    json: values.json === true,
    ...(values.home === undefined ? {} : { home: values.home }),
  };
  if (values.version) return ok({ command: { name: 'version' }, ...common });
  if (values.help || positionals.length === 0) return ok({ command: { name: 'help' }, ...common });
  const grouped =
    positionals[0] === 'audit' || Object.hasOwn(takes, positionals.slice(0, 2).join(' '));
  const words = grouped ? 2 : 1;
  const name = positionals.slice(0, words).join(' ');
  const allowed = Object.hasOwn(takes, name) ? takes[name] : undefined;
  if (!allowed) return usage(`There is no command "${name}".`);
  const extra = positionals[words];
  const file = name === 'audit verify' ? extra : undefined;
  if (positionals.length > words + (file === undefined ? 0 : 1)) {
    return usage(`"${positionals.at(-1)}" is one word too many for ${name}.`);
  }
  if (rest !== undefined && name !== 'run') return usage(`${name} takes nothing after --.`);
  const given = Object.keys(values).filter(
    (key) => !['json', 'home', 'help', 'version'].includes(key),
  );
  const stray = given.find((key) => !allowed.includes(key));
  if (stray) return usage(`${name} does not take --${stray}.`);
  const command = toCommand(name, values, file, rest ?? []);
  return command.ok ? ok({ command: command.value, ...common }) : command;
}

/** The first word that is neither an option nor the value of one. */
function firstWord(argv: readonly string[]): string | undefined {
  const { positionals } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
  });
  return positionals[0];
}

const parse = (args: string[]) =>
  parseArgs({ args, options, allowPositionals: true, strict: true });
type Values = ReturnType<typeof parse>['values'];

const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: string });

function toCommand(
  name: string,
  values: Values,
  file: string | undefined,
  rest: readonly string[],
): Result<Command> {
  const folders =
    values.workspace === undefined
      ? {}
      : { workspaces: values.workspace.map((folder) => resolve(folder)) };
  switch (name) {
    case 'scan':
    case 'inventory':
      return ok({ name, ...folders });
    case 'inventory export': {
      const format = values.format ?? 'json';
      if (format !== 'json' && format !== 'csv' && format !== 'cyclonedx') {
        return usage(`--format is json, csv or cyclonedx, not "${format}".`);
      }
      const output = optional('output', values.output && resolve(values.output));
      return ok({ name: 'inventory-export', format, ...output, ...folders });
    }
    case 'status':
      return ok({ name });
    case 'doctor':
      return ok({ name, strict: values.strict === true });
    case 'protect':
      return ok({
        name,
        dryRun: values['dry-run'] === true,
        ...optional('client', values.client),
        ...folders,
      });
    case 'restore':
      return ok({
        name,
        yes: values.yes === true,
        ...optional('client', values.client),
        ...folders,
      });
    case 'kill':
      if (values.client && values.server)
        return usage('kill takes --client or --server, not both.');
      return ok({
        name,
        ...optional('client', values.client),
        ...optional('server', values.server),
        ...optional('reason', values.reason),
      });
    case 'audit verify':
      return ok({ name: 'audit-verify', ...optional('file', file) });
    case 'audit export': {
      const format = values.format ?? 'ndjson';
      return format === 'ndjson' || format === 'csv'
        ? ok({ name: 'audit-export', format })
        : usage(`--format is ndjson or csv, not "${format}".`);
    }
    case 'collect': {
      const port = Number(values.port ?? '4318');
      return Number.isInteger(port) && port >= 0 && port <= 65_535
        ? ok({ name, port, ...optional('dir', values.dir) })
        : usage(`--port is a number from 0 to 65535, not "${values.port}".`);
    }
    default:
      return rest.length > 0
        ? ok({ name: 'run', command: rest, ...optional('policy', values.policy) })
        : usage('run needs the server command after --.');
  }
}
