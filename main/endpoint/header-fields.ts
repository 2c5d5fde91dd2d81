/** The header fields of one request as they came: names in lower case, every value apart. */
export type HeaderFields = ReadonlyMap<string, readonly string[]>;

/** Fields whose meaning hangs on one value: two readers of a request that repeats one could take two requests from it. */
const singular = [
  'host',
  'origin',
  'authorization',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
];

/** Reads Node's flat list of names and values. */
export function readHeaderFields(raw: readonly string[]): HeaderFields {
  const fields = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** The name of a field that may stand once and stands twice, or that contradicts another. */
export function ambiguousField(fields: HeaderFields): string | undefined {
  const repeated = singular.find((name) => (fields.get(name)?.length ?? 0) > 1);
  if (repeated !== undefined) return repeated;
  // RFC 9112 section 6.1: the sign of an attempt to smuggle a request.
  const both = fields.has('content-length') && fields.has('transfer-encoding');
  return both ? 'transfer-encoding' : undefined;
}

/** The value of a field, without the white space around it. Call `ambiguousField` first. */
export const fieldOf = (fields: HeaderFields, name: string): string | undefined =>
  fields.get(name)?.[0]?.trim();

/** What a request body is, as far as it matters here: JSON in UTF-8, not compressed. */
export function isPlainJson(fields: HeaderFields): boolean {
  const encoding = fieldOf(fields, 'content-encoding')?.toLowerCase() ?? 'identity';
  const [type = '', ...parameters] = (fieldOf(fields, 'content-type') ?? '').split(';');
  const charset = parameters
    .map((one) => one.trim().toLowerCase())
    .find((one) => one.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  return (
    encoding === 'identity' &&
    type.trim().toLowerCase() === 'application/json' &&
    (charset === undefined || charset === 'utf-8' || charset === 'utf8')
  );
}

/** Which of the two forms of an answer a client takes. */
export interface Accepts {
  readonly json: boolean;
  readonly events: boolean;
}

/** Reads `Accept` (RFC 9110 section 12.5.1); without one a client takes anything. */
export function readAccepts(fields: HeaderFields): Accepts {
  const values = fields.get('accept');
  if (values === undefined) return { json: true, events: true };
  const ranges = values.join(',').toLowerCase().split(',').map(readRange);
  const takes = (type: string) => {
    const [main] = type.split('/');
    for (const name of [type, `${main}/*`, '*/*']) {
      const range = ranges.find((one) => one.name === name);
      if (range !== undefined) return range.wanted;
    }
    return false;
  };
  return { json: takes('application/json'), events: takes('text/event-stream') };
}

function readRange(text: string): { readonly name: string; readonly wanted: boolean } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
  return { name, wanted: weight === undefined || Number(weight) > 0 };
}
