import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** An answer as JSON-RPC has it, as far as tests look. */
export interface Answer {
  readonly id?: unknown;
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text: string }[];
    readonly tools?: readonly { readonly name: string }[];
    readonly serverInfo?: { readonly name: string };
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client that speaks raw lines to a bridge. */
export interface Bridge {
  readonly child: ChildProcess;
  say(text: string): void;
  /** Sends a request and waits for its answer. */
  ask(method: string, params?: unknown): Promise<Answer>;
  /** Calls a tool; gives what the model would read, an error's message included. */
  call(tool: string, args?: unknown): Promise<{ readonly text: string; readonly isError: boolean }>;
  /** Sends a request and gives its id. */
  send(method: string, params?: unknown): number;
  /** Waits for the answer to a request that was sent. */
  answer(id: number): Promise<Answer>;
  /** Introduces itself and lists the tools, as every client does. */
  greet(): Promise<string[]>;
  /** Every line heard so far. */
  lines(): string[];
  exit(): number | null | undefined;
  /** Closes the input, as a client that quits. */
  leave(): Promise<void>;
}

/** Starts a bridge. With `into`, its output goes to that file and not through this process. */
export function startBridge(
  file: string,
  words: readonly string[],
  { cwd, env, into }: { cwd: string; env: Record<string, string>; into?: string },
): Bridge {
  const out = into === undefined ? undefined : openSync(into, 'a');
  const child = spawn(file, [...words], { cwd, env, stdio: ['pipe', out ?? 'pipe', 'ignore'] });
  if (out !== undefined) closeSync(out);
  let heard = '';
  let exit: number | null | undefined;
  let next = 1;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  child.on('close', (code) => {
    exit = code;
  });
  child.stdin?.on('error', () => undefined);
  const text = (): string => (into === undefined ? heard : readFileSync(into, 'utf8'));
  const lines = (): string[] =>
    text()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line !== '');
  const say = (line: string): void => void child.stdin?.write(line);

  function send(method: string, params: unknown = {}): number {
    const id = next;
    next += 1;
    say(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return id;
  }

  async function answer(id: number): Promise<Answer> {
    let found: Answer | undefined;
    await until(() => {
      const line = lines().find((one) => isAnswer(one, id));
      if (line !== undefined) found = JSON.parse(line);
      if (found === undefined && exit !== undefined)
        throw new Error(`The bridge ended with ${exit} and said: ${text()}`);
      return found !== undefined;
    }, `the answer to request ${id}`);
    return found as Answer;
  }

  const ask = (method: string, params?: unknown) => answer(send(method, params));

  return {
    child,
    say,
    send,
    answer,
    ask,
    async call(tool, args = {}) {
      const { result, error } = await ask('tools/call', { name: tool, arguments: args });
      return error !== undefined
        ? { text: error.message, isError: true }
        : { text: result?.content?.[0]?.text ?? '', isError: result?.isError === true };
    },
    async greet() {
      const { error } = await ask('initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'cursor-vscode', version: '2.4.1' },
      });
      if (error !== undefined) throw new Error(error.message);
      say('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
      const { result } = await ask('tools/list');
      return (result?.tools ?? []).map((tool) => tool.name);
    },
    lines,
    exit: () => exit,
    async leave() {
      child.stdin?.end();
      await until(() => exit !== undefined, 'the end of the bridge');
    },
  };
}

function isAnswer(line: string, id: number): boolean {
  if (!line.includes(`"id":${id}`) || line.includes('"method"')) return false;
  return (JSON.parse(line) as Answer).id === id;
}
