import { fail, ok, type Result } from '../../shared/outcome.ts';

/** Whose entry an address is, for sentences. */
interface Entry {
  readonly name: string;
  readonly clientName: string;
}

const loopback = /^(localhost|([^.]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True where a host is this machine itself. `URL` has already brought numbers into their usual form. Pure. */
const isLoopback = (url: URL): boolean => loopback.test(url.hostname);

/**
 * The address of an entry, or why nothing is sent there. What goes over plain http anybody on the way can read and
 * change, so that is for this machine alone unless it was allowed. Pure but for `allowPlainHttp`.
 */
export function readTarget(
  text: string,
  entry: Entry,
  allowPlainHttp: (url: URL) => boolean = () => false,
): Result<URL> {
  const correct = `Correct the entry in ${entry.clientName}.`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return fail(
      'address-unusable',
      `The address of the server "${entry.name}" is not an http or https address. ${correct}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    return fail(
      'address-with-password',
      `The address of the server "${entry.name}" holds a user name or password, which is not sent. Put it into a header of the entry in ${entry.clientName}.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url) && !allowPlainHttp(url)) {
    return fail(
      'plain-http',
      `The server "${entry.name}" is reached over plain http, where others can read and change what is said. Use its https address in ${entry.clientName}.`,
    );
  }
  url.hash = '';
  return ok(url);
}
