import path from 'node:path';
import type { Environment } from './environment.ts';
import { variable } from './environment.ts';

/** What the question for the login shell's PATH depends on. */
export interface LoginPathPorts {
  readonly platform: NodeJS.Platform;
  /** The app's own environment. */
  readonly environment: Environment;
  readonly home: string;
  /** The user's shell from the account database; undefined where there is none. */
  readonly shell: string | undefined;
  /** Starts the shell as a login shell and tells its environment; `shellEnv` of the package shell-env. */
  readonly ask: (shell: string) => Promise<Readonly<Record<string, string>>>;
  /** How long the shell may take; 3 s unless told. */
  readonly timeoutMs?: number;
}

/** Folders in which people's package managers put commands, for when the login shell cannot be asked. Pure. */
export function wellKnownFolders(platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32') return [];
  const own = ['.local/bin', '.cargo/bin', '.bun/bin', '.volta/bin', '.deno/bin'];
  const shared = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  return [
    ...own.map((folder) => path.posix.join(home, folder)),
    ...(platform === 'darwin' ? ['/opt/homebrew/bin', '/opt/homebrew/sbin'] : ['/snap/bin']),
    ...shared,
  ];
}

/** The PATH to use when the login shell gave none: our own first, then the well-known folders it lacks. Pure. */
export function fallbackPath(
  platform: NodeJS.Platform,
  ownPath: string | undefined,
  home: string,
): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const own = (ownPath ?? '').split(paths.delimiter).filter(Boolean);
  return [...new Set([...own, ...wellKnownFolders(platform, home)])].join(paths.delimiter);
}

/**
 * Gives the PATH that the user's terminal has: an app started from the desktop does not have it, and `npx` or `uvx`
 * are found nowhere else. The shell is asked once, at the first call; the promise never rejects. A shell that fails,
 * hangs beyond the time-out or says nothing usable leaves the fallback.
 */
export function makeLoginPath(ports: LoginPathPorts): () => Promise<string> {
  const { platform, environment, home, timeoutMs = 3_000 } = ports;
  let asked: Promise<string> | undefined;

  async function find(): Promise<string> {
    const own = variable(platform, environment, 'PATH');
    // Windows keeps PATH in the registry: every process has it, whoever started it.
    if (platform === 'win32') return own ?? '';
    const shell = ports.shell ?? environment.SHELL;
    const told = shell === undefined ? undefined : await withTimeout(ports.ask(shell), timeoutMs);
    return told?.PATH?.includes('/') === true ? told.PATH : fallbackPath(platform, own, home);
  }

  return () => {
    asked ??= find();
    return asked;
  };
}

/** The value of a promise, or undefined when it rejects or takes longer than `ms`. */
function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      () => {
        clearTimeout(timer);
        resolve(undefined);
      },
    );
  });
}
