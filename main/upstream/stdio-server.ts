import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { fileKind, type ResolvedCommand, resolveCommand } from './command.ts';
import type { Exit } from './exit.ts';
import type { ProcessTrees } from './process-tree.ts';
import { makeStderrTail, type StderrTail } from './stderr-tail.ts';
import type { TreeReport } from './tree-report.ts';

/** A server to start, with nothing left to fill in. */
export interface ServerStart {
  readonly sessionId: string;
  /** The entry's key, and the client whose entry it is: for sentences. */
  readonly name: string;
  readonly clientName: string;
  readonly command: string;
  readonly args: readonly string[];
  /** An absolute folder. */
  readonly cwd: string;
  /** The whole environment, the session marker included. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the secrets out of a text. */
  readonly mask: (text: string) => string;
}

/** How long each step of a gentle stop may take, in milliseconds. */
export interface StopTiming {
  readonly closeMs: number;
  readonly termMs: number;
}

/** A running server over stdio (MCP transports, "stdio"). */
export interface StdioServer {
  readonly pid: number;
  readonly started: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: StderrTail;
  /** Settles when the server's own process ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** Settles when all it wrote has been read too, or 250 ms after its end: a child of it may hold the pipe. */
  readonly drained: Promise<Exit>;
  /** Ends the whole tree: input closed, 1 s, SIGTERM, 2 s, SIGKILL, and a look for survivors. */
  stop(timing?: StopTiming): Promise<TreeReport>;
  /** The kill switch's way: queued input dropped and SIGTERM at once, SIGKILL after 250 ms. */
  kill(): Promise<TreeReport>;
}

/**
 * Starts a server in a session and process group of its own (unix), or without a window (Windows). Every reason that
 * lies in the entry or on the machine is a problem with a sentence.
 */
export async function startStdioServer(
  start: ServerStart,
  trees: ProcessTrees,
  platform: NodeJS.Platform,
): Promise<Result<StdioServer>> {
  if (!isFolder(start.cwd)) {
    return fail(
      'cwd-missing',
      `The working folder "${start.cwd}" of the server "${start.name}" does not exist. Create it or correct the entry in ${start.clientName}.`,
    );
  }
  const { env: environment } = start;
  const command = resolveCommand({ ...start, platform, environment, kindOf: fileKind });
  if (!command.ok) return command;
  const child = await spawned(start, command.value, platform);
  if (!child.ok) return child;
  return ok(serve(start, child.value, trees));
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function spawned(
  start: ServerStart,
  command: ResolvedCommand,
  platform: NodeJS.Platform,
): Promise<Result<Child & { pid: number }>> {
  return new Promise((resolve) => {
    const refused = (error: unknown) => resolve(startProblem(start, error));
    try {
      const child = spawn(command.file, command.args, {
        cwd: start.cwd,
        env: start.env,
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: platform !== 'win32',
        windowsHide: true,
        windowsVerbatimArguments: command.verbatim,
      });
      // Stays for the child's life: a later error (a signal that could not be sent) must not end the app.
      child.on('error', refused);
      child.once('spawn', () => {
        const { pid } = child;
        if (pid !== undefined) resolve(ok(Object.assign(child, { pid })));
      });
    } catch (error) {
      // Node throws for arguments that no process can be given (NUL, too long).
      refused(error);
    }
  });
}

function serve(
  start: ServerStart,
  child: Child & { pid: number },
  trees: ProcessTrees,
): StdioServer {
  const { sessionId } = start;
  const { started } = trees.serverStarted(sessionId, child.pid, path.basename(start.command));
  const stderr = makeStderrTail(start.mask);
  child.stderr.on('data', (chunk: Buffer) => stderr.take(chunk));
  // A broken pipe says only that the server is going; its exit says how.
  for (const stream of [child.stdin, child.stdout, child.stderr])
    stream.on('error', () => undefined);

  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      trees.serverEnded(sessionId);
      resolve({ code, signal });
    });
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const drained = exited.then(async (exit) => {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 250);
    });
    await Promise.race([closed, enough]);
    clearTimeout(timer);
    return exit;
  });

  return {
    pid: child.pid,
    started,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr,
    exited,
    drained,
    stop: ({ closeMs, termMs } = { closeMs: 1_000, termMs: 2_000 }) =>
      trees.end(sessionId, {
        closeInput: () => child.stdin.end(),
        closeMs,
        graceMs: termMs,
        forceMs: termMs + 3_000,
      }),
    kill() {
      // Destroyed, not ended: what is still queued for the server must not reach it any more.
      child.stdin.destroy();
      return trees.end(sessionId, { closeMs: 0, graceMs: 250, forceMs: 3_000 });
    },
  };
}

function startProblem(start: ServerStart, error: unknown) {
  const { name, clientName, command } = start;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  switch (code) {
    case 'ENOENT':
      // The file was there a moment ago, so what is missing is the program in its first line.
      return fail(
        'interpreter-missing',
        `The server command "${command}" needs a program that is not installed (see its first line). Install that or correct the entry in ${clientName}.`,
      );
    case 'EACCES':
      return fail(
        'command-not-executable',
        `The server command "${command}" may not be run by you. Change its permissions or correct the entry in ${clientName}.`,
      );
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return fail(
        'machine-exhausted',
        `The server "${name}" could not be started: the machine has no room for another process (${code}). Close some programs, then connect again.`,
      );
    default:
      return fail(
        'start-failed',
        `The server "${name}" could not be started (${code}). Correct the entry in ${clientName}, then connect again.`,
      );
  }
}

function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    // What cannot be looked at cannot be worked in either.
    return false;
  }
}
