// A real authorization server and a stand-in for an MCP server that it protects, in a process of their own because
// the authorization server speaks through console. Prints one JSON line with both addresses when ready.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const accessTokenTtl = Number(process.argv[2] ?? 60);
const listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
  });

const seen = { grants: [], revoked: [], refused: [], registered: 0, calls: 0 };
const authorization = createServer();
const mcp = createServer();
const issuer = await listen(authorization);
const origin = await listen(mcp);
const resource = `${origin}/mcp`;

const provider = new Provider(issuer, {
  scopes: ['openid', 'offline_access', 'mcp:read', 'mcp:write'],
  ttl: {
    AccessToken: accessTokenTtl,
    RefreshToken: 3600,
    Grant: 3600,
    Interaction: 600,
    Session: 600,
  },
  features: {
    devInteractions: { enabled: true },
    registration: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context, _client, oneOf) => oneOf,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, indicator) => ({
        audience: indicator,
        scope: 'mcp:read mcp:write',
        accessTokenTTL: accessTokenTtl,
        accessTokenFormat: 'opaque',
      }),
    },
  },
});
provider.on('grant.success', (context) =>
  seen.grants.push({
    type: context.oidc.params.grant_type,
    resource: context.oidc.params.resource,
    clientId: context.oidc.client.clientId,
  }),
);
provider.on('grant.error', (_context, error) => seen.refused.push(error.error));
provider.on('registration_create.success', () => {
  seen.registered += 1;
});
for (const kind of ['access_token', 'refresh_token']) {
  provider.on(`${kind}.destroyed`, () => seen.revoked.push(kind));
}

const handle = provider.callback();
authorization.on('request', (request, response) => {
  if (request.url !== '/seen') return handle(request, response);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(seen));
});

const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
const refuse = (response, status, more) => {
  response.statusCode = status;
  response.setHeader('www-authenticate', `Bearer ${more}, resource_metadata="${metadata}"`);
  response.end();
};
mcp.on('request', async (request, response) => {
  const url = new URL(request.url, origin);
  if (url.pathname === '/.well-known/oauth-protected-resource/mcp') {
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ resource, authorization_servers: [issuer] }));
  }
  const sent = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (sent === undefined) return refuse(response, 401, 'scope="mcp:read"');
  const token = await provider.AccessToken.find(sent);
  if (token === undefined || token.aud !== resource)
    return refuse(response, 401, 'error="invalid_token"');
  let body = '';
  for await (const chunk of request) body += chunk;
  const message = body === '' ? undefined : JSON.parse(body);
  const ofCall = message?.method === 'tools/call' ? 'mcp:write' : 'mcp:read';
  const need = url.searchParams.get('need') ?? ofCall;
  if (!token.scopes.has(need)) {
    return refuse(response, 403, `error="insufficient_scope", scope="${need}"`);
  }
  seen.calls += 1;
  const result = { account: token.accountId, scope: token.scope };
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify(message === undefined ? result : { jsonrpc: '2.0', id: message.id, result }),
  );
});

process.stdout.write(`${JSON.stringify({ issuer, resource })}\n`);
process.stdin.resume().on('end', () => process.exit(0));
