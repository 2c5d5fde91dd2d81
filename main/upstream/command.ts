import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { type Environment, variable } from './environment.ts';
import { batchArguments } from './windows-command-line.ts';

/** What a file is for somebody who wants to run it. */
export type FileKind = 'absent' | 'not-executable' | 'executable';

/** A command as an entry names it, and where it will run. */
export interface CommandRequest {
  readonly platform: NodeJS.Platform;
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute; relative commands are looked up from here. */
  readonly cwd: string;
  /** The environment the server will have: its PATH and PATHEXT are the ones searched. */
  readonly environment: Environment;
  /** The client whose entry this is, for the sentence. */
  readonly clientName: string;
  readonly kindOf: (file: string) => FileKind;
}

/** What to hand to `spawn`: an absolute file, its arguments, and whether they are a finished command line (Windows). */
export interface ResolvedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly verbatim: boolean;
}

/** Tells what a file of this machine is, as this user may use it. */
export function fileKind(file: string): FileKind {
  try {
    if (!statSync(file).isFile()) return 'absent';
  } catch {
    // Whatever cannot be looked at cannot be run either.
    return 'absent';
  }
  try {
    accessSync(file, constants.X_OK);
    return 'executable';
  } catch {
    return 'not-executable';
  }
}

/**
 * Finds the file of a command the way the platform's own search does, except that Windows' habit of looking into the
 * current folder first is left out: a file in a work tree must not take the place of `npx`. A batch file is run by
 * cmd.exe, which alone can. Pure but for `kindOf`.
 */
export function resolveCommand(request: CommandRequest): Result<ResolvedCommand> {
  const { command, clientName, kindOf } = request;
  if (command === '' || command.includes('\0')) {
    return fail('command-empty', `The entry names no command. Correct the entry in ${clientName}.`);
  }
  const kinds = candidates(request).map((file) => [file, kindOf(file)] as const);
  const found = kinds.find(([, kind]) => kind === 'executable');
  if (found !== undefined) return ready(request, found[0]);
  if (kinds.some(([, kind]) => kind === 'not-executable')) {
    return fail(
      'command-not-executable',
      `The server command "${command}" is not executable. Make the file executable or correct the entry in ${clientName}.`,
    );
  }
  return fail(
    'command-not-found',
    isPath(request)
      ? `The server command "${command}" does not exist. Install it or correct the entry in ${clientName}.`
      : `The server command "${command}" was not found on your PATH. Install it or correct the entry in ${clientName}.`,
  );
}

const isPath = ({ platform, command }: CommandRequest): boolean =>
  platform === 'win32' ? /[\\/:]/.test(command) : command.includes('/');

/** Every file the platform would try, in its order. */
function candidates(request: CommandRequest): string[] {
  const { platform, command, cwd, environment } = request;
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const searched = (variable(platform, environment, 'PATH') ?? '').split(paths.delimiter);
  const folders =
    platform === 'win32'
      ? // Windows looks into its own folder whatever PATH says: `cmd /c npx` is there in many entries.
        [
          ...searched.map((folder) => folder.replace(/^"(.*)"$/, '$1')),
          system32(environment),
        ].filter(Boolean)
      : searched;
  const files = isPath(request)
    ? [paths.resolve(cwd, command)]
    : // An empty part of PATH means the current folder (POSIX), which `resolve` gives.
      folders.map((folder) => paths.resolve(cwd, folder, command));
  return platform === 'win32' ? files.flatMap((file) => withExtensions(file, environment)) : files;
}

const system32 = (environment: Environment): string =>
  path.win32.join(variable('win32', environment, 'SystemRoot') ?? 'C:\\Windows', 'System32');

/** A Windows file by its name, where that ends in a runnable extension, and then with each one added. */
function withExtensions(file: string, environment: Environment): string[] {
  const extensions = (variable('win32', environment, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD')
    .split(';')
    .filter((extension) => /^\.(com|exe|bat|cmd)$/i.test(extension));
  const own = path.win32.extname(file).toLowerCase();
  const runnable = extensions.some((extension) => extension.toLowerCase() === own);
  return [...(runnable ? [file] : []), ...extensions.map((extension) => `${file}${extension}`)];
}

function ready(
  { platform, args, environment }: CommandRequest,
  file: string,
): Result<ResolvedCommand> {
  if (platform !== 'win32' || !/\.(bat|cmd)$/i.test(file)) {
    return ok({ file, args, verbatim: false });
  }
  const line = batchArguments(file, args);
  if (!line.ok) return line;
  return ok({
    // Not ComSpec: an entry may name another shell there, which would read our quoting by other rules.
    file: path.win32.join(system32(environment), 'cmd.exe'),
    args: line.value,
    verbatim: true,
  });
}
