import { type Span, scanObject, skipValue } from '../../shared/json-members.ts';
import { foldKey } from './key-fold.ts';

const topNames = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);
const paramNames = new Set(['name', 'uri', 'arguments', '_meta', 'progressToken', 'requestId']);
const openBrace = 0x7b;
const foldedParamNames = new Set([...paramNames].map(foldKey));

/** What the scan of one message found, before it is known to be JSON. */
export interface MessageScan extends Span {
  readonly top: ReadonlyMap<string, Span>;
  readonly params: ReadonlyMap<string, Span> | undefined;
  /** A member that routes or carries the message stands there twice. */
  readonly repeated: boolean;
  readonly repeatedId: boolean;
  readonly looseTop: boolean;
  /** `Method` or `Params`: a reader that ignores case would route it elsewhere. */
  readonly looseRoute: boolean;
  readonly looseParam: boolean;
  /** Any key of params stands there twice. */
  readonly repeatedParam: boolean;
}

/** Scans the value at `at` inside `depth` open containers; one that is no object has no members. */
export function scanMessage(text: string, at: number, depth: number): MessageScan {
  const top = new Map<string, Span>();
  let params: Map<string, Span> | undefined;
  let repeated = false;
  let repeatedId = false;
  let looseTop = false;
  let looseRoute = false;
  let looseParam = false;
  let repeatedParam = false;

  const visitParam = (key: string, start: number): number => {
    if (params?.has(key)) {
      repeatedParam = true;
      if (paramNames.has(key)) repeated = true;
    }
    if (!paramNames.has(key) && foldedParamNames.has(foldKey(key))) looseParam = true;
    const end = skipValue(text, start, depth + 2);
    params?.set(key, { start, end });
    return end;
  };

  const visitTop = (key: string, start: number): number => {
    if (topNames.has(key)) {
      if (top.has(key)) {
        repeated = true;
        if (key === 'id') repeatedId = true;
      }
    } else {
      const folded = foldKey(key);
      if (topNames.has(folded)) looseTop = true;
      if (folded === 'method' || folded === 'params') looseRoute = true;
    }
    let end: number;
    if (key === 'params' && text.charCodeAt(start) === openBrace) {
      params = new Map();
      end = scanObject(text, start, visitParam);
    } else {
      end = skipValue(text, start, depth + 1);
    }
    top.set(key, { start, end });
    return end;
  };

  const isObjectText = text.charCodeAt(at) === openBrace;
  const end = isObjectText ? scanObject(text, at, visitTop) : skipValue(text, at, depth);
  const loose = { looseTop, looseRoute, looseParam };
  return { start: at, end, top, params, repeated, repeatedId, repeatedParam, ...loose };
}
