import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { peers } from './peers.ts';

/** How a real client ended: what it printed, and its exit code. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** A real client that lives in a home. */
export interface RealClient {
  readonly clientId: string;
  /** Its config of all projects, below the home. */
  readonly file: string;
  /** Asks it for the tools of a server; what it prints names them or says that it is connected. */
  list(home: string, server: string): Promise<Ran>;
  /** Lets it call a tool that takes these arguments. */
  call(home: string, server: string, tool: string, args: Record<string, unknown>): Promise<Ran>;
}

/** On a crowded machine a client that is one big bundle starts slowly. */
const patienceMs = 240_000;

/** Runs a client with a home of its own, and hardly an environment. */
function run(home: string, words: string[], env: Record<string, string> = {}): Promise<Ran> {
  const cwd = path.join(home, 'work');
  mkdirSync(cwd, { recursive: true });
  return new Promise((resolve, reject) => {
    const child = spawn(peers.node, words, {
      cwd,
      env: { HOME: home, PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, errors }));
  });
}

/** MCPorter: a client on the command line, on SDK v1. */
export const mcporter: RealClient = {
  clientId: 'mcporter',
  file: '.mcporter/mcporter.json',
  list: (home, server) => run(home, [peers.mcporter, 'list', server, '--json']),
  call: (home, server, tool, args) =>
    run(home, [peers.mcporter, 'call', `${server}.${tool}`, '--args', JSON.stringify(args)]),
};

/** Says the words of a model that calls one tool and is content with whatever comes back. */
const scripted = (tool: string, args: Record<string, unknown>): string =>
  [{ functionCall: { name: tool, args } }, { text: 'Done.' }]
    .map((part) => ({
      method: 'generateContentStream',
      response: [
        {
          candidates: [
            { content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 },
          ],
          usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
        },
      ],
    }))
    .map((line) => JSON.stringify(line))
    .join('\n');

/** In a folder that nobody trusts it starts no servers. */
const trusting = { GEMINI_CLI_TRUST_WORKSPACE: 'true' };

/** The Gemini CLI as it is, with a model that is a file: no other is in reach, and it has an option for that. */
export const gemini: RealClient = {
  clientId: 'gemini-cli',
  file: '.gemini/settings.json',
  list: (home) => run(home, [peers.gemini, 'mcp', 'list'], trusting),
  call(home, server, tool, args) {
    const model = path.join(home, 'model.jsonl');
    writeFileSync(model, scripted(`mcp_${server}_${tool}`, args));
    return run(
      home,
      [
        peers.gemini,
        ...['--fake-responses-non-strict', model, '--model', 'gemini-2.5-flash'],
        ...['--approval-mode', 'yolo', '--output-format', 'stream-json', '--prompt', 'Use it.'],
      ],
      { ...trusting, GEMINI_API_KEY: 'none' },
    );
  },
};
