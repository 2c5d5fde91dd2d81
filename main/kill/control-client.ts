import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import {
  ControlRecord,
  type ControlReply,
  type ControlRequest,
  controlFile,
  ControlReply as Reply,
} from './control.ts';

type Ask = ControlRequest extends infer R
  ? R extends { token: string }
    ? Omit<R, 'token'>
    : never
  : never;

/** What came of asking the app: its answer, or that none is running on this data folder. */
export type Asked =
  | { readonly running: true; readonly reply: ControlReply }
  | { readonly running: false };

const record = (data: string): ControlRecord | undefined => {
  try {
    return ControlRecord.parse(JSON.parse(readFileSync(controlFile(data), 'utf8')));
  } catch {
    // No record, or one that cannot be read: no app to ask.
    return undefined;
  }
};

/**
 * Asks the app that runs on a data folder. A record left by an app that died counts as not running; an app that
 * takes the question and does not answer within `timeoutMs` is a problem in the reply.
 */
export async function askApp(data: string, ask: Ask, timeoutMs = 15_000): Promise<Asked> {
  const found = record(data);
  if (!found) return { running: false };
  return new Promise((resolve) => {
    const socket = connect(found.endpoint);
    let text = '';
    let connected = false;
    const silent = (message: string): Asked => ({
      running: true,
      reply: { ok: false, problem: { code: 'no-answer', message } },
    });
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      resolve(
        silent('Airlock is running but did not answer. Stop it by its process if it stays so.'),
      );
    });
    socket.on('connect', () => {
      connected = true;
      socket.write(`${JSON.stringify({ ...ask, token: found.token })}\n`);
    });
    socket.on('error', () => {
      if (!connected) resolve({ running: false });
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => {
      if (!connected) return resolve({ running: false });
      try {
        resolve({ running: true, reply: Reply.parse(JSON.parse(text)) });
      } catch {
        // Cut off or of another version: either way no answer to build on.
        resolve(silent('Airlock broke off before it answered. Try again.'));
      }
    });
  });
}
