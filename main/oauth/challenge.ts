import { parseScopes } from './scope.ts';

/** One challenge of a WWW-Authenticate header (RFC 9110, section 11.6.1); names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  /** The one opaque value that some schemes carry in place of parameters. */
  readonly token68?: string;
  /** Of a parameter that is given twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What a Bearer challenge says (RFC 6750 section 3, RFC 9728 section 5.1), all of it the server's word. */
export interface BearerChallenge {
  readonly error: string | undefined;
  /** The scopes this operation needs; undefined where the server names none. */
  readonly scopes: readonly string[] | undefined;
  readonly resourceMetadata: string | undefined;
}

/** More than a real server ever sends; what lies beyond is not read. */
const mostCharacters = 16_384;

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const token68 = /[-._~+/0-9A-Za-z]+=*/y;
const blank = /[ \t]*/y;
const blankOrComma = /[ \t,]*/y;
const quoted = /"(?:[^"\\]|\\.)*"/sy;

/**
 * Reads a WWW-Authenticate header, several of them joined by commas included. What follows a malformed part is
 * ignored: where its next challenge begins cannot be told. Linear in the header's length.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, mostCharacters);
  const challenges: { scheme: string; token68?: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  /** Right behind a scheme and its space only a parameter may stand. */
  let parameterDue = false;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const atBoundary = () => at >= text.length || text[at] === ',';

  for (;;) {
    take(blankOrComma);
    const name = take(token);
    if (name === undefined) return challenges;
    const afterName = at;
    take(blank);
    if (text[at] === '=') {
      const parameters = challenges.at(-1)?.parameters;
      at += 1;
      take(blank);
      const value = text[at] === '"' ? unquoted(take(quoted)) : take(token);
      take(blank);
      if (parameters === undefined || value === undefined || !atBoundary()) return challenges;
      if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
      parameterDue = false;
      continue;
    }
    if (parameterDue) return challenges;
    const challenge = { scheme: name.toLowerCase(), parameters: new Map<string, string>() };
    if (!atBoundary() && at === afterName) return challenges;
    challenges.push(challenge);
    if (atBoundary()) continue;
    const before = at;
    const opaque = take(token68);
    take(blank);
    if (opaque !== undefined && atBoundary()) Object.assign(challenge, { token68: opaque });
    else {
      at = before;
      parameterDue = true;
    }
  }
}

const unquoted = (text: string | undefined): string | undefined =>
  text?.slice(1, -1).replace(/\\(.)/gs, '$1');

/** What the Bearer challenge of an answer says; undefined without one. One with parameters counts before one without. */
export function bearerChallenge(header: string | undefined): BearerChallenge | undefined {
  const bearers = parseChallenges(header ?? '').filter(({ scheme }) => scheme === 'bearer');
  const { parameters } = bearers.find((bearer) => bearer.parameters.size > 0) ?? bearers[0] ?? {};
  if (parameters === undefined) return undefined;
  const scope = parameters.get('scope');
  const scopes = scope === undefined ? [] : parseScopes(scope);
  return {
    error: parameters.get('error'),
    scopes: scopes.length === 0 ? undefined : scopes,
    resourceMetadata: parameters.get('resource_metadata'),
  };
}
