import { fail } from '../../shared/outcome.ts';
import type { OAuthLimits, OAuthPorts, Outcome } from './ports.ts';
import type { OAuthProblem, OAuthProblemCode } from './problem.ts';
import { allowedUrl, mayReach, type Reach } from './reach.ts';

/** Most bytes of an answer from an authorization server or of metadata. */
export const mostBytes = 262_144;

/** How often a metadata document may have moved. */
const mostRedirects = 3;

/** Why a request was not made or its answer not taken. Only for the way through libraries: it ends as a problem. */
export class RequestRefused extends Error {
  readonly problem: OAuthProblem;

  constructor(problem: OAuthProblem) {
    super(problem.message);
    this.name = 'RequestRefused';
    this.problem = problem;
  }
}

/** The request shape that oauth4webapi hands to its custom fetch. */
interface LibraryInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | URLSearchParams | undefined;
}

/** Requests under this stage's limits. The answer's body is read whole already, so that reading it cannot hang. */
export interface LimitedFetch {
  /** For oauth4webapi: throws `RequestRefused`, never follows a redirect. */
  readonly send: (url: string, init: LibraryInit) => Promise<Response>;
  /** Gets a document, and follows it to where it has moved as long as each place is allowed. */
  get(url: string, what: string): Promise<Outcome<Response>>;
  /** The status and WWW-Authenticate header of a plain request; its body is not read. */
  probe(url: string): Promise<Outcome<{ status: number; wwwAuthenticate: string | undefined }>>;
}

const refused = (code: OAuthProblemCode, message: string) => new RequestRefused({ code, message });

/** Makes requests that reach no further inside than `reach` and have bounds in time and size. */
export function limitedFetch(
  ports: Pick<OAuthPorts, 'fetch' | 'kindOfHost'>,
  limits: Pick<OAuthLimits, 'requestMs'>,
  reach: Reach,
  stopped?: AbortSignal,
): LimitedFetch {
  const place = (url: string, what: string) => allowedUrl(url, reach, ports.kindOfHost, what);

  const ask = async <T>(
    url: URL,
    init: LibraryInit,
    read: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const late = AbortSignal.timeout(limits.requestMs);
    const signal = stopped === undefined ? late : AbortSignal.any([late, stopped]);
    try {
      const { body, ...rest } = init;
      const response = await ports.fetch(url.href, {
        ...rest,
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal,
        allows: (address) => mayReach(ports.kindOfHost(address), reach),
      });
      return await read(response);
    } catch (error) {
      if (error instanceof RequestRefused) throw error;
      if (stopped?.aborted) throw refused('stopped', 'The sign-in was stopped.');
      if (late.aborted) {
        throw refused('too-slow', `${url.host} did not answer in time. Try again later.`);
      }
      // The cause may quote what was sent; its kind is all that a person can use.
      throw refused(
        'unreachable',
        `${url.host} cannot be reached. Check the network connection, then try again.`,
      );
    }
  };

  const get = async (start: string, what: string): Promise<Response> => {
    let next = start;
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const url = place(next, what);
      if (!url.ok) throw new RequestRefused(url.problem);
      const init = { method: 'GET', headers: { accept: 'application/json' } };
      const response = await ask(url.value, init, buffered);
      const moved = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || moved === null) return response;
      if (!URL.canParse(moved, url.value.href)) break;
      next = new URL(moved, url.value).href;
    }
    throw refused('bad-answer', `${what} has moved too often to be found.`);
  };

  return {
    async send(url, init) {
      const allowed = place(url, 'An address of the sign-in server');
      if (!allowed.ok) throw new RequestRefused(allowed.problem);
      return ask(allowed.value, init, buffered);
    },
    get: (url, what) => caught(() => get(url, what)),
    probe: (url) =>
      caught(async () => {
        const allowed = place(url, 'The address of the server');
        if (!allowed.ok) throw new RequestRefused(allowed.problem);
        const init = { method: 'GET', headers: { accept: 'text/event-stream' } };
        return ask(allowed.value, init, async ({ status, headers, body }) => {
          await body?.cancel();
          return { status, wwwAuthenticate: headers.get('www-authenticate') ?? undefined };
        });
      }),
  };
}

async function caught<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    if (error instanceof RequestRefused) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** The answer with its body read, at most `mostBytes`. */
async function buffered(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    size += part.value.byteLength;
    if (size > mostBytes) {
      await reader?.cancel();
      throw new RequestRefused(
        fail('too-large', 'A server sent far more than a sign-in needs. Tell whoever runs it.')
          .problem,
      );
    }
    chunks.push(part.value);
  }
  const { status, headers } = response;
  // These have no body by definition, and Response refuses to be made with one.
  const body = status === 204 || status === 205 || status === 304 ? null : Buffer.concat(chunks);
  return new Response(body, { status, headers });
}
