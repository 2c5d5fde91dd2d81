import { type Span, scanObject, skipValue } from '../../shared/json-members.ts';
import { actionOf, type GovernedAction } from './governed-call.ts';
import { foldKey } from './key-fold.ts';
import { isObject, type JsonObject, type Request, type WholeResponse } from './message.ts';

/** Something governed that a server asks for in an `input_required` result. */
export interface AskedInput {
  readonly action: GovernedAction;
  /** The same as a request of its own, as servers asked before 2026-07-28. */
  readonly request: Request;
}

/** A result that asks for more than this at once is not passed on. */
const mostAsked = 32;

/**
 * What an `input_required` result asks of the client that is governed: sampling and elicitation. `idText` is the id of
 * the client's request. Undefined where two readers could take different questions from it, or where it asks too much.
 */
export function askedInput(answer: WholeResponse, idText: string): AskedInput[] | undefined {
  const { text, result: span, value } = answer;
  const { result } = value;
  if (span === undefined || !isObject(result)) return [];
  const members = plainMembers(text, span.start, ['resultType', 'inputRequests', 'requestState']);
  const asked = members?.get('inputRequests');
  if (members === undefined) return undefined;
  if (asked === undefined) return [];
  if (!isObject(result.inputRequests)) return undefined;
  const entries = plainMembers(text, asked.start);
  if (entries === undefined || entries.size > mostAsked) return undefined;
  const all: AskedInput[] = [];
  for (const [key, { start }] of entries) {
    const entry = result.inputRequests[key];
    if (!isObject(entry) || typeof entry.method !== 'string') return undefined;
    const inner = plainMembers(text, start, ['method', 'params']);
    const action = actionOf('server', entry.method);
    if (inner === undefined || action === 'look-alike') return undefined;
    if (action === undefined) continue;
    all.push({ action, request: requestOf(text, entry, entry.method, inner, idText) });
  }
  return all;
}

function requestOf(
  text: string,
  value: JsonObject,
  method: string,
  inner: ReadonlyMap<string, Span>,
  idText: string,
): Request {
  const span = inner.get('params');
  const members = span && isObject(value.params) ? plainMembers(text, span.start) : undefined;
  const params =
    span !== undefined && isObject(value.params)
      ? {
          span,
          members: members ?? new Map(),
          repeated: members === undefined,
          value: value.params,
        }
      : undefined;
  return {
    kind: 'request',
    text,
    span: span ?? { start: 0, end: 0 },
    value,
    idText,
    method,
    params,
    looseKeys: false,
  };
}

/**
 * The members of the object at `at`; undefined where a key stands there twice, or in another case than those `known`
 * that carry the meaning.
 */
function plainMembers(
  text: string,
  at: number,
  known: readonly string[] = [],
): Map<string, Span> | undefined {
  const members = new Map<string, Span>();
  const folded = new Set(known.map(foldKey));
  let plain = true;
  scanObject(text, at, (key, start) => {
    const end = skipValue(text, start, 0);
    if (members.has(key) || (!known.includes(key) && folded.has(foldKey(key)))) plain = false;
    members.set(key, { start, end });
    return end;
  });
  return plain ? members : undefined;
}
