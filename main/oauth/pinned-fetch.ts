import { lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { OutgoingInit } from './ports.ts';

type Lookup = typeof lookup;

/**
 * A name lookup that yields only addresses which may be connected to, so that a name cannot lead elsewhere between
 * the check and the connection (DNS rebinding). A name with one forbidden address is refused as a whole.
 */
export const checkedLookup =
  (allows: (address: string) => boolean, look: Lookup = lookup): LookupFunction =>
  (host, options, done) => {
    look(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '', 0);
      const first = addresses[0];
      if (first === undefined || addresses.some(({ address }) => !allows(address))) {
        return done(new Error('This name leads to an address that may not be asked.'), '', 0);
      }
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };

/**
 * The `fetch` port over Node's own http and https: connects only to addresses that `init.allows` accepts, each time
 * anew. Never follows a redirect. It knows no HTTP proxy: where one is set, resolving and connecting are the proxy's.
 */
export async function pinnedFetch(text: string, init: OutgoingInit): Promise<Response> {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Node looks no address up that is one already.
  if (isIP(host) !== 0 && !init.allows(host)) throw new Error('This address may not be asked.');
  const body = init.body === undefined ? undefined : Buffer.from(init.body.toString());
  const options: RequestOptions = {
    method: init.method,
    headers: {
      ...init.headers,
      ...(body === undefined ? {} : { 'content-length': body.byteLength }),
    },
    lookup: checkedLookup(init.allows),
    signal: init.signal,
    // A connection kept from before was checked for somebody else's reach.
    agent: false,
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    outgoing.on('response', resolve).on('error', reject).end(body);
  });
  const headers = new Headers();
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    headers.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '');
  }
  const status = answer.statusCode ?? 0;
  if ([204, 205, 304].includes(status) || init.method === 'HEAD') {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
}
