import type { ProbeReport } from '../../shared/inventory.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { askEndpoint, type Heard, recordOf } from './endpoint-question.ts';

/** What a probe needs from outside. */
export interface ProbePorts {
  readonly fetch?: typeof fetch;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** The version that the probe introduces itself with. */
  readonly version: string;
  /** Makes a server's words fit to be shown: masked, hidden characters visible. */
  readonly show: (text: string) => string;
  /** How long the address may take altogether, in milliseconds. */
  readonly patienceMs?: number;
}

/** The last revision with a handshake, and the first without one. */
const legacy = '2025-11-25';
const modern = '2026-07-28';

/** Names a browser and the system resolve to this machine whatever a name server says. */
const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Asks one local address whether it is an MCP server, by the handshake of Streamable HTTP or, where that is refused,
 * by `server/discover`; a session that it opened is ended. Nothing of the server is used. Only ever call it when a
 * person asked to look at this very address: a program may take even a greeting for more. Problem `not-local`: the
 * address is not one of this machine.
 */
export async function probeEndpoint(
  address: string,
  { fetch: ask = fetch, now, version, show, patienceMs = 3_000 }: ProbePorts,
): Promise<Result<ProbeReport>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const plain = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !plain || !local.test(url.hostname) || url.username !== '') {
    return fail('not-local', 'Only an http address of this machine itself can be looked at.');
  }
  const clientInfo = { name: 'airlock-desktop', version };
  const signal = AbortSignal.timeout(patienceMs);
  const at = now();
  try {
    const greeted = await askEndpoint(
      ask,
      url,
      { method: 'initialize', params: { protocolVersion: legacy, capabilities: {}, clientInfo } },
      {},
      signal,
    );
    if (greeted.session !== undefined) await endSession(ask, url, greeted.session, signal);
    const introduced = introduction(greeted, show);
    if (introduced !== undefined) return ok({ url: url.href, at, ...introduced });
    const meta = {
      'io.modelcontextprotocol/protocolVersion': modern,
      'io.modelcontextprotocol/clientInfo': clientInfo,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const discovered = await askEndpoint(
      ask,
      url,
      { method: 'server/discover', params: { _meta: meta } },
      { 'MCP-Protocol-Version': modern, 'Mcp-Method': 'server/discover' },
      signal,
    );
    return ok({ url: url.href, at, ...discovery(discovered, show) });
  } catch (error) {
    const detail = signal.aborted
      ? `It did not answer within ${patienceMs / 1_000} s.`
      : `It could not be reached (${reasonOf(error)}).`;
    return ok({ url: url.href, at, answer: 'unreachable', detail });
  }
}

type Said = Omit<ProbeReport, 'url' | 'at'>;
type Show = ProbePorts['show'];

/** What the answer to `initialize` says for sure; undefined where `server/discover` has to be asked. */
function introduction({ status, asks, message }: Heard, show: Show): Said | undefined {
  if (status === 401 || status === 403) {
    return /bearer/i.test(asks)
      ? {
          answer: 'sign-in',
          detail: 'It wants a sign-in first, in the way MCP servers ask for one.',
        }
      : { answer: 'not-mcp', detail: `It refused (${status}), and not in the way of MCP servers.` };
  }
  const { protocolVersion, serverInfo } = recordOf(message?.result);
  if (typeof protocolVersion !== 'string') {
    return message === undefined && status !== 400
      ? { answer: 'not-mcp', detail: `It answered (${status}), but not as an MCP server.` }
      : undefined;
  }
  return { ...found(serverInfo, show), protocolVersion: show(protocolVersion.slice(0, 40)) };
}

/** What the answer to `server/discover` says (2026-07-28). */
function discovery({ status, message }: Heard, show: Show): Said {
  const result = recordOf(message?.result);
  if (!Array.isArray(result.supportedVersions)) {
    return { answer: 'not-mcp', detail: `It answered (${status}), but not as an MCP server.` };
  }
  const version = result.supportedVersions.findLast((one) => typeof one === 'string');
  return {
    ...found(recordOf(result._meta)['io.modelcontextprotocol/serverInfo'], show),
    ...(version === undefined ? {} : { protocolVersion: show(version.slice(0, 40)) }),
  };
}

function found(serverInfo: unknown, show: Show): Said {
  const { name, version } = recordOf(serverInfo);
  if (typeof name !== 'string') {
    return { answer: 'mcp', detail: 'It is an MCP server and does not tell its name.' };
  }
  const server = { name: shown(name, show), version: shown(version, show) };
  const whole = `${server.name} ${server.version}`.trim();
  return { answer: 'mcp', server, detail: `It is an MCP server and calls itself ${whole}.` };
}

const shown = (value: unknown, show: Show): string =>
  typeof value === 'string' ? show(value.slice(0, 200)) : '';

/** A session that nobody will use must not stay open there. Whether it is ended is the server's matter. */
const endSession = (
  ask: typeof fetch,
  url: URL,
  session: string,
  signal: AbortSignal,
): Promise<unknown> =>
  ask(url, {
    method: 'DELETE',
    redirect: 'manual',
    headers: { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': legacy },
    signal,
  }).then(
    (heard) => heard.body?.cancel(),
    () => undefined,
  );

/** Node's fetch hides the system's reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') {
    return cause.code;
  }
  return error instanceof Error ? error.message : String(error);
}
