import { type ChildProcess, spawn } from 'node:child_process';

/** A client that calls as fast as it is answered, until what it talks to is gone. */
export interface LoadClient {
  /** Resolves with the first answered call; rejects when there never is one. */
  readonly loaded: Promise<void>;
  readonly process: ChildProcess;
  /** Calls answered with the text they sent. */
  answered(): number;
  /** An answer that was something else; it ends the calling. */
  wrong(): string | undefined;
  /** Closes the input, which ends what still waits for more to answer: a bridge that found nobody does. */
  end(): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

/** Calls under way at once: enough that neither side ever waits for the other. */
const window = 32;

/** What an MCP server says, as far as this client looks at it. */
interface Message {
  readonly id?: number;
  readonly result?: { readonly isError?: boolean; readonly content?: { readonly text?: string }[] };
}

/** Starts a command and calls `echo` through it, each time with another text: `<name>-<number>`. */
export function loadClient(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  name: string,
): LoadClient {
  const child = spawn(command, [...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let answered = 0;
  let wrong: string | undefined;
  let next = 0;
  const loaded = later();
  const gone = later();
  // Whoever does not wait for the load still learns of it by other means.
  loaded.promise.catch(() => undefined);
  child.on('error', (error) => {
    loaded.reject(error);
    gone.resolve();
  });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    said = (said + chunk).slice(-2_000);
  });
  child.on('exit', (code, signal) => {
    const word = wrong ?? said;
    loaded.reject(
      new Error(`${name} ended (${code ?? signal}) before a call was answered: ${word}`),
    );
    gone.resolve();
  });
  // The other side is killed while we write.
  child.stdin.on('error', () => undefined);

  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  function call(): void {
    next += 1;
    send({
      id: next,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: `${name}-${next}` } },
    });
  }
  function read(line: string): void {
    const message = JSON.parse(line) as Message;
    if (message.id === initializeId) {
      send({ method: 'notifications/initialized' });
      send({ id: listId, method: 'tools/list', params: {} });
    } else if (message.id === listId && message.result !== undefined) {
      for (let n = 0; n < window; n += 1) call();
    } else if (message.id !== undefined) {
      if (message.result?.content?.[0]?.text === `${name}-${message.id}`) {
        answered += 1;
        loaded.resolve();
        call();
      } else {
        wrong ??= line;
        loaded.reject(new Error(`${name} was answered: ${line}`));
      }
    }
  }

  let rest = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) read(line);
  });
  send({
    id: initializeId,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'cursor-vscode', version: '1.0.0' },
    },
  });
  return {
    loaded: loaded.promise,
    process: child,
    answered: () => answered,
    wrong: () => wrong,
    end: () => child.stdin.end(),
    gone: gone.promise,
  };
}

/** A promise and what settles it. */
function later() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const initializeId = -1;
const listId = -2;
