import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { OAuthProblem } from './problem.ts';

/** Where a host or address leads, as far as its spelling shows. */
export type AddressKind = 'metadata' | 'loopback' | 'private' | 'public';

/**
 * How far inside a resource lies, which is how far inside its metadata may lead us: a public server must not make
 * the app ask this machine or the company's network.
 */
export type Reach = 'public' | 'private' | 'loopback';

const within: Readonly<Record<Reach, readonly AddressKind[]>> = {
  public: ['public'],
  private: ['public', 'private'],
  loopback: ['public', 'private', 'loopback'],
};

/** Whether an address of a kind may be asked. Where cloud machines keep their credentials never is. */
export const mayReach = (kind: AddressKind, reach: Reach): boolean => within[reach].includes(kind);

/** The reach of a resource by the kinds of its host name and of the addresses that the name leads to. */
export function reachOf(kinds: readonly AddressKind[]): Reach {
  if (kinds.includes('loopback')) return 'loopback';
  return kinds.includes('private') ? 'private' : 'public';
}

/** Names that cannot lead off this machine; only there plain http is safe (RFC 8252, section 8.3). */
const ownMachine = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether what is sent to a URL cannot be read on the way. */
export const isConfidential = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && ownMachine.test(url.hostname));

/**
 * Reads a URL that a server told us to use: https (plain http on this machine alone), without a user or fragment,
 * and not further inside than the resource itself lies. `what` names it in the sentence.
 */
export function allowedUrl(
  text: string,
  reach: Reach,
  kindOfHost: (host: string) => AddressKind,
  what: string,
): Result<URL, OAuthProblem> {
  if (!URL.canParse(text)) return fail('bad-address', `${what} is not a web address.`);
  const url = new URL(text);
  if (!isConfidential(url)) {
    return fail('bad-address', `${what} does not use https, so it could be read on the way.`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return fail('bad-address', `${what} is an address of a form that is not allowed.`);
  }
  if (!mayReach(kindOfHost(url.hostname), reach)) {
    return fail(
      'address-refused',
      `${what} lies inside your network, where a server outside it must not lead.`,
    );
  }
  return ok(url);
}
