import { type Span, scanObject, skipValue } from '../../shared/json-members.ts';
import { foldKey } from './key-fold.ts';

const topNames = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
const paramNames = new Set([
  'name',
  'uri',
  'arguments',
  '_meta',
  'progressToken',
  'requestId',
  'requestState',
  'inputResponses',
]);
const foldedParamNames = new Set([...paramNames].map(foldKey));
/** What makes a message a request or an answer, or leads it somewhere. */
const routing = new Set(['method', 'params', 'result', 'error']);
const openBrace = 0x7b;

/** What the scan of one message found, before it is known to be JSON. */
export interface MessageScan extends Span {
  readonly id: Span | undefined;
  readonly method: Span | undefined;
  readonly params: Span | undefined;
  readonly result: Span | undefined;
  readonly error: Span | undefined;
  /** The members of params, where that is an object. */
  readonly paramMembers: ReadonlyMap<string, Span> | undefined;
  /** A member that routes or carries the message stands there twice. */
  readonly repeated: boolean;
  readonly repeatedId: boolean;
  readonly looseTop: boolean;
  /** `Method`, `Params`, `Result` or `Error`: a reader that ignores case would route it elsewhere. */
  readonly looseRoute: boolean;
  readonly looseParam: boolean;
  /** Any key of params stands there twice. */
  readonly repeatedParam: boolean;
}

/** Scans the value at `at` inside `depth` open containers; one that is no object has no members. */
export function scanMessage(text: string, at: number, depth: number): MessageScan {
  let version: Span | undefined;
  let id: Span | undefined;
  let method: Span | undefined;
  let params: Span | undefined;
  let result: Span | undefined;
  let error: Span | undefined;
  let paramMembers: Map<string, Span> | undefined;
  let repeated = false;
  let repeatedId = false;
  let looseTop = false;
  let looseRoute = false;
  let looseParam = false;
  let repeatedParam = false;

  const visitParam = (key: string, start: number): number => {
    const routes = paramNames.has(key);
    if (paramMembers?.has(key)) {
      repeatedParam = true;
      if (routes) repeated = true;
    }
    if (!routes && foldedParamNames.has(foldKey(key))) looseParam = true;
    const end = skipValue(text, start, depth + 2);
    paramMembers?.set(key, { start, end });
    return end;
  };

  const visitTop = (key: string, start: number): number => {
    if (key === 'params' && text.charCodeAt(start) === openBrace) {
      if (params !== undefined) repeated = true;
      paramMembers = new Map();
      const end = scanObject(text, start, visitParam);
      params = { start, end };
      return end;
    }
    const end = skipValue(text, start, depth + 1);
    const span = { start, end };
    switch (key) {
      case 'jsonrpc':
        if (version !== undefined) repeated = true;
        version = span;
        break;
      case 'id':
        if (id !== undefined) repeated = repeatedId = true;
        id = span;
        break;
      case 'method':
        if (method !== undefined) repeated = true;
        method = span;
        break;
      case 'params':
        if (params !== undefined) repeated = true;
        params = span;
        break;
      case 'result':
        if (result !== undefined) repeated = true;
        result = span;
        break;
      case 'error':
        if (error !== undefined) repeated = true;
        error = span;
        break;
      default: {
        const folded = foldKey(key);
        if (topNames.has(folded)) looseTop = true;
        if (routing.has(folded)) looseRoute = true;
      }
    }
    return end;
  };

  const end =
    text.charCodeAt(at) === openBrace ? scanObject(text, at, visitTop) : skipValue(text, at, depth);
  return {
    start: at,
    end,
    id,
    method,
    params,
    result,
    error,
    paramMembers,
    repeated,
    repeatedId,
    looseTop,
    looseRoute,
    looseParam,
    repeatedParam,
  };
}
