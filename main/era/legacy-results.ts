import { elementSpans } from '../../shared/json-members.ts';
import { type Edit, edited, memberEdits, memberNamed, membersOf, repeats } from './json-text.ts';
import { isObject, type Response } from './message.ts';
import { idEdit, resultAt } from './reshape.ts';

/** What a modern server's answer means for a legacy client. */
export type ModernResult =
  | { readonly kind: 'complete'; readonly text: string }
  | { readonly kind: 'input-required'; readonly at: number }
  | { readonly kind: 'unreadable'; readonly message: string };

const unreadable = (message: string): ModernResult => ({ kind: 'unreadable', message });

/**
 * Reads a result of revision 2026-07-28 for a client that knows none of it. A complete one loses `resultType`, and what
 * earlier revisions do not allow: an output schema or structured content that is no object.
 */
export function readModernResult(response: Response, method: string, idText: string): ModernResult {
  const { text, value } = response;
  const at = resultAt(response);
  if (at === undefined || !isObject(value.result))
    return unreadable('The server answered with a result that is no object.');
  const members = membersOf(text, at);
  const type = value.result.resultType ?? 'complete';
  if (repeats(members, 'resultType'))
    return unreadable('The server answered with a result of two types.');
  if (type === 'input_required') return { kind: 'input-required', at };
  if (type !== 'complete')
    return unreadable('The server answered with a type of result that Airlock does not know.');
  const { structuredContent } = value.result;
  const loose =
    method === 'tools/call' && structuredContent !== undefined && !isObject(structuredContent);
  const edits = memberEdits(
    at,
    members,
    ({ key }) => key === 'resultType' || (loose && key === 'structuredContent'),
  );
  if (loose) edits.push(...textInstead(text, at, structuredContent));
  if (method === 'tools/list') edits.push(...schemaEdits(text, at));
  return { kind: 'complete', text: edited(text, [idEdit(response, idText), ...edits]) };
}

/** Structured content that a legacy client could not take stands in the text, unless the server wrote some itself. */
function textInstead(text: string, at: number, structured: unknown): Edit[] {
  const content = memberNamed(membersOf(text, at), 'content');
  if (content === undefined || text.charAt(content.start) !== '[') return [];
  const blocks = elementSpans(text, content.start);
  if (blocks.length > 0) return [];
  const block = JSON.stringify({ type: 'text', text: JSON.stringify(structured) });
  return [{ start: content.start, end: content.end, text: `[${block}]` }];
}

/** Takes output schemas out whose root is no object: a legacy client would refuse the whole list for one of them. */
function schemaEdits(text: string, at: number): Edit[] {
  const tools = memberNamed(membersOf(text, at), 'tools');
  if (tools === undefined || text.charAt(tools.start) !== '[') return [];
  return elementSpans(text, tools.start).flatMap(({ start }) => {
    const members = membersOf(text, start);
    const schema = memberNamed(members, 'outputSchema');
    if (schema === undefined) return [];
    const type = memberNamed(membersOf(text, schema.start), 'type');
    if (type !== undefined && text.slice(type.start, type.end) === '"object"') return [];
    return memberEdits(start, members, ({ key }) => key === 'outputSchema');
  });
}
