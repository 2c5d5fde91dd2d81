import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPreflight, openTo } from './cors.ts';
import type { EndpointLimits, TurnedAway } from './endpoint-ports.ts';
import { ambiguousField, fieldOf, type HeaderFields, readHeaderFields } from './header-fields.ts';
import { type Refusal, wireCodes } from './reply.ts';
import { challenge, metadataPath } from './resource-metadata.ts';

/** Who stands at the door, once it is known that they may come in. */
export type Visitor =
  /** A browser asks for a page of an allowed origin whether it may call. */
  | { readonly kind: 'preflight'; readonly fields: HeaderFields }
  | { readonly kind: 'client'; readonly connectionId: string; readonly fields: HeaderFields }
  /** A client that looks for a way to sign in (RFC 9728); it needs no token for that. */
  | { readonly kind: 'metadata'; readonly connectionId: string }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly why: TurnedAway };

/** What the door checks against. */
export interface DoorPorts {
  readonly port: number;
  readonly origins: readonly string[];
  readonly tokenHashes: (connectionId: string) => readonly Uint8Array[];
  readonly limits: Pick<EndpointLimits, 'headerCount'>;
}

const entryPath = /^\/mcp\/([A-Za-z0-9_-]{1,128})$/;
const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();
/** Compared against where a connection is unknown, so that it takes as long as a wrong token. */
const nobody = Buffer.alloc(32);

/**
 * Looks at one request before anything of its body is read. Host and Origin come first: a web page that reached the
 * port by DNS rebinding learns nothing, not even whether a connection exists.
 */
export function meet(
  request: IncomingMessage,
  response: ServerResponse,
  ports: DoorPorts,
): Visitor {
  if (request.rawHeaders.length / 2 > ports.limits.headerCount)
    return refuse(431, 'too-large', 'The request has more headers than Airlock takes.');
  const fields = readHeaderFields(request.rawHeaders);
  const twice = ambiguousField(fields);
  if (twice !== undefined)
    return refuse(
      400,
      'bad-request',
      `The request can be read in two ways: its ${twice} is given twice or contradicts another header.`,
    );

  const host = fieldOf(fields, 'host')?.toLowerCase();
  if (host !== `127.0.0.1:${ports.port}` && host !== `localhost:${ports.port}`)
    return refuse(
      403,
      'bad-host',
      'Airlock answers on 127.0.0.1 only; this request was addressed to another host.',
    );
  const origin = fieldOf(fields, 'origin');
  if (origin !== undefined && !ports.origins.includes(origin))
    return refuse(403, 'bad-origin', 'Airlock takes no requests from web pages.');
  // Refusals below are for pages of this origin as well.
  if (origin !== undefined) openTo(response, origin);
  if (isPreflight(request, fields)) return { kind: 'preflight', fields };

  const target = request.url ?? '';
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  if (path.startsWith(metadataPath)) {
    const found = entryPath.exec(path.slice(metadataPath.length));
    return found?.[1] === undefined
      ? { kind: 'elsewhere' }
      : { kind: 'metadata', connectionId: found[1] };
  }
  const connectionId = entryPath.exec(path)?.[1];
  if (connectionId === undefined) return { kind: 'elsewhere' };
  const denied = checkToken(connectionId, fieldOf(fields, 'authorization'), ports);
  if (denied !== undefined) return denied;
  if (query >= 0)
    return refuse(
      400,
      'bad-request',
      'The URL of this entry has no query; a token belongs in the Authorization header.',
      connectionId,
    );
  return { kind: 'client', connectionId, fields };
}

function checkToken(connectionId: string, header: string | undefined, ports: DoorPorts) {
  const [, token] = /^bearer +([!-~]+)$/i.exec(header ?? '') ?? [];
  const presented = sha256(token ?? '');
  const hashes = ports.tokenHashes(connectionId);
  let fits = false;
  for (const hash of hashes.length === 0 ? [nobody] : hashes) {
    if (hash.length === presented.length && timingSafeEqual(presented, hash)) fits = true;
  }
  if (fits && token !== undefined && hashes.length > 0) return undefined;
  const message =
    header === undefined
      ? 'Airlock needs the token of this entry. Open Airlock and protect this client again; it writes the token into the entry.'
      : 'The token of this entry is not (any more) valid. Open Airlock and protect this client again; it writes a new token into the entry.';
  const refused = refuse(
    401,
    header === undefined ? 'no-token' : 'bad-token',
    message,
    connectionId,
  );
  const headers = {
    'WWW-Authenticate': challenge(ports.port, connectionId, header !== undefined, message),
  };
  return { ...refused, refusal: { ...refused.refusal, headers } };
}

function refuse(status: number, code: TurnedAway['code'], message: string, connectionId?: string) {
  const why: TurnedAway =
    connectionId === undefined ? { code, message } : { code, message, connectionId };
  return {
    kind: 'refused' as const,
    refusal: { status, code: wireCodes.invalidRequest, message },
    why,
  };
}
