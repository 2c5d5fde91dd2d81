import { elementSpans, type Span, scanObject, skipValue } from '../../shared/json-members.ts';
import { scanArguments } from './arguments-scan.ts';
import { foldKey } from './key-fold.ts';
import { isObject, type WholeResponse } from './message.ts';

/** A tool as its server lists it. */
export interface ListedTool {
  /** Empty where the definition names none. */
  readonly name: string;
  /** The whole definition, parsed. */
  readonly definition: unknown;
  /** The definition exactly as sent (JSON text). */
  readonly text: string;
}

/** Which part of the whole list an answer holds. */
export interface ListPage {
  /** The request had no cursor: this page begins the list. */
  readonly first: boolean;
  /** The answer has no cursor: this page ends it. */
  readonly last: boolean;
}

/** A tool that is kept from the client, by its index in the list, with the reason in one sentence. */
export interface Withheld {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

/** What to do with the answer to a `tools/list`. */
export type ListJudgement =
  | { readonly kind: 'as-it-is' }
  | { readonly kind: 'filtered'; readonly text: string; readonly withheld: readonly Withheld[] }
  | { readonly kind: 'ambiguous' };

const asItIs: ListJudgement = { kind: 'as-it-is' };

/**
 * Shows the tools of an answer to `judge` and cuts those it withholds out of the text; every other byte stays. A
 * definition that holds a key twice is withheld in any case: what is pinned would not be what the client reads.
 */
export function judgeList(
  response: WholeResponse,
  fromStart: boolean,
  judge: (tools: readonly ListedTool[], page: ListPage) => readonly Withheld[],
): ListJudgement {
  const { text, result } = response;
  const value = response.value.result;
  if (result === undefined || !isObject(value)) return asItIs;
  const list = toolsSpan(text, result);
  if (list === 'ambiguous') return { kind: 'ambiguous' };
  if (list === undefined || !Array.isArray(value.tools)) return asItIs;

  const spans = elementSpans(text, list.start);
  const definitions: readonly unknown[] = value.tools;
  const tools = spans.map(({ start, end }, index): ListedTool => {
    const definition = definitions[index];
    const named = isObject(definition) && typeof definition.name === 'string';
    return { name: named ? String(definition.name) : '', definition, text: text.slice(start, end) };
  });
  const page = {
    first: fromStart,
    last: value.nextCursor === undefined || value.nextCursor === null,
  };
  const unclear = doubleReadings(tools);
  const judged = judge(tools, page).filter(({ index }) =>
    unclear.every((one) => one.index !== index),
  );
  const withheld = [...unclear, ...judged];
  if (withheld.length === 0) return asItIs;
  const out = new Set(withheld.map(({ index }) => index));
  return { kind: 'filtered', text: cut(response, spans, out), withheld };
}

/** Where the list stands. A reader that ignores case, or keeps the first of two, could read another one. */
function toolsSpan(text: string, result: Span): Span | 'ambiguous' | undefined {
  let found: Span | undefined;
  let lists = 0;
  scanObject(text, result.start, (key, start) => {
    const end = skipValue(text, start, 0);
    if (foldKey(key) === 'tools') lists += 1;
    if (key === 'tools') found = { start, end };
    return end;
  });
  return lists > 1 || (lists === 1 && found === undefined) ? 'ambiguous' : found;
}

function doubleReadings(tools: readonly ListedTool[]): Withheld[] {
  const reason = 'Its definition holds the same key twice, so that it can be read in two ways.';
  return tools.flatMap(({ name, text }, index) =>
    scanArguments(text).ambiguous ? [{ index, name, reason }] : [],
  );
}

/** The message's text without the elements at `out`, and without the commas that joined them. */
function cut(response: WholeResponse, spans: readonly Span[], out: ReadonlySet<number>): string {
  const { text, span } = response;
  let cleaned = '';
  let from = span.start;
  let keptBefore = false;
  spans.forEach((element, index) => {
    if (!out.has(index)) {
      keptBefore = true;
      return;
    }
    const next = spans[index + 1];
    const previous = spans[index - 1];
    // With something kept before it, the comma in front goes along; else the one behind, up to the next element.
    const start = keptBefore && previous !== undefined ? previous.end : element.start;
    const end = keptBefore || next === undefined ? element.end : next.start;
    cleaned += text.slice(from, start);
    from = end;
  });
  return cleaned + text.slice(from, span.end);
}
