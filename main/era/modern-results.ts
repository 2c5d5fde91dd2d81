import { edited, memberNamed, membersOf, repeats } from './json-text.ts';
import { errorOf, isObject, type Response } from './message.ts';
import { idEdit, paramsEdits, resultAt, withId } from './reshape.ts';
import { cacheableMethods, metaKeys, wireCodes } from './vocabulary.ts';

const serverInfoKey = new Set<string>([metaKeys.serverInfo]);

/**
 * A legacy server's result as 2026-07-28 wants it: it says that it is complete, who made it and, for what may be
 * cached, that it may not. Undefined where it is no object.
 */
export function modernResult(
  response: Response,
  method: string,
  idText: string,
  infoText: string,
): string | undefined {
  const { text, value } = response;
  const at = resultAt(response);
  const { result } = value;
  if (at === undefined || !isObject(result)) return undefined;
  const members = membersOf(text, at);
  const remove = new Set<string>();
  const add: (readonly [string, string])[] = [];
  const want = (key: string, json: string, fits: (value: unknown) => boolean) => {
    if (key in result && fits(result[key]) && !repeats(members, key)) return;
    remove.add(key);
    add.push([key, json]);
  };
  // Whatever a legacy server means by a member of this name, it is not what its client would take it for.
  want('resultType', '"complete"', (type) => type === 'complete');
  if (cacheableMethods.has(method)) {
    want('ttlMs', '0', (ttl) => typeof ttl === 'number' && ttl >= 0);
    want('cacheScope', '"private"', (scope) => scope === 'private' || scope === 'public');
  }
  const meta = { remove: serverInfoKey, add: [[metaKeys.serverInfo, infoText] as const] };
  return edited(text, [idEdit(response, idText), ...paramsEdits(text, at, { remove, add }, meta)]);
}

/**
 * A legacy server's error as 2026-07-28 wants it: an unknown resource is -32602, and codes that this revision reserves
 * for itself do not come from a server that does not know it.
 */
export function modernError(response: Response, idText: string): string {
  const { code } = errorOf(response);
  const reserved = code >= -32099 && code <= wireCodes.headerMismatch;
  const mapped =
    code === wireCodes.resourceNotFound
      ? wireCodes.invalidParams
      : reserved
        ? wireCodes.internal
        : undefined;
  const error = memberNamed(response.members, 'error');
  const at = error && memberNamed(membersOf(response.text, error.start), 'code');
  if (mapped === undefined || at === undefined) return withId(response, idText);
  const edits = [idEdit(response, idText), { start: at.start, end: at.end, text: String(mapped) }];
  return edited(response.text, edits);
}
