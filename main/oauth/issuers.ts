import { fail, ok } from '../../shared/outcome.ts';
import { findIssuer, findResource, type Issuer, type Resource } from './discovery.ts';
import type { KeptSignIn } from './kept.ts';
import { type LimitedFetch, limitedFetch } from './limited-fetch.ts';
import type { OAuthLimits, OAuthPorts, Outcome, RemoteServer } from './ports.ts';
import { mayReach, type Reach, reachOf } from './reach.ts';

/** How long checked metadata of an issuer holds, in milliseconds. */
const keptMs = 600_000;

/** How many of the issuers that a server lists are tried. */
const mostTried = 3;

/** What a search may go by. */
interface Hints {
  /** Where the server's challenge says that its metadata stands. */
  readonly metadata: string | undefined;
  /** The sign-in there is or was. */
  readonly before: Pick<KeptSignIn, 'issuer' | 'client'> | undefined;
}

/** Where a server may be signed in at. */
interface Found {
  readonly resource: string;
  readonly issuer: Issuer;
  readonly scopes: readonly string[] | undefined;
}

/** Who protects servers, found and checked. */
export interface Issuers {
  /** Requests on behalf of a server: they reach as far inside as the server itself lies. */
  http(server: string, stopped?: AbortSignal): Promise<{ http: LimitedFetch; reach: Reach }>;
  /** The issuer of tokens there are already; asked anew when what is known has grown old. */
  known(issuer: string, server: string): Promise<Outcome<Issuer>>;
  /** What the server says now of who protects it, bound to the issuer that alone may be signed in at, if there is one. */
  named(server: string, entry: RemoteServer, hints: Hints): Promise<Outcome<Resource>>;
  /** The issuer to sign in at: the configured one, else the one signed in at before, else the first that works. */
  find(server: string, entry: RemoteServer, hints: Hints): Promise<Outcome<Found>>;
}

/** Makes the search for issuers. Their metadata is kept in memory for ten minutes, apart for each reach. */
export function makeIssuers(ports: OAuthPorts, limits: OAuthLimits): Issuers {
  const kept = new Map<string, { issuer: Issuer; at: number }>();
  const { kindOfHost } = ports;

  const reachFor = async (server: string): Promise<Reach> => {
    const { hostname } = new URL(server);
    const named = kindOfHost(hostname);
    if (named !== 'public') return reachOf([named]);
    // A name that leads nowhere cannot be asked either way; the request itself will say so.
    const addresses = await ports.resolve(hostname).catch(() => []);
    return reachOf(addresses.map(kindOfHost).filter((kind) => mayReach(kind, 'private')));
  };

  const http: Issuers['http'] = async (server, stopped) => {
    const reach = await reachFor(server);
    return { http: limitedFetch(ports, limits, reach, stopped), reach };
  };

  const known: Issuers['known'] = async (issuer, server) => {
    const { http: asking, reach } = await http(server);
    const key = `${reach} ${issuer}`;
    const before = kept.get(key);
    if (before !== undefined && ports.now() - before.at < keptMs) return ok(before.issuer);
    const found = await findIssuer(issuer, { http: asking, reach, kindOfHost });
    if (found.ok) kept.set(key, { issuer: found.value, at: ports.now() });
    return found;
  };

  const named: Issuers['named'] = async (server, entry, { metadata, before }) => {
    const { http: asking, reach } = await http(server);
    const described = await findResource(server, metadata, { http: asking, reach, kindOfHost });
    return chosen(described, entry.authorization, before, server);
  };

  return {
    http,
    known,
    named,
    async find(server, entry, hints) {
      const resource = await named(server, entry, hints);
      if (!resource.ok) return resource;
      let trouble: Outcome<never> | undefined;
      for (const issuer of ordered(resource.value.issuers, hints.before?.issuer)) {
        const found = await known(issuer, server);
        if (found.ok) {
          const { resource: identifier, scopes } = resource.value;
          return ok({ resource: identifier, issuer: found.value, scopes });
        }
        trouble ??= found;
      }
      return trouble ?? noIssuer;
    },
  };
}

/**
 * What the server says, bound to the configured issuer, which also stands in where the server says nothing. A client id
 * registered beforehand without one belongs to the issuer it was first used at (MCP, authorization server binding).
 */
function chosen(
  described: Outcome<Resource>,
  told: RemoteServer['authorization'],
  before: Hints['before'],
  server: string,
): Outcome<Resource> {
  const configured = told?.issuer;
  if (!described.ok) {
    const silent = described.problem.code === 'no-sign-in-offered' && configured !== undefined;
    return silent ? ok({ resource: server, issuers: [configured], scopes: undefined }) : described;
  }
  const bound = told?.clientId !== undefined && told.clientId === before?.client.id;
  const only = configured ?? (bound ? before?.issuer : undefined);
  if (only === undefined) return described;
  const listed = described.value.issuers.some((issuer) => sameIssuer(issuer, only));
  return listed ? ok({ ...described.value, issuers: [only] }) : otherIssuer;
}

/** Whether two texts name the same issuer; what is no URL names none. */
export const sameIssuer = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href;

const ordered = (issuers: readonly string[], first: string | undefined): readonly string[] => {
  const isFirst = (issuer: string) => first !== undefined && sameIssuer(issuer, first);
  const sorted = [...issuers.filter(isFirst), ...issuers.filter((issuer) => !isFirst(issuer))];
  return sorted.slice(0, mostTried);
};

const otherIssuer = fail(
  'wrong-issuer',
  'The server names another sign-in server than the one set up for it, so no sign-in is started. Tell IT.',
);

const noIssuer = fail(
  'no-sign-in-offered',
  'The server names no sign-in server. Ask whoever runs it.',
);
