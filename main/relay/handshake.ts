import { type CallContext, metaOf, type Side } from './governed-call.ts';
import { isObject, type JsonObject, type Request, type Response } from './message.ts';

/** Name and version as a client or server reports itself: shown, never trusted. */
export interface Reported {
  readonly name: string;
  readonly version: string;
}

/** A server that has not said its name in so many answers will not say it: large ones are not read for that. */
const mostLooks = 8;

/** What a session's calls say of their client and server, kept up to date as the two introduce themselves. */
export interface Introductions {
  readonly context: () => CallContext;
  request(speaker: Side, request: Request): void;
  answer(speaker: Side, method: string, response: Response): void;
}

/** `introduced` is told once of each side. */
export function makeIntroductions(
  start: CallContext,
  introduced: (who: Side, reported: Reported) => void,
): Introductions {
  let context = start;
  let client: Reported | undefined;
  let server: Reported | undefined;
  let looks = 0;
  return {
    context: () => context,
    request(speaker, request) {
      if (speaker !== 'client' || client !== undefined) return;
      client = reportedClient(request);
      if (client === undefined) return;
      context = { ...context, agent: { ...context.agent, reported: client } };
      introduced('client', client);
    },
    answer(speaker, method, response) {
      if (speaker !== 'server' || server !== undefined || looks >= mostLooks) return;
      looks += 1;
      server = reportedServer(method, response);
      if (server === undefined) return;
      context = { ...context, server: { ...context.server, reported: server } };
      introduced('server', server);
    },
  };
}

/** Who the client says it is, in `initialize` or (since 2026-07-28) in the `_meta` of any request. */
function reportedClient(request: Request): Reported | undefined {
  const fromMeta = reported(metaOf(request)['io.modelcontextprotocol/clientInfo']);
  return request.method === 'initialize'
    ? (reported(request.params?.value.clientInfo) ?? fromMeta)
    : fromMeta;
}

/** Who the server says it is, in the result of `initialize` or in the `_meta` of any result. */
function reportedServer(method: string, response: Response): Reported | undefined {
  const { result } = response.whole().value;
  if (!isObject(result)) return undefined;
  const meta: JsonObject = isObject(result._meta) ? result._meta : {};
  const fromMeta = reported(meta['io.modelcontextprotocol/serverInfo']);
  return method === 'initialize' ? (reported(result.serverInfo) ?? fromMeta) : fromMeta;
}

function reported(info: unknown): Reported | undefined {
  if (!isObject(info) || typeof info.name !== 'string') return undefined;
  const version = typeof info.version === 'string' ? info.version : '';
  return { name: info.name.slice(0, 200), version: version.slice(0, 100) };
}
