import { answerCodes } from '../../shared/answers.ts';

/** Why a request got no answer of the server's own: a sentence for people, a code for the JSON-RPC error. */
export interface HttpProblem {
  readonly code: string;
  readonly message: string;
  /** The code of the JSON-RPC error that answers in the server's place. */
  readonly answerCode: number;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** Whose server, for sentences. `host` is its address without path and query. */
export interface Named {
  readonly name: string;
  readonly clientName: string;
  readonly host: string;
}

const carriedOut = 'It may have carried the request out: check before you repeat it.';

/** The code of whatever a socket or parser failed with. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const tlsCodes =
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/;

/** What a person reads when a connection failed. `sent`: the server may have got the request. Pure. */
export function connectionProblem(who: Named, code: string, sent: boolean): HttpProblem {
  const server = `The server "${who.name}"`;
  const unreached = (kind: string, message: string): HttpProblem => ({
    code: kind,
    message,
    answerCode: answerCodes.notStarted,
  });
  const broken = (kind: string, message: string): HttpProblem => ({
    code: kind,
    message: sent ? `${message} ${carriedOut}` : `${message} Try again.`,
    answerCode: answerCodes.serverGone,
  });
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return unreached(
        'server-unknown',
        `${server} could not be found: no address is known for ${who.host}. Check your network, or correct the entry in ${who.clientName}.`,
      );
    case 'ECONNREFUSED':
      return unreached(
        'connection-refused',
        `${server} refused the connection: nothing listens at ${who.host}. Start the server, or correct the entry in ${who.clientName}.`,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
      return unreached(
        'server-unreachable',
        `${server} could not be reached: there is no way to ${who.host}. Check your network or VPN, then try again.`,
      );
    case 'connect-timeout':
    case 'ETIMEDOUT':
      return unreached(
        'connect-timeout',
        `${server} could not be reached: ${who.host} did not take the connection in time. Check your network or VPN, then try again.`,
      );
    case 'proxy-unreached':
      return unreached(
        code,
        `${server} could not be reached: the proxy of this machine did not take the connection. Check your network, or the proxy that is set (HTTPS_PROXY).`,
      );
    case 'proxy-refused':
      return unreached(
        code,
        `${server} could not be reached: the proxy of this machine lets nobody through to ${who.host}. Ask your administrator.`,
      );
    case 'proxy-sign-in':
      return unreached(
        code,
        `${server} could not be reached: the proxy of this machine wants credentials (HTTP 407). Ask your administrator.`,
      );
    case 'proxy-unusable':
      return unreached(
        code,
        `${server} was not reached: the proxy that is set for this machine is none that Airlock can use. Set HTTPS_PROXY to an http or https address, or name ${who.host} in NO_PROXY.`,
      );
    case 'head-timeout':
    case 'idle-timeout':
      return broken(code, `${server} did not answer in time and was given up.`);
    case 'HPE_HEADER_OVERFLOW':
      return broken('head-too-large', `${server} sent more header fields than Airlock takes.`);
    default:
      if (tlsCodes.test(code)) {
        return unreached(
          'tls-failed',
          `${server} could not prove who it is: the secure connection to ${who.host} failed (${code}). Do not work around it; ask whoever runs the server or your network.`,
        );
      }
      if (code.startsWith('HPE_'))
        return broken('not-http', `${server} did not answer in HTTP (${code}).`);
      return broken(
        'connection-broken',
        `The connection to the server "${who.name}" broke before its answer came.`,
      );
  }
}

/** What a person reads when an answer came whose status says no. Pure. */
export function statusProblem(
  who: Named,
  status: number,
  retryAfterField: string,
  now: number,
): HttpProblem {
  const server = `The server "${who.name}"`;
  const failed = (code: string, rest: string): HttpProblem => ({
    code,
    message: `${server} ${rest}`,
    answerCode: answerCodes.serverGone,
    status,
  });
  const inClient = `the entry in ${who.clientName}`;
  if (status === 401)
    return failed(
      'sign-in-needed',
      `wants you to sign in (HTTP 401). Sign in to it in Airlock, or put valid credentials into ${inClient}.`,
    );
  if (status === 403)
    return failed(
      'forbidden',
      `does not permit this (HTTP 403). Ask whoever runs it for access, or put other credentials into ${inClient}.`,
    );
  if (status === 407)
    return failed(
      'proxy-sign-in',
      'is behind a proxy that wants credentials (HTTP 407). Ask your administrator.',
    );
  if (status === 404 || status === 410)
    return failed(
      'not-found',
      `knows nothing at this address (HTTP ${status}). Correct ${inClient}.`,
    );
  if (status === 413)
    return failed(
      'request-too-large',
      'takes no request of this size (HTTP 413). Send less at once.',
    );
  if (status === 429 || status === 503) {
    const seconds = retryAfter(retryAfterField, now);
    const wait = seconds === undefined ? 'in a while' : `in ${seconds} s`;
    const why = status === 429 ? 'gets too many requests' : 'is not available';
    const problem = failed('busy', `${why} (HTTP ${status}). Try again ${wait}.`);
    return seconds === undefined ? problem : { ...problem, retryAfterSeconds: seconds };
  }
  if (status >= 500)
    return failed(
      'server-error',
      `failed (HTTP ${status}). ${carriedOut} If it goes on, tell whoever runs the server.`,
    );
  return failed(
    'rejected',
    `rejected the request (HTTP ${status}). Correct ${inClient} if it goes on.`,
  );
}

/** What a person reads when the server knows the session no more. Pure. */
export const sessionEnded = (who: Named, status: number): string =>
  `The server "${who.name}" ended its session (HTTP ${status}). Connect again from ${who.clientName}.`;

/** Seconds to wait by a Retry-After field (RFC 9110, section 10.2.3), or undefined where it says nothing usable. */
export function retryAfter(field: string, now: number): number | undefined {
  const date = /^[A-Za-z]{3,9}, .{5,30} GMT$/.test(field) ? Date.parse(field) : Number.NaN;
  const seconds = /^\d{1,9}$/.test(field) ? Number(field) : (date - now) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** An answer that came, and cannot be passed on or is none. */
export function answerProblem(
  who: Named,
  code: string,
  rest: string,
  status?: number,
): HttpProblem {
  return {
    code,
    message: `The server "${who.name}" ${rest}`,
    answerCode: answerCodes.unreadableAnswer,
    ...(status !== undefined && { status }),
  };
}

/** What stands for an answer of the wrong kind; a web page is what sign-in pages and captive portals answer with. Pure. */
export function contentProblem(who: Named, contentType: string, status: number): HttpProblem {
  const essence = mediaType(contentType);
  if (essence === 'text/html')
    return answerProblem(
      who,
      'web-page',
      `answered with a web page in place of MCP: its address may be wrong, or a sign-in page or network portal is in between. Open ${who.host} in a browser, or correct the entry in ${who.clientName}.`,
      status,
    );
  return answerProblem(
    who,
    'content-type',
    `answered with ${essence === '' ? 'no content type' : `"${essence.slice(0, 80)}"`} in place of MCP. Correct the entry in ${who.clientName}, or tell whoever runs the server. ${carriedOut}`,
    status,
  );
}

/** The media type of a Content-Type field, without parameters, in lower case. */
export const mediaType = (field: string): string =>
  (field.split(';')[0] ?? '').trim().toLowerCase();
