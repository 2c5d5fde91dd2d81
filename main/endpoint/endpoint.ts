import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ok, type Result } from '../../shared/outcome.ts';
import { type Budget, makeBudget, readBody } from './body.ts';
import { replyPreflight } from './cors.ts';
import { meet, type Visitor } from './door.ts';
import { defaultEndpointLimits } from './endpoint-limits.ts';
import type { Endpoint, EndpointLimits, EndpointPorts } from './endpoint-ports.ts';
import { eraOf, modernVersion } from './era.ts';
import { fieldOf, isPlainJson, readAccepts } from './header-fields.ts';
import { makeLegacy } from './legacy.ts';
import { listenOnLoopback } from './listen.ts';
import { makeModern } from './modern.ts';
import { asLine, readPosted } from './posted-message.ts';
import { refuseRequest, replyEmpty, replyJson, wireCodes } from './reply.ts';
import { entryUrl, noAuthorization, resourceMetadata } from './resource-metadata.ts';
import { makeRooms } from './rooms.ts';
import { sparingly } from './turned-away.ts';
import type { Load, Visit } from './visit.ts';

/** Opens the local endpoint that remote entries of clients point at: `http://127.0.0.1:<port>/mcp/<connection id>`. */
export async function openEndpoint(ports: EndpointPorts): Promise<Result<Endpoint>> {
  const limits: EndpointLimits = { ...defaultEndpointLimits, ...ports.limits };
  const now = ports.now ?? Date.now;
  const refused = sparingly(ports.refused, now);
  const budget: Budget = makeBudget(limits.heldBytes);
  const rooms = makeRooms({ limits, accept: ports.accept, now });
  const legacy = makeLegacy({ rooms, limits, now });
  const modern = makeModern({ rooms, limits, now });
  const server = makeServer(limits);
  let port = 0;
  let closing = false;

  async function post(visit: Visit): Promise<void> {
    const { request, response, fields, room } = visit;
    const no = (status: number, code: number, message: string, idText?: string) =>
      refuseRequest(response, {
        status,
        code,
        message,
        ...(idText === undefined ? {} : { idText }),
      });
    if (!isPlainJson(fields))
      return no(
        415,
        wireCodes.invalidRequest,
        'Send application/json in UTF-8, without compression.',
      );
    const body = await readBody(request, response, { limits, budget });
    if (body.kind === 'gone') return;
    if (body.kind === 'refused') {
      refuseRequest(response, body.refusal);
      refused({ code: body.why, message: body.refusal.message, connectionId: room.connectionId });
      return;
    }
    let held = true;
    const load: Load = {
      line: body.bytes,
      taken() {
        if (held) body.release();
        held = false;
      },
    };
    try {
      serve(visit, load);
    } catch (error) {
      load.taken();
      throw error;
    }

    function serve(to: Visit, { line, taken }: Load): void {
      const posted = readPosted(line);
      const era = posted.ok ? eraOf(fields, posted, room.supported) : undefined;
      if (!posted.ok) {
        no(400, posted.code, posted.message, posted.idText);
        taken();
      } else if (era?.era === 'legacy') {
        legacy.post(to, posted, { line: asLine(line), taken });
      } else if (era?.era === 'modern' && !response.destroyed) {
        modern.post(to, era.message, { line: asLine(line), taken });
      } else {
        // A modern client that has left has cancelled.
        if (era?.era === 'refused') refuseRequest(response, era.refusal);
        taken();
      }
    }
  }

  async function visit(
    request: IncomingMessage,
    response: ServerResponse,
    met: Extract<Visitor, { kind: 'client' }>,
  ): Promise<void> {
    const { fields } = met;
    const one: Visit = {
      request,
      response,
      fields,
      accepts: readAccepts(fields),
      room: rooms.of(met.connectionId),
    };
    const { method } = request;
    if (method === 'POST') return post(one);
    // Revision 2026-07-28 has POST alone; a GET without a session could only be its, or a legacy one that 405 answers.
    const session =
      fields.has('mcp-session-id') && fieldOf(fields, 'mcp-protocol-version') !== modernVersion;
    if (method === 'GET' && session) return legacy.listen(one);
    if (method === 'DELETE' && session) return legacy.leave(one);
    refuseRequest(response, {
      status: 405,
      code: wireCodes.invalidRequest,
      message: 'This URL takes POST; GET and DELETE only within a session.',
      headers: { Allow: 'POST' },
    });
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What goes wrong with a single socket must not end the app.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (closing) return replyEmpty(response, 503, { Connection: 'close' });
    const met = meet(request, response, {
      port,
      origins: ports.origins ?? [],
      tokenHashes: ports.tokenHashes,
      limits,
    });
    switch (met.kind) {
      case 'refused':
        refuseRequest(response, met.refusal);
        return refused(met.why);
      case 'preflight':
        return replyPreflight(response, met.fields);
      case 'elsewhere':
        return replyJson(response, 404, noAuthorization);
      case 'metadata':
        return request.method === 'GET'
          ? replyJson(response, 200, resourceMetadata(port, met.connectionId))
          : replyEmpty(response, 405, { Allow: 'GET' });
      case 'client':
        return visit(request, response, met);
      default:
        return met satisfies never;
    }
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    receive(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      refused({
        code: 'internal-error',
        message: `A request to the local endpoint could not be served. ${message}`,
      });
      if (response.headersSent) response.destroy();
      else
        refuseRequest(response, {
          status: 500,
          code: wireCodes.internalError,
          message:
            'Airlock could not serve this request. Try again; if it stays so, tell your administrator.',
        });
    });
  }

  server.on('request', take);
  // Only who may come in is asked for the body.
  server.on('checkContinue', take);
  const listening = await listenOnLoopback(server, ports.port);
  if (!listening.ok) {
    await rooms.close();
    return listening;
  }
  port = listening.value;
  server.on('error', () => undefined);

  return ok({
    port,
    url: (connectionId) => entryUrl(port, connectionId),
    endConnection: rooms.endConnection,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await rooms.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

function makeServer(limits: EndpointLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headersMs, limits.requestMs),
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.max(50, Math.min(limits.headersMs, 5_000) / 2),
    keepAliveTimeout: limits.keepAliveMs,
    requireHostHeader: true,
    insecureHTTPParser: false,
  });
  // Fields beyond this count Node would drop without a word; they are counted and refused instead.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.sockets;
  // A stream may be silent for long; who is slow to ask is caught by the limits above.
  server.timeout = 0;
  return server;
}
