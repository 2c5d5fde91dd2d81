import type { Connection } from '../../shared/client.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** What the bridge handed on, and what the keychain holds for the connection. */
export interface LaunchRequest {
  readonly template: Connection;
  /** What stood after `--`, as the client expanded it: command and arguments. Empty where nothing stood there. */
  readonly helloArgv: readonly string[];
  readonly helloEnv: Readonly<Record<string, string>>;
  /** The folder the client started the bridge in. */
  readonly helloCwd?: string;
  /** Secret values by place: `args[2]`, `env.TOKEN`. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What to start, with nothing left to fill in. `env` holds the entry's own variables only. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Everything a client may replace before it uses a text: `${{ x }}`, `${x}`, `$(x)`, `$X`, `%X%`, `{env:X}`,
 * `{file:X}`. Bounded, so that a text full of openings is still read in linear time.
 */
const placeholder =
  /\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\([^)]{0,200}\)|\$[A-Za-z_]\w{0,100}|%[A-Za-z_][\w()]{0,100}%|\{(?:env|file):[^}]{0,200}\}/g;

/**
 * True when `value` is `template` with each placeholder replaced by some text without NUL. The literal parts are
 * found from left to right, in linear time. Pure.
 */
export function matchesTemplate(template: string, value: string): boolean {
  const [first = '', ...rest] = template.split(placeholder);
  if (value.includes('\0')) return false;
  const last = rest.pop();
  if (last === undefined) return value === template;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

/**
 * Makes the command line of a protected entry from its approved template, or tells why not. A template that is kept
 * here is filled from the keychain; one that the client expands must come back with its literal parts untouched,
 * else any edit of the config could run anything under Airlock's name. Pure.
 */
export function resolveLaunch(request: LaunchRequest): Result<Launch> {
  const { template, helloEnv, secrets } = request;
  const argv = template.argvInFile ? expanded(request) : stored(request);
  if (!argv.ok) return argv;
  const env: Record<string, string> = {};
  for (const name of template.forwardedEnv) {
    const value = Object.hasOwn(helloEnv, name) ? helloEnv[name] : undefined;
    if (value !== undefined) env[name] = value;
  }
  for (const name of template.secretEnv) {
    const value = secretAt(secrets, `env.${name}`);
    if (value === undefined) return secretMissing(template, `env.${name}`);
    env[name] = value;
  }
  const cwd = folder(request);
  if (!cwd.ok) return cwd;
  const [command = '', ...args] = argv.value;
  return ok({ command, args, env, ...(cwd.value === undefined ? {} : { cwd: cwd.value }) });
}

function stored({ template, helloArgv, secrets }: LaunchRequest): Result<readonly string[]> {
  // The rewrite left nothing after `--`, so whoever put something there is not us.
  if (helloArgv.length > 0) return differs(template);
  const argv = [template.command];
  for (const arg of template.args) {
    const value = typeof arg === 'string' ? arg : secretAt(secrets, arg.secret);
    if (value === undefined) return secretMissing(template, place(arg));
    argv.push(value);
  }
  return ok(argv);
}

function expanded({ template, helloArgv, secrets }: LaunchRequest): Result<readonly string[]> {
  const [command, ...args] = helloArgv;
  if (command === undefined || args.length !== template.args.length) return differs(template);
  if (!matchesTemplate(template.command, command)) return differs(template);
  const filled = [...helloArgv];
  for (const [index, arg] of template.args.entries()) {
    const value = args[index];
    if (value === undefined) return differs(template);
    if (typeof arg === 'string') {
      if (!matchesTemplate(arg, value)) return differs(template);
      continue;
    }
    // What stands in the file there is a marker, or nothing to go by: the value comes from the keychain alone.
    const secret = secretAt(secrets, arg.secret);
    if (secret === undefined) return secretMissing(template, arg.secret);
    filled[index + 1] = secret;
  }
  return ok(filled);
}

/** The entry's own folder; where it has none, the one the client runs its servers in. */
function folder({ template, helloCwd }: LaunchRequest): Result<string | undefined> {
  if (template.cwd === undefined || matchesLiterally(template.cwd)) {
    return ok(template.cwd ?? helloCwd);
  }
  if (helloCwd !== undefined && matchesTemplate(template.cwd, helloCwd)) return ok(helloCwd);
  return fail(
    'launch-folder-unknown',
    `The working folder of "${template.name}" depends on ${template.clientName}, which started Airlock's bridge elsewhere. Put a fixed folder into the entry, then protect it again.`,
  );
}

const matchesLiterally = (text: string): boolean => text.split(placeholder).length === 1;

const place = (arg: Connection['args'][number]): string =>
  typeof arg === 'string' ? arg : arg.secret;

const secretAt = (secrets: LaunchRequest['secrets'], at: string): string | undefined =>
  Object.hasOwn(secrets, at) ? secrets[at] : undefined;

const differs = (template: Connection) =>
  fail(
    'launch-differs',
    `The command in ${template.clientName} config differs from the one Airlock protected; open Airlock and protect it again.`,
  );

const secretMissing = (template: Connection, at: string) =>
  fail(
    'secret-missing',
    `The keychain holds no value for ${at} of "${template.name}". Unlock the keychain and connect again; if it stays missing, restore ${template.clientName} in Airlock, put the value in and protect it again.`,
  );
