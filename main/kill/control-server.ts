import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { KillReport, KillScope } from '../../shared/kill.ts';
import type { ManagedStatus } from '../../shared/managed-status.ts';
import type { AppState } from '../../shared/state.ts';
import {
  type ControlRecord,
  type ControlReply,
  ControlRequest,
  controlEndpoint,
  controlFile,
} from './control.ts';

/** What the control socket can do. */
export interface ControlPorts {
  readonly state: () => AppState;
  readonly kill: (scope: KillScope, reason: string | undefined) => Promise<KillReport>;
  /** Asks the policy host now and tells how the machine stands then; absent where nothing can be managed. */
  readonly checkPolicy?: () => Promise<ManagedStatus>;
}

/** The longest request that is read, in bytes, and how long it may take. */
const maxRequest = 16_384;
const maxWaitMs = 3_000;

const sameToken = (given: string, expected: string): boolean => {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
};

/** Listens for the command line of the same user. Returns the close, which also takes the record away. */
export async function serveControl(
  data: string,
  tmp: string,
  platform: NodeJS.Platform,
  ports: ControlPorts,
): Promise<() => Promise<void>> {
  const endpoint = controlEndpoint(platform, data, tmp);
  const token = randomBytes(32).toString('base64url');
  // The data folder belongs to one running app, so a socket that is there is left over from one that died.
  if (platform !== 'win32') rmSync(endpoint, { force: true });
  const server = createServer((socket) => converse(socket, token, ports));
  server.listen(endpoint);
  await once(server, 'listening');
  if (platform !== 'win32') chmodSync(endpoint, 0o600);
  const record: ControlRecord = { endpoint, token, pid: process.pid };
  const fresh = `${controlFile(data)}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(record), { mode: 0o600 });
  renameSync(fresh, controlFile(data));
  return async () => {
    rmSync(controlFile(data), { force: true });
    server.close();
    await once(server, 'close');
  };
}

function converse(socket: Socket, token: string, ports: ControlPorts): void {
  let text = '';
  const timer = setTimeout(() => socket.destroy(), maxWaitMs);
  const reply = (answer: ControlReply) => socket.end(`${JSON.stringify(answer)}\n`);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(timer));
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > maxRequest) {
      socket.destroy();
      return;
    }
    const end = text.indexOf('\n');
    if (end < 0) return;
    clearTimeout(timer);
    socket.removeAllListeners('data');
    socket.resume();
    void answer(text.slice(0, end), token, ports).then(reply);
  });
}

async function answer(line: string, token: string, ports: ControlPorts): Promise<ControlReply> {
  try {
    const request = ControlRequest.safeParse(JSON.parse(line));
    if (!request.success) return no('not-understood', 'This app does not understand that request.');
    if (!sameToken(request.data.token, token))
      return no('wrong-token', 'The token is not of this app.');
    switch (request.data.ask) {
      case 'status':
        return { ok: true, state: ports.state() };
      case 'kill':
        return { ok: true, report: await ports.kill(request.data.scope, request.data.reason) };
      case 'check-policy':
        return ports.checkPolicy === undefined
          ? no('not-managed', 'This Airlock takes no managed policy.')
          : { ok: true, policy: await ports.checkPolicy() };
      default:
        return request.data satisfies never;
    }
  } catch (error) {
    return no('failed', `The request could not be carried out: ${String(error)}.`);
  }
}

const no = (code: string, message: string): ControlReply => ({
  ok: false,
  problem: { code, message },
});
