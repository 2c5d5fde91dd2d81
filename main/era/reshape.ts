import { type Edit, edited, memberEdits, memberNamed, membersOf, repeats } from './json-text.ts';
import { isObject, type Notification, paramsAt, type Request, type Response } from './message.ts';

/** Keys to take out of an object, and keys with JSON texts to put at its end. */
export interface Change {
  readonly remove: ReadonlySet<string>;
  readonly add: readonly (readonly [key: string, json: string])[];
}

/** What of a request is to change; all else keeps its bytes. */
export interface Reshape {
  readonly idText: string;
  readonly params: Change;
  readonly meta: Change;
}

/** Nothing to take out and nothing to put in. */
export const unchanged: Change = { remove: new Set(), add: [] };

const objectText = (add: Change['add']): string =>
  `{${add.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;

/** The edit that gives a message another id. */
export function idEdit({ members }: Request | Response, idText: string): Edit {
  const id = memberNamed(members, 'id');
  if (id === undefined) throw new Error('A message without an id was to get another one.');
  return { start: id.start, end: id.end, text: idText };
}

/** The text of a request with another id, and its params and their `_meta` changed. */
export function reshaped(request: Request, { idText, params, meta }: Reshape): string {
  const { text, members, value } = request;
  const edits = [idEdit(request, idText)];
  const at = paramsAt(request);
  if (at === undefined) {
    // An array of params belongs to no method of MCP: the server says so itself.
    if (Array.isArray(value.params)) return edited(text, edits);
    const add = meta.add.length === 0 ? params.add : [...params.add, metaMember(meta.add)];
    const empty = add.length === 0;
    const change = memberEdits(0, members, ({ key }) => key === 'params' && !empty, [
      ...(empty ? [] : [['params', objectText(add)] as const]),
    ]);
    return edited(text, [...edits, ...change]);
  }
  return edited(text, [...edits, ...paramsEdits(text, at, params, meta)]);
}

/** The edits of the params whose brace stands at `at`, and of the `_meta` in them. */
export function paramsEdits(text: string, at: number, params: Change, meta: Change): Edit[] {
  const members = membersOf(text, at);
  const own = memberNamed(members, '_meta');
  const usable = own !== undefined && text.charAt(own.start) === '{' && !repeats(members, '_meta');
  const fresh = !usable && meta.add.length > 0;
  const edits = memberEdits(
    at,
    members,
    ({ key }) => params.remove.has(key) || (fresh && key === '_meta'),
    fresh ? [...params.add, metaMember(meta.add)] : params.add,
  );
  if (!usable) return edits;
  const inner = membersOf(text, own.start);
  return [...edits, ...memberEdits(own.start, inner, ({ key }) => meta.remove.has(key), meta.add)];
}

const metaMember = (add: Change['add']) => ['_meta', objectText(add)] as const;

/** An answer with another id and nothing else changed. */
export const withId = (response: Response, idText: string): string =>
  edited(response.text, [idEdit(response, idText)]);

/** Where the result of an answer begins, or undefined where it is no object. */
export function resultAt({ members, value }: Response): number | undefined {
  const at = memberNamed(members, 'result');
  return at !== undefined && isObject(value.result) ? at.start : undefined;
}

/** A notification with members of its params' `_meta` taken out or put in. */
export function withMeta(notification: Notification, meta: Change): string {
  const { text, members } = notification;
  const at = paramsAt(notification);
  if (at !== undefined) return edited(text, paramsEdits(text, at, unchanged, meta));
  if (meta.add.length === 0) return text;
  return edited(
    text,
    memberEdits(0, members, ({ key }) => key === 'params', [
      ['params', objectText([metaMember(meta.add)])],
    ]),
  );
}
