import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** The example policies that `init` starts from. */
export const templates = ['starter', 'read-only', 'strict', 'monitor'] as const;
export type PolicyTemplate = (typeof templates)[number];

/** What `airlock policy …` asks for. */
export type PolicyCommand =
  | { readonly name: 'help' }
  | { readonly name: 'init'; readonly folder: string; readonly template: PolicyTemplate }
  | { readonly name: 'check'; readonly path: string }
  | { readonly name: 'test'; readonly folder: string }
  | { readonly name: 'explain'; readonly folder: string; readonly request: string }
  | { readonly name: 'keygen'; readonly output: string }
  | {
      readonly name: 'sign';
      readonly folder: string;
      readonly key: string;
      readonly output: string;
      readonly serial?: number;
    }
  | {
      readonly name: 'verify';
      readonly file: string;
      readonly by: { readonly key: string } | { readonly enrolment: string };
    }
  | {
      readonly name: 'diff';
      readonly folder: string;
      readonly days: number;
      readonly against: string;
    }
  | { readonly name: 'pull' };

/** A policy command with the options every command has. */
export interface PolicyInvocation {
  readonly command: PolicyCommand;
  readonly json: boolean;
  readonly home?: string;
}

const options = {
  json: { type: 'boolean' },
  home: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  template: { type: 'string' },
  request: { type: 'string' },
  key: { type: 'string' },
  serial: { type: 'string' },
  output: { type: 'string', short: 'o' },
  enrolment: { type: 'string' },
  days: { type: 'string' },
  against: { type: 'string' },
} as const;

/** What each command takes: its one word, if any, and its options. */
const takes = {
  init: { word: 'a folder', options: ['template'] },
  check: { word: 'a folder or a file', options: [] },
  test: { word: 'a folder', options: [] },
  explain: { word: 'a folder', options: ['request'] },
  keygen: { word: undefined, options: ['output'] },
  sign: { word: 'a folder', options: ['key', 'serial', 'output'] },
  verify: { word: 'a file', options: ['key', 'enrolment'] },
  diff: { word: 'a folder', options: ['days', 'against'] },
  pull: { word: undefined, options: [] },
} as const;
type Name = keyof typeof takes;

const usage = (message: string) => fail('usage', `${message} See airlock policy --help.`);

const parse = (args: string[]) =>
  parseArgs({ args, options, allowPositionals: true, strict: true });
type Values = ReturnType<typeof parse>['values'];

const isName = (word: string | undefined): word is Name =>
  word !== undefined && Object.hasOwn(takes, word);

/** Reads the words of `airlock policy …`, `policy` included. Nothing is guessed. */
export function readPolicyLine(argv: readonly string[]): Result<PolicyInvocation> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse([...argv]);
  } catch (error) {
    return usage(`${(error as Error).message.split('.')[0]}.`);
  }
  const { values, positionals } = parsed;
  const [, name, word, extra] = positionals;
  const common = {
    json: values.json === true,
    ...(values.home === undefined ? {} : { home: values.home }),
  };
  if (values.help === true || name === undefined)
    return ok({ command: { name: 'help' }, ...common });
  if (!isName(name)) return usage(`There is no command "policy ${name}".`);
  const { word: wanted, options: allowed } = takes[name];
  const most = wanted === undefined ? word : extra;
  if (most !== undefined) return usage(`"${most}" is one word too many for policy ${name}.`);
  if (wanted !== undefined && word === undefined) return usage(`policy ${name} needs ${wanted}.`);
  const stray = Object.keys(values)
    .filter((key) => !['json', 'home', 'help'].includes(key))
    .find((key) => !allowed.some((one) => one === key));
  if (stray !== undefined) return usage(`policy ${name} does not take --${stray}.`);
  const command = toCommand(name, word ?? '', values);
  return command.ok ? ok({ command: command.value, ...common }) : command;
}

function toCommand(name: Name, word: string, values: Values): Result<PolicyCommand> {
  const missing = (option: string, what: string) =>
    usage(`policy ${name} needs --${option} ${what}.`);
  switch (name) {
    case 'init': {
      const template = templates.find((one) => one === (values.template ?? 'starter'));
      return template === undefined
        ? usage(`--template is one of ${templates.join(', ')}, not "${values.template}".`)
        : ok({ name, folder: word, template });
    }
    case 'check':
      return ok({ name, path: word });
    case 'test':
      return ok({ name, folder: word });
    case 'explain':
      if (values.request === undefined) return missing('request', 'FILE or JSON');
      return ok({ name, folder: word, request: values.request });
    case 'keygen':
      if (values.output === undefined) return missing('output', 'FILE');
      return ok({ name, output: values.output });
    case 'sign':
      return toSign(word, values);
    case 'verify': {
      const { key, enrolment } = values;
      if ((key === undefined) === (enrolment === undefined))
        return usage('policy verify needs --key FILE or --enrolment FILE, and not both.');
      const by = key === undefined ? { enrolment: enrolment ?? '' } : { key };
      return ok({ name, file: word, by });
    }
    case 'diff': {
      const days = wholeNumber(values.days ?? '7');
      return days === undefined || days > 3_650
        ? usage(`--days is a number from 1 to 3650, not "${values.days}".`)
        : ok({ name, folder: word, days, against: values.against ?? 'recorded' });
    }
    case 'pull':
      return ok({ name });
    default:
      return name satisfies never;
  }
}

function toSign(folder: string, { key, output, serial }: Values): Result<PolicyCommand> {
  if (key === undefined) return usage('policy sign needs --key FILE.');
  if (output === undefined) return usage('policy sign needs --output FILE.');
  if (serial === undefined) return ok({ name: 'sign', folder, key, output });
  const number = wholeNumber(serial);
  return number === undefined
    ? usage(`--serial is a whole number from 1 on, not "${serial}".`)
    : ok({ name: 'sign', folder, key, output, serial: number });
}

function wholeNumber(text: string): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= 1 && Number.isSafeInteger(number) ? number : undefined;
}

/** What `airlock policy --help` prints. */
export const policyHelp = `airlock policy: write, try and sign the policy of an organisation

  init [--template starter|read-only|strict|monitor] DIR
                                  start a policy folder for git; nothing is written over
  check DIR|FILE                  what is wrong with the rules, by line and column
  test DIR                        run tests.json: requests with expected decisions
  explain DIR --request FILE|JSON which rules decide a request, and why
  diff DIR [--days N] [--against recorded|current|DIR]
                                  what would have changed in the last N days (7) of the trail
  keygen --output FILE            make an Ed25519 key pair; prints the entry to enrol
  sign DIR --key FILE [--serial N] --output FILE
                                  make a signed bundle; refuses what check or test rejects
  verify FILE --key FILE|--enrolment FILE
                                  what a machine would say of a bundle
  pull                            let the running app look for a new policy now

  --json  one JSON document       exit codes  0 done, 1 a negative answer, 2 bad input
`;
