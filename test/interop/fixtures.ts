import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { peers } from './peers.ts';

/** The server under test: on SDK v1 up to revision 2025-11-25, or on SDK v2 for 2026-07-28. */
export type Fixture = 'legacy' | 'modern';

const files: Readonly<Record<Fixture, string>> = {
  legacy: path.join(import.meta.dirname, 'fixture', 'legacy.mjs'),
  modern: peers.modernFixture,
};

/** How a client's config starts the fixture over stdio. */
export const stdioCommand = (fixture: Fixture): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [files[fixture], 'stdio'],
});

/** Something that listens, and how to end it. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the fixture over Streamable HTTP on a free loopback port. It ends with us, whatever ends us. */
export async function serveFixture(fixture: Fixture): Promise<Listening> {
  const child = spawn(process.execPath, [files[fixture], 'http'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const port of createInterface({ input: child.stdout }))
    return { url: `http://127.0.0.1:${port}/mcp`, close: () => endChild(child) };
  throw new Error(`The ${fixture} fixture ended with ${child.exitCode} before it listened.`);
}

/** Ends a child of ours and waits until it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
