import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { afterEach } from 'vitest';
import type { EndpointPorts, Streams } from '../../../main/endpoint/endpoint-ports.ts';
import { startSession } from '../../../main/relay/session.ts';
import type { Session } from '../../../main/relay/session-ports.ts';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import { ok } from '../../../shared/outcome.ts';
import type { Stages } from '../../../shared/stages.ts';
import { decision } from '../relay/rig.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** What a server of the test is: a process, or something that plays one. */
export type Upstream = () => Streams;

/** A stdio server as a child process. */
export const stdioServer =
  (file: string, ...args: string[]): Upstream =>
  () => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    return { in: child.stdout, out: child.stdin };
  };

/** A modern server that is played by a function from message to messages. */
export const playedServer =
  (react: (message: Record<string, unknown>, say: (message: unknown) => void) => void): Upstream =>
  () => {
    const toServer = new PassThrough();
    const fromServer = new PassThrough();
    let rest = '';
    toServer.setEncoding('utf8');
    toServer.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        react(JSON.parse(line), (message) => fromServer.write(`${JSON.stringify(message)}\n`));
    });
    toServer.on('end', () => fromServer.end());
    return { in: fromServer, out: toServer };
  };

/** What the stages of a governed session say, by the name of the tool. */
export interface GovernedOptions {
  readonly denies?: readonly string[];
  /** Asks a person, whose answer this is. */
  readonly asks?: Readonly<Record<string, Promise<ApprovalOutcome>>>;
  /** A yes that was remembered. */
  readonly granted?: () => ApprovalOutcome | undefined;
}

/** Sessions through the real relay, with stages that permit what the options do not name. */
export function governed(
  upstream: Upstream,
  { denies = [], asks = {}, granted = () => undefined }: GovernedOptions = {},
) {
  const sessions: Session[] = [];
  const targets: string[] = [];
  const stages: Omit<Stages, 'upstream'> = {
    audit: {
      open(call) {
        targets.push(call.target);
        return ok({ close: () => undefined, note: () => undefined });
      },
    },
    kill: { refusal: () => undefined },
    inspection: { request: () => [], answer: (_, answer) => ({ answer, findings: [] }) },
    policy: {
      decide(call) {
        if (denies.includes(call.target)) return decision('deny');
        return decision(Object.hasOwn(asks, call.target) ? 'ask' : 'allow');
      },
      mode: () => 'enforce',
    },
    approval: {
      granted,
      ask(call, _decision, _findings, signal) {
        const calledOff = new Promise<ApprovalOutcome>((resolve) => {
          signal.addEventListener('abort', () => resolve({ answer: 'deny', how: 'cancelled' }));
        });
        return Promise.race([asks[call.target] ?? calledOff, calledOff]);
      },
    },
  };
  const accept: EndpointPorts['accept'] = (id, _facts, client) => {
    const session = startSession({
      connection: { id, name: 'remote', sessionId: `ses_${sessions.length}` },
      agent: { clientId: 'cursor', clientName: 'Cursor', person: 'ada' },
      server: { id: 'srv_1', transport: 'stdio', label: 'everything' },
      client,
      upstream: upstream(),
      stages,
      lookupTool: () => undefined,
      onToolList: () => [],
      facts: {
        introduced: () => undefined,
        stopped: () => undefined,
        listFiltered: () => undefined,
        called: () => undefined,
      },
      limits: { flushMs: 200, progressMs: 20 },
    });
    sessions.push(session);
    return { closed: session.closed };
  };
  return { accept, sessions, targets };
}
