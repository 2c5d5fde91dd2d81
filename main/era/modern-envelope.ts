import { memberNamed, membersOf, repeats } from './json-text.ts';
import { isObject, type JsonObject, paramsAt, type Request } from './message.ts';
import { logLevels, metaKeys, modernVersion, wireCodes } from './vocabulary.ts';

/** What a modern request says of its client in `_meta`. Texts are JSON as the client wrote it. */
export interface ModernEnvelope {
  readonly capabilities: JsonObject;
  readonly capabilitiesText: string;
  readonly infoText: string | undefined;
  readonly logLevel: string | undefined;
  readonly progressText: string | undefined;
}

/** Why a request cannot be served, as a JSON-RPC error. */
export interface EnvelopeProblem {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonObject;
}

const no = (message: string): { readonly problem: EnvelopeProblem } => ({
  problem: { code: wireCodes.invalidParams, message },
});

/** Reads the `_meta` of a request (2026-07-28, "Per-request metadata"). */
export function readEnvelope(
  request: Request,
): { readonly envelope: ModernEnvelope } | { readonly problem: EnvelopeProblem } {
  const { text, params } = request;
  const at = paramsAt(request);
  const outer = at === undefined ? [] : membersOf(text, at);
  const own = memberNamed(outer, '_meta');
  const meta = isObject(params._meta) ? params._meta : undefined;
  if (own === undefined || meta === undefined) return no(`The request lacks ${metaKeys.version}.`);
  const members = membersOf(text, own.start);
  const keys = [...Object.values(metaKeys), 'progressToken'];
  if (repeats(outer, '_meta') || keys.some((key) => repeats(members, key)))
    return no('The _meta of the request says something twice.');
  const version = meta[metaKeys.version];
  if (typeof version !== 'string') return no(`The request lacks ${metaKeys.version} in its _meta.`);
  if (version !== modernVersion) {
    const message = 'Unsupported protocol version';
    const data = { supported: [modernVersion], requested: version };
    return { problem: { code: wireCodes.unsupportedVersion, message, data } };
  }
  const capabilities = meta[metaKeys.capabilities];
  if (!isObject(capabilities))
    return no(`The request lacks ${metaKeys.capabilities} in its _meta.`);
  const level = meta[metaKeys.logLevel];
  if (level !== undefined && (typeof level !== 'string' || !logLevels.includes(level)))
    return no(`The request names no known log level in ${metaKeys.logLevel}.`);
  const textAt = (key: string): string | undefined => {
    const member = memberNamed(members, key);
    return member === undefined ? undefined : text.slice(member.start, member.end);
  };
  const info = meta[metaKeys.clientInfo];
  const named = isObject(info) && typeof info.name === 'string' && typeof info.version === 'string';
  const token = meta.progressToken;
  return {
    envelope: {
      capabilities,
      capabilitiesText: textAt(metaKeys.capabilities) ?? '{}',
      infoText: named ? textAt(metaKeys.clientInfo) : undefined,
      logLevel: level,
      progressText:
        typeof token === 'string' || typeof token === 'number'
          ? textAt('progressToken')
          : undefined,
    },
  };
}
