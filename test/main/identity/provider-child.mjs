// A real identity provider in a process of its own, because it speaks through console. Prints one JSON line when
// ready; POST /control changes what it knows of people, GET /seen tells what was done.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const server = createServer();
const issuer = await new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
});

const people = new Map([
  ['ada', { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['staff', 'dev'] }],
  ['bob', { name: 'Bob', email: 'bob@example.com', groups: ['staff'] }],
]);
const seen = { refreshed: 0, revoked: [], ended: 0, asked: [] };
let gone = [];

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'airlock',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  scopes: ['openid', 'offline_access'],
  claims: {
    openid: ['sub'],
    profile: ['name'],
    email: ['email'],
    groups: ['groups', '_claim_names'],
  },
  conformIdTokenClaims: false,
  acrValues: ['urn:example:mfa'],
  rotateRefreshToken: true,
  // As most providers do it: by the client's set-up, without asking for consent each time.
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
  findAccount: (_context, id) =>
    gone.includes(id)
      ? undefined
      : { accountId: id, claims: () => ({ sub: id, ...(people.get(id) ?? { name: id }) }) },
  ttl: {
    AccessToken: 60,
    IdToken: 600,
    RefreshToken: 86_400,
    Grant: 86_400,
    Interaction: 600,
    Session: 86_400,
  },
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
});
provider.on('grant.success', ({ oidc }) => {
  if (oidc.params.grant_type === 'refresh_token') seen.refreshed += 1;
});
provider.on('refresh_token.destroyed', () => seen.revoked.push('refresh_token'));
provider.on('end_session.success', () => {
  seen.ended += 1;
});

const handle = provider.callback();
server.on('request', async (request, response) => {
  if (request.url === '/seen') return response.end(JSON.stringify(seen));
  if (request.url === '/control') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const wish = JSON.parse(body);
    if (wish.person !== undefined) people.set(wish.person.id, wish.person.claims);
    if (wish.gone !== undefined) gone = wish.gone;
    return response.end('{}');
  }
  if (request.url.startsWith('/auth?')) seen.asked.push(new URL(request.url, issuer).search);
  return handle(request, response);
});

process.stdout.write(`${JSON.stringify({ issuer })}\n`);
process.stdin.resume().on('end', () => process.exit(0));
