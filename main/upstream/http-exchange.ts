import type { Agent, IncomingMessage } from 'node:http';
import { answerCodes } from '../../shared/answers.ts';
import type { Problem, Result } from '../../shared/outcome.ts';
import { usableFields } from './http-headers.ts';
import type { HeaderFields, HttpLimits, HttpPorts, RequestContext } from './http-ports.ts';
import { answerProblem, connectionProblem, type HttpProblem, type Named } from './http-problem.ts';
import { type RawRequest, sendRequest } from './http-request.ts';

/** A request as the session wants it sent; who asks is added here. */
interface ExchangeRequest extends RequestContext {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
  /** How long the head of the answer may take, where that is less than usual. */
  readonly headMs?: number;
  /** Called when the last byte of the request was handed to the system. */
  readonly sent?: () => void;
}

/** The answer's head, and the address that gave it in the end. */
interface Answered {
  readonly response: IncomingMessage;
  readonly url: URL;
}

/** Either the head of an answer of any status, or why there is none. */
type Exchanged = Result<Answered, HttpProblem>;

/** Sends requests with credentials. */
export type Exchange = (request: ExchangeRequest) => Promise<Exchanged>;

interface Links {
  readonly ports: HttpPorts;
  readonly agent: Agent;
  readonly limits: HttpLimits;
  readonly who: Named;
}

const kept = new Set([307, 308]);
const changing = new Set([301, 302, 303]);

/**
 * Makes the one way by which requests of a session leave: with the entry's fields and a token, once again after a
 * challenge, along redirects within the origin alone. No credential is ever sent to another origin, and a message is
 * sent twice only where the server is known not to have taken it.
 */
export function makeExchange({ ports, agent, limits, who }: Links): Exchange {
  let fields: Record<string, string> | undefined;

  async function entryFields(): Promise<Result<Record<string, string>>> {
    if (fields !== undefined) return { ok: true, value: fields };
    const given = await ports.entryHeaders();
    if (!given.ok) return given;
    const { usable, refused } = usableFields(given.value);
    if (refused.length > 0) {
      ports.report?.(
        `Header fields of the entry "${who.name}" were left out, because the transport sets them itself or they hold what no header may: ${refused.join(', ')}.`,
      );
    }
    fields = usable;
    return { ok: true, value: usable };
  }

  async function credentials(context: RequestContext): Promise<Result<HeaderFields>> {
    const entry = await entryFields();
    if (!entry.ok || ports.authorize === undefined) return entry;
    const given = await ports.authorize(context);
    if (!given.ok) return given;
    return { ok: true, value: { ...entry.value, ...usableFields(given.value).usable } };
  }

  /** Sends along redirects, and once more where a connection kept from before was closed meanwhile. */
  async function travel(request: ExchangeRequest, proof: HeaderFields): Promise<Exchanged> {
    const { method, headers, body, signal, sent, headMs } = request;
    let { url } = request;
    let again = request.mcpMethod !== 'tools/call';
    for (let hops = 0; ; ) {
      const raw: RawRequest = {
        url,
        method,
        headers: { ...proof, ...headers },
        signal,
        ...(body !== undefined && { body }),
        ...(sent !== undefined && { sent }),
        ...(headMs !== undefined && { headMs }),
      };
      const outcome = await sendRequest(raw, agent, limits);
      if (!outcome.ok) {
        // A tool call is not repeated: the server may have read it before it closed.
        if (outcome.stale && again) {
          again = false;
          continue;
        }
        return { ok: false, problem: connectionProblem(who, outcome.code, outcome.sent) };
      }
      const { response } = outcome;
      const status = response.statusCode ?? 0;
      if (!kept.has(status) && !changing.has(status)) return { ok: true, value: { response, url } };
      response.destroy();
      const next = redirect(url, status, response.headers.location, method);
      if (!next.ok) return next;
      url = next.value;
      hops += 1;
      if (hops > limits.redirects) {
        return refused('redirect-loop', `sends requests round in circles (HTTP ${status}).`);
      }
    }
  }

  function redirect(
    from: URL,
    status: number,
    location: string | undefined,
    method: string,
  ): Result<URL, HttpProblem> {
    const to =
      location !== undefined && URL.canParse(location, from.href)
        ? new URL(location, from)
        : undefined;
    if (to === undefined)
      return refused(
        'redirect-nowhere',
        `sends requests elsewhere without saying where (HTTP ${status}).`,
      );
    if (to.origin !== from.origin) {
      return refused(
        'redirect-elsewhere',
        `sends requests on to ${to.origin}, where Airlock does not follow. If that is right, put the new address into the entry.`,
      );
    }
    // These turn a POST into a GET, and the message would be lost.
    if (changing.has(status) && method === 'POST') {
      return refused(
        'redirect-changes',
        `sends requests on to ${to.origin}${to.pathname} (HTTP ${status}), which would lose the message. Put that address into the entry.`,
      );
    }
    to.hash = '';
    return { ok: true, value: to };
  }

  const refused = (code: string, rest: string) => ({
    ok: false as const,
    problem: answerProblem(who, code, `${rest} Correct the entry in ${who.clientName}.`),
  });

  return async (request) => {
    const { url, method, mcpMethod } = request;
    const context = { url, method, ...(mcpMethod !== undefined && { mcpMethod }) };
    // A sign-in may be followed by a wish for more scopes; each is met once.
    const met = new Set<401 | 403>();
    for (;;) {
      const proof = await credentials(context);
      if (!proof.ok) return { ok: false, problem: refusedHere(proof.problem) };
      const answered = await travel(request, proof.value);
      if (!answered.ok || ports.challenged === undefined) return answered;
      const { response } = answered.value;
      const status = challengeOf(response);
      if (status === undefined || met.has(status)) return answered;
      met.add(status);
      response.destroy();
      const wwwAuthenticate = response.headers['www-authenticate'] ?? '';
      const sent = proof.value.Authorization;
      const outcome = await ports.challenged({ ...context, status, wwwAuthenticate, sent });
      if (outcome !== 'retry') return { ok: false, problem: refusedHere(outcome) };
    }
  };
}

function challengeOf({ statusCode, headers }: IncomingMessage): 401 | 403 | undefined {
  if (statusCode === 401) return 401;
  const asked = headers['www-authenticate'] ?? '';
  return statusCode === 403 && /\berror\s*=\s*"?insufficient_scope\b/i.test(asked)
    ? 403
    : undefined;
}

const refusedHere = ({ code, message }: Problem): HttpProblem => ({
  code,
  message,
  answerCode: answerCodes.notStarted,
});
