import { answerCodes } from '../../shared/answers.ts';
import { makeByteStore } from './byte-store.ts';
import { isModern } from './http-headers.ts';
import { isBlank, isObject, readMessages, type Seen, type SeenLine } from './http-message.ts';
import type { PendingRequest } from './http-pending.ts';
import type { HttpTarget } from './http-ports.ts';
import { post } from './http-post.ts';
import { connectionProblem } from './http-problem.ts';
import type { HttpSession } from './http-session.ts';
import { listen } from './http-streams.ts';
import { openSseLink } from './sse-link.ts';

/** The way of the relay's lines to the server. */
export interface Outbound {
  /** Takes bytes; `done` is called once more may come. */
  take(chunk: Buffer, done: () => void): void;
  /** Nothing more comes. */
  finish(): void;
  /** True once anything was sent. */
  readonly used: boolean;
  /** Forgets what was not sent yet and breaks off what is under way. */
  drop(): void;
}

interface Waiting {
  readonly line: SeenLine;
  readonly body: Buffer;
  readonly asked: PendingRequest[];
  readonly controller: AbortController;
  /** Called when the last of its requests waits no more. */
  answered: () => void;
}

const newline = 0x0a;

/** Makes the way. Lines go out as they come, but none overtakes the handshake. */
export function makeOutbound(session: HttpSession, kind: HttpTarget['kind']): Outbound {
  const { limits, pending, who } = session;
  const rest = makeByteStore();
  const exchanges = new Set<AbortController>();
  let queue: Waiting[] = [];
  let shut = false;
  let uploading = 0;
  let held: (() => void) | undefined;
  /** Where messages go, once it is known that the server speaks HTTP+SSE. */
  let link: URL | undefined;
  let dropped = false;
  let used = false;
  let listening = false;

  function take(chunk: Buffer, done: () => void): void {
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      const part = chunk.subarray(start, at);
      start = at + 1;
      if (rest.length === 0) {
        submit(part);
      } else {
        rest.append(part);
        submit(rest.take());
      }
    }
    if (start < chunk.length) rest.append(chunk.subarray(start));
    if (uploading > limits.uploadBytes) held = done;
    else done();
  }

  function uploaded(bytes: number): void {
    uploading -= bytes;
    if (held === undefined || uploading > limits.uploadBytes) return;
    const done = held;
    held = undefined;
    done();
  }

  function submit(body: Buffer): void {
    if (dropped || isBlank(body)) return;
    const line = readMessages(body);
    const [message] = line?.messages ?? [];
    if (line === undefined || message === undefined) {
      session.report('A line that holds no message was not sent to the server.');
      return;
    }
    if (!line.batch && message.method === 'notifications/cancelled' && cancelled(message)) return;
    const controller = new AbortController();
    const asked = line.messages.filter(({ kind: what }) => what === 'request');
    const waiting: Waiting = { line, body, asked: [], controller, answered: () => undefined };
    for (const request of asked) waiting.asked.push(waits(request, waiting));
    for (const request of waiting.asked) pending.add(request);
    if (pending.size > limits.inFlight) {
      for (const request of waiting.asked) session.fail(request, tooMany());
      return;
    }
    uploading += body.length;
    if (shut) queue.push(waiting);
    else send(waiting);
  }

  const waits = (request: Seen, waiting: Waiting): PendingRequest => ({
    idText: request.idText ?? '',
    method: request.method ?? '',
    modern: isModern(request),
    abort: () => waiting.controller.abort(),
    settled() {
      if (!waiting.asked.some((one) => pending.has(one))) waiting.answered();
    },
  });

  /** True where the cancellation is done with here: a request of 2026-07-28 is cancelled by closing its answer. */
  function cancelled({ value }: Seen): boolean {
    const id = isObject(value.params) ? value.params.requestId : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return false;
    const request = pending.find(JSON.stringify(id));
    if (request?.modern) {
      session.forget(request);
      request.abort();
      return true;
    }
    if (request !== undefined) {
      // Most servers answer no more, and some never end the answer they began.
      const timer = setTimeout(() => {
        if (!pending.has(request)) return;
        session.forget(request);
        request.abort();
      }, limits.cancelledMs);
      timer.unref();
    }
    return false;
  }

  function send(waiting: Waiting): void {
    const { line, body, controller } = waiting;
    used = true;
    const [message] = line.messages;
    const first = line.batch ? undefined : message;
    if (first?.version !== undefined) session.learned.modernVersion = first.version;
    const barrier =
      (first?.method === 'initialize' && first.kind === 'request') ||
      first?.method === 'notifications/initialized' ||
      (kind === 'sse' && link === undefined);
    let linger: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;
    let passed = !barrier;
    const pass = () => {
      if (passed) return;
      passed = true;
      reopen();
    };
    if (barrier) shut = true;
    exchanges.add(controller);
    waiting.answered = () => {
      clearTimeout(late);
      // A server that never ends its answer must not keep the connection.
      linger = setTimeout(() => controller.abort(), limits.lingerMs);
      linger.unref();
      queueMicrotask(pass);
    };
    let counted = body.length;
    const taken = () => {
      uploaded(counted);
      counted = 0;
    };
    void carry(waiting, taken).finally(() => {
      taken();
      clearTimeout(linger);
      exchanges.delete(controller);
      // What comes by a stream of its own (HTTP+SSE) may still be on its way.
      if (!waiting.asked.some((request) => pending.has(request))) return pass();
      late = setTimeout(() => {
        const problem = connectionProblem(who, 'idle-timeout', true);
        for (const request of waiting.asked) session.fail(request, problem);
      }, limits.headMs);
      late.unref();
    });
  }

  async function carry(waiting: Waiting, taken: () => void): Promise<void> {
    const { line, body, asked, controller } = waiting;
    const { signal } = controller;
    if (kind === 'sse' && link === undefined && !(await connect(asked))) return;
    const to = link ?? session.url;
    const posting = { line, body, asked, signal, to, linked: link !== undefined, taken };
    const posted = await post(session, posting);
    if (posted !== 'done') {
      if (!(await connect([])) || link === undefined) return posted.refuse();
      await post(session, { ...posting, to: link, linked: true });
    }
    const initialized = line.messages[0]?.method === 'notifications/initialized';
    if (!initialized || link !== undefined || listening || session.over.aborted) return;
    listening = true;
    void listen(session);
  }

  /** Opens the stream of HTTP+SSE; what waits for it is told when it cannot be had. */
  async function connect(asked: readonly PendingRequest[]): Promise<boolean> {
    const opened = await openSseLink(session);
    if (opened.ok) link = opened.value;
    else for (const request of asked) session.fail(request, opened.problem);
    return opened.ok;
  }

  function reopen(): void {
    shut = false;
    const waiting = queue;
    queue = [];
    for (const [index, one] of waiting.entries()) {
      if (shut) {
        queue = [...waiting.slice(index), ...queue];
        return;
      }
      send(one);
    }
  }

  const tooMany = () => ({
    code: 'too-many-requests',
    message: `More than ${limits.inFlight} requests to the server "${who.name}" wait for an answer. Wait until some are answered, then try again.`,
    answerCode: answerCodes.notStarted,
  });

  return {
    take,
    get used() {
      return used;
    },
    finish: () => submit(rest.take()),
    drop() {
      dropped = true;
      queue = [];
      rest.clear();
      for (const controller of exchanges) controller.abort();
      const done = held;
      held = undefined;
      done?.();
    },
  };
}
