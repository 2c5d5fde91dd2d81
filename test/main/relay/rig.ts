import { PassThrough } from 'node:stream';
import type { ListedTool, ListPage, Withheld } from '../../../main/relay/list-answer.ts';
import { startSession } from '../../../main/relay/session.ts';
import type {
  Session,
  SessionLimits,
  Stopped,
  Streams,
} from '../../../main/relay/session-ports.ts';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import type { Call } from '../../../shared/call.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import type { Decision } from '../../../shared/policy.ts';
import type { ToolView } from '../../../shared/server.ts';
import type { CallEnd, Stages } from '../../../shared/stages.ts';

/** Waits until `holds`: a few turns of the event loop, then with pauses, which leave the machine to who must act. */
export async function until(holds: () => boolean, what = 'the expected state'): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (let turn = 0; !holds(); turn += 1) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => (turn < 50 ? setImmediate(resolve) : setTimeout(resolve, 4)));
  }
}

/** Lets everything that is on its way arrive: streams and promises, but no timers. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** One side's end of a session: what it heard so far. */
function ear(stream: PassThrough) {
  let heard = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
  });
  return {
    text: () => heard.toString('utf8'),
    bytes: () => heard,
    lines: () =>
      heard
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== ''),
    messages: () =>
      heard
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line)),
  };
}

/** A decision as policy would make it. */
export const decision = (made: Decision['decision']): Decision => ({
  decision: made,
  rules: [{ id: `rule-${made}`, text: `This is the rule to ${made}.`, source: 'user' }],
  risk: { level: 'write', reasons: [] },
});

/** A person in front of the approval window. */
interface Question {
  readonly call: Call;
  readonly signal: AbortSignal;
  readonly answer: (outcome: ApprovalOutcome) => void;
}

/** How a test changes the rig. */
export interface RigOptions {
  readonly decide?: (call: Call) => Decision['decision'];
  readonly stages?: Partial<Omit<Stages, 'upstream'>>;
  readonly tools?: () => Readonly<Record<string, ToolView>>;
  readonly onToolList?: (tools: readonly ListedTool[], page: ListPage) => readonly Withheld[];
  readonly limits?: Partial<SessionLimits>;
  readonly mode?: 'enforce' | 'monitor';
  readonly comeBack?: () => boolean;
  /** Streams nobody listens to, for tests of a slow reader. */
  readonly deaf?: boolean;
  /** Something that stands between the session and its server. */
  readonly behind?: (upstream: Streams) => Streams;
}

/** A session between a client and a server that the test plays, with stages that write down what they saw. */
export function rig(options: RigOptions = {}) {
  const client = { in: new PassThrough(), out: new PassThrough() };
  const server = { in: new PassThrough(), out: new PassThrough() };
  const steps: string[] = [];
  const calls: Call[] = [];
  const ends: CallEnd[] = [];
  const stopped: Stopped[] = [];
  const introduced: string[] = [];
  const filtered: Withheld[] = [];
  const questions: Question[] = [];
  const timers: { ms: number; call: () => void; cancelled: boolean }[] = [];
  let killed: string | undefined;
  let auditProblem: string | undefined;

  const stages: Omit<Stages, 'upstream'> = {
    audit: {
      open(call) {
        if (auditProblem !== undefined) return fail('unwritable', auditProblem);
        steps.push('open');
        calls.push(call);
        return ok({
          close(end: CallEnd) {
            steps.push(`close ${end.outcome}`);
            ends.push(end);
          },
          note(kind) {
            steps.push(kind);
          },
        });
      },
    },
    kill: { refusal: () => killed },
    inspection: { request: () => [], answer: (_, answer) => ({ answer, findings: [] }) },
    policy: {
      decide: (call) => decision(options.decide?.(call) ?? 'allow'),
      mode: () => options.mode ?? 'enforce',
    },
    approval: {
      granted: () => undefined,
      ask(call, _decision, _findings, signal) {
        return new Promise((answer) => {
          questions.push({ call, signal, answer });
          signal.addEventListener('abort', () => answer({ answer: 'deny', how: 'cancelled' }));
        });
      },
    },
    ...options.stages,
  };

  const session: Session = startSession({
    connection: { id: 'con_1', name: 'files', sessionId: 'ses_1' },
    agent: { clientId: 'cursor', clientName: 'Cursor', person: 'ada' },
    server: { id: 'srv_1', transport: 'stdio', label: 'npx files' },
    client,
    upstream: (options.behind ?? ((upstream) => upstream))({ in: server.out, out: server.in }),
    stages,
    lookupTool: (name) => options.tools?.()[name],
    onToolList: options.onToolList ?? (() => []),
    facts: {
      introduced: (who, { name, version }) => introduced.push(`${who}: ${name} ${version}`),
      stopped: (what) => stopped.push(what),
      listFiltered: (withheld) => filtered.push(...withheld),
      called: () => undefined,
    },
    limits: options.limits ?? {},
    ...(options.comeBack && { comeBack: options.comeBack }),
    after(ms, call) {
      const timer = { ms, call, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
  });

  const deaf = options.deaf ?? false;
  return {
    session,
    client,
    server,
    clientHears: ear(deaf ? new PassThrough() : client.out),
    serverHears: ear(deaf ? new PassThrough() : server.in),
    clientSays: (text: string | Buffer) => client.in.write(text),
    serverSays: (text: string | Buffer) => server.out.write(text),
    steps,
    calls,
    ends,
    stopped,
    introduced,
    filtered,
    questions,
    kill(sentence: string | undefined) {
      killed = sentence;
    },
    breakAudit(sentence: string) {
      auditProblem = sentence;
    },
    /** Lets every timer of `ms` fire that has not yet. */
    fire(ms: number) {
      const due = timers.filter((timer) => timer.ms === ms && !timer.cancelled);
      for (const timer of due) {
        timer.cancelled = true;
        timer.call();
      }
      return due.length;
    },
  };
}

/** A `tools/call` line. */
export const toolCall = (id: number | string, name = 'write_file', more = ''): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":"${name}","arguments":{"path":"a.txt"}${more}}}\n`;

/** A line that answers a tool call. */
export const toolAnswer = (id: number | string, text = 'done'): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"${text}"}]}}\n`;
