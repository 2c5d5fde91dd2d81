import { type ChildProcess, spawn } from 'node:child_process';

/** Anything that answers echo calls: a raw JSON-RPC peer without an SDK in the measuring process. */
export interface Driver {
  /** Milliseconds from spawn until `initialize` was answered. */
  readonly readyMs: number;
  /** The process that answers the client directly. */
  readonly pid: number | undefined;
  call(text: string): Promise<void>;
  /** Asks for a result of so many bytes; only of the echo server. */
  fill?(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'airlock-bench', version: '1' },
};

/** Throws unless the answer is the echo of `text`: a fast wrong answer is no result. */
export function checkEcho(answer: unknown, text: string): void {
  const content = (answer as { result?: { content?: { text?: string }[] } }).result?.content;
  if (content?.[0]?.text !== text) {
    throw new Error(`not an echo: ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

function checkFilled(answer: unknown, bytes: number): void {
  const content = (answer as { result?: { content?: { text?: string }[] } }).result?.content;
  if (content?.[0]?.text?.length !== bytes) {
    throw new Error(`not ${bytes} bytes: ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

/** Drives a stdio server or stdio-to-stdio bridge. */
export async function stdioDriver(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Driver> {
  const start = performance.now();
  const child: ChildProcess = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env });
  const waiting = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (error: Error) => void }
  >();
  let nextId = 1;
  let rest: Buffer[] = [];
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000);
  });
  child.stdout?.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, at));
      const text = (rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest)).toString();
      rest = [];
      from = at + 1;
      let message: { id?: number };
      try {
        message = JSON.parse(text) as { id?: number };
      } catch {
        // One peer prints its log on stdout; its answers still count.
        continue;
      }
      if (typeof message.id === 'number') {
        waiting.get(message.id)?.resolve(message);
        waiting.delete(message.id);
      }
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${command} exited with ${code}: ${errors}`));
  });

  const request = (method: string, params: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });

  await request('initialize', initialize);
  const readyMs = performance.now() - start;
  child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  await request('tools/list', {});
  return {
    readyMs,
    pid: child.pid,
    async call(text) {
      checkEcho(await request('tools/call', { name: 'echo', arguments: { text } }), text);
    },
    async fill(bytes) {
      checkFilled(await request('tools/call', { name: 'get_text', arguments: { bytes } }), bytes);
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin?.end();
        setTimeout(() => child.kill('SIGTERM'), 1_500).unref();
        setTimeout(() => child.kill('SIGKILL'), 4_000).unref();
      }),
  };
}
