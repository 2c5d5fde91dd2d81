import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer: an object goes out as JSON, a text as HTML; `hang` never comes. */
export type Reply =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | 'hang';

/** What a server in a test says; each member may be replaced, to say something odd. */
export interface Behaviour {
  /** The WWW-Authenticate header for a call without a token that is accepted. */
  challenge(origin: string): string;
  status: number;
  accepts(token: string): boolean;
  resourceMetadata(origin: string, path: string): Reply;
  issuerMetadata(origin: string, path: string): Reply;
  /** The parameters of the redirect. */
  authorize(asked: URLSearchParams, origin: string): Record<string, string>;
  token(body: URLSearchParams, origin: string, authorization: string | undefined): Reply;
  register(origin: string): Reply;
  revoke(body: URLSearchParams): Reply;
}

/** Valid metadata of an issuer at an origin. */
export const issuerOf = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  revocation_endpoint: `${origin}/revoke`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  authorization_response_iss_parameter_supported: true,
});

/** Every token, code and secret of this server has this in it, so that a test can look for leaks. */
export const mark = 'SECRET';

/** A server that is resource and issuer at once and behaves well but for what is changed. */
export async function rawServer(changed: Partial<Behaviour> = {}) {
  let given = 0;
  const behaviour: Behaviour = {
    challenge: () => 'Bearer',
    status: 401,
    accepts: () => true,
    resourceMetadata: (origin, path) =>
      path === '/.well-known/oauth-protected-resource/mcp'
        ? { body: { resource: `${origin}/mcp`, authorization_servers: [origin] } }
        : { status: 404 },
    issuerMetadata: (origin) => ({ body: issuerOf(origin) }),
    authorize: (asked, origin) => ({
      code: `code-${mark}`,
      state: asked.get('state') ?? '',
      iss: origin,
    }),
    token() {
      given += 1;
      const tokens = {
        access_token: `access-${mark}-${given}`,
        refresh_token: `refresh-${mark}-${given}`,
      };
      return { body: { ...tokens, token_type: 'Bearer', expires_in: 60 } };
    },
    register: () => ({ status: 201, body: { client_id: 'client-1' } }),
    revoke: () => ({ body: {} }),
    ...changed,
  };
  const paths: string[] = [];
  const server = createServer();
  const origin = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });

  const respond = (response: ServerResponse, reply: Reply) => {
    if (reply === 'hang') return;
    const { status = 200, headers = {}, body } = reply;
    const html = typeof body === 'string';
    response.writeHead(status, {
      'content-type': html ? 'text/html' : 'application/json',
      ...headers,
    });
    response.end(html ? body : body === undefined ? '' : JSON.stringify(body));
  };

  const bodyOf = async (request: IncomingMessage) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return new URLSearchParams(text);
  };

  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '', origin);
    const { pathname } = url;
    paths.push(pathname);
    if (pathname.includes('/.well-known/oauth-protected-resource')) {
      return respond(response, behaviour.resourceMetadata(origin, pathname));
    }
    if (pathname.includes('/.well-known/')) {
      return respond(response, behaviour.issuerMetadata(origin, pathname));
    }
    if (pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      const parameters = behaviour.authorize(url.searchParams, origin);
      for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value);
      return respond(response, { status: 302, headers: { location: back.href } });
    }
    if (pathname === '/token') {
      const { authorization } = request.headers;
      return respond(response, behaviour.token(await bodyOf(request), origin, authorization));
    }
    if (pathname === '/register') return respond(response, behaviour.register(origin));
    if (pathname === '/revoke') return respond(response, behaviour.revoke(await bodyOf(request)));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && behaviour.accepts(token))
      return respond(response, { body: { ok: true } });
    const headers = { 'www-authenticate': behaviour.challenge(origin) };
    respond(response, { status: behaviour.status, headers });
  });

  return {
    origin,
    resource: `${origin}/mcp`,
    behaviour,
    paths,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
