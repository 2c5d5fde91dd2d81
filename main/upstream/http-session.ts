import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import type { Budget } from './http-body.ts';
import type { Exchange } from './http-exchange.ts';
import type { Learned } from './http-headers.ts';
import type { LineSource } from './http-lines.ts';
import { isObject, readMessages, type Seen } from './http-message.ts';
import { makePendingRequests, type PendingRequest, type PendingRequests } from './http-pending.ts';
import type { HttpLimits } from './http-ports.ts';
import type { HttpProblem, Named } from './http-problem.ts';
import { toolHeaders } from './http-tool-headers.ts';

/** What a session is made of. */
export interface SessionParts {
  readonly url: URL;
  readonly who: Named;
  readonly limits: HttpLimits;
  readonly exchange: Exchange;
  readonly source: LineSource;
  readonly report: (sentence: string) => void;
  /** Takes the secrets out of a text. */
  readonly mask: (text: string) => string;
  readonly unfitTool: (name: string, reason: string) => void;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The state of one session with a remote server, and what every part of it does with that. */
export interface HttpSession extends SessionParts {
  readonly learned: Learned;
  readonly pending: PendingRequests;
  readonly budget: Budget;
  /** Aborted when the session is over. */
  readonly over: AbortSignal;
  /** Settles with the sentence that says why, when the server gave the session up. */
  readonly gone: Promise<string>;
  /** True once that happened. */
  readonly lost: boolean;
  /**
   * Passes on what the server said, and strikes the requests it answers. `asked` are those of the exchange it came by:
   * an error with no id, or another's, can only mean the one
   * among them. False where it was no MCP message. Waits for the reader.
   */
  deliver(line: Buffer, asked?: readonly PendingRequest[]): Promise<boolean>;
  /** Remembers which parameters of these tools are mirrored into header fields (2026-07-28). */
  learnTools(tools: unknown): void;
  /** Answers a request that still waits in the server's place. */
  fail(request: PendingRequest, problem: HttpProblem): void;
  /** Forgets a request whose asker does not wait any more. */
  forget(request: PendingRequest): void;
  /** Calls once when nothing waits any more. */
  whenIdle(call: () => void): void;
  /** The server gave the session up: everything that waits is told, and the output ends. */
  lose(sentence: string): void;
  /** Ends every exchange at once, without a word. */
  close(): void;
}

/** Reports of one kind beyond this many in a session tell nothing new. */
const fewReports = 3;
const mostTools = 10_000;

/** A session that has said nothing yet. */
export function makeHttpSession(parts: SessionParts): HttpSession {
  const { source, who } = parts;
  const pending = makePendingRequests();
  const closing = new AbortController();
  const learned: Learned = {
    sessionId: undefined,
    version: undefined,
    modernVersion: undefined,
    tools: new Map(),
  };
  let idle: (() => void) | undefined;
  let stray = 0;
  let garbage = 0;
  let lost = false;
  let tellGone: (sentence: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => {
    tellGone = resolve;
  });

  function settled(request: PendingRequest): boolean {
    const waited = pending.remove(request);
    if (waited) request.settled();
    if (waited && pending.size === 0) {
      const call = idle;
      idle = undefined;
      call?.();
    }
    return waited;
  }

  async function deliver(line: Buffer, asked: readonly PendingRequest[] = []): Promise<boolean> {
    const read = readMessages(line);
    // Nobody must be able to take for an answer what was not counted as one.
    if (read === undefined || (!read.batch && read.messages[0]?.kind === 'other')) {
      const sentence = `The server "${who.name}" sent something that is not MCP; it was left out.`;
      if (++garbage <= fewReports) parts.report(sentence);
      return false;
    }
    const answers = read.messages.filter(({ kind }) => kind === 'answer');
    const [first] = answers;
    const waiting = asked.filter((request) => pending.has(request));
    const astray = first?.error !== undefined && pending.find(first.idText ?? '') === undefined;
    if (!read.batch && astray && waiting.length === 1 && waiting[0] !== undefined) {
      const text = read.text.slice(first.error.start, first.error.end);
      source.send(`{"jsonrpc":"2.0","id":${waiting[0].idText},"error":${text}}`);
      settled(waiting[0]);
      await source.room();
      return true;
    }
    const matched = answers.map((answer) => ({
      answer,
      request: pending.find(answer.idText ?? ''),
    }));
    const known = matched.filter(({ request }) => request !== undefined);
    const strange = matched.length - known.length;
    if (strange > 0 && known.length === 0 && strange === read.messages.length) {
      stray += 1;
      if (stray <= fewReports)
        parts.report(
          `The server "${who.name}" answered a request that does not wait for an answer; that was left out.`,
        );
      return true;
    }
    source.send(line);
    for (const { answer, request } of known) {
      if (request === undefined) continue;
      learn(request, answer);
      settled(request);
    }
    await source.room();
    return true;
  }

  function learn(request: PendingRequest, { value }: Seen): void {
    const { result } = value;
    if (!isObject(result)) return;
    if (request.method === 'initialize' && typeof result.protocolVersion === 'string')
      learned.version = result.protocolVersion;
    if (request.method === 'tools/list' && request.modern) learnTools(result.tools);
  }

  function learnTools(tools: unknown): void {
    for (const tool of Array.isArray(tools) ? tools : []) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue;
      const headers = toolHeaders(tool.inputSchema);
      learned.tools.delete(tool.name);
      if (!headers.ok) parts.unfitTool(tool.name, headers.reason);
      else if (headers.parameters.length > 0 && learned.tools.size < mostTools)
        learned.tools.set(tool.name, headers.parameters);
    }
  }

  function fail(request: PendingRequest, problem: HttpProblem): void {
    if (!pending.has(request)) return;
    const { code, status, retryAfterSeconds } = problem;
    const data = {
      code,
      ...(status !== undefined && { status }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
    source.send(errorAnswer(request.idText, problem.answerCode, parts.mask(problem.message), data));
    settled(request);
  }

  return {
    ...parts,
    learned,
    pending,
    budget: { held: 0 },
    over: closing.signal,
    gone,
    get lost() {
      return lost;
    },
    deliver,
    learnTools,
    fail,
    forget: (request) => void settled(request),
    whenIdle(call) {
      if (pending.size === 0) call();
      else idle = call;
    },
    lose(sentence) {
      if (closing.signal.aborted) return;
      lost = true;
      parts.report(sentence);
      tellGone(sentence);
      for (const request of pending.all())
        fail(request, {
          code: 'session-lost',
          message: sentence,
          answerCode: answerCodes.serverGone,
        });
      closing.abort();
      source.end();
    },
    close: () => closing.abort(),
  };
}
