import { memberNamed, membersOf, repeats } from './json-text.ts';
import { type LegacyClient, mayNotBeAsked } from './legacy-client.ts';
import { isObject, type Response } from './message.ts';

/** One question of an `input_required` result. */
export interface AskedQuestion {
  readonly key: string;
  readonly method: string;
  /** The params as the server wrote them; undefined where it wrote none. */
  readonly paramsText: string | undefined;
  readonly url: boolean;
}

/** What an `input_required` result asks for (2026-07-28, "InputRequiredResult"). */
export interface InputAsked {
  readonly questions: readonly AskedQuestion[];
  /** The JSON text of `requestState`, which goes back as it is. */
  readonly stateText: string | undefined;
}

const malformed = 'The server asked for input in a form that nobody can answer.';

/** Reads the result whose brace stands at `at`; a sentence where the client cannot or may not be asked this. */
export function inputAsked(
  response: Response,
  at: number,
  client: LegacyClient,
  mostQuestions: number,
): InputAsked | string {
  const { text } = response;
  const members = membersOf(text, at);
  if (repeats(members, 'inputRequests') || repeats(members, 'requestState')) return malformed;
  const state = memberNamed(members, 'requestState');
  const asked = memberNamed(members, 'inputRequests');
  const stateText = state === undefined ? undefined : text.slice(state.start, state.end);
  if (stateText !== undefined && !stateText.startsWith('"')) return malformed;
  if (asked === undefined)
    return stateText === undefined ? malformed : { questions: [], stateText };
  if (text.charAt(asked.start) !== '{') return malformed;
  const entries = membersOf(text, asked.start);
  if (entries.length === 0 && stateText === undefined) return malformed;
  if (entries.length > mostQuestions) return 'The server asked for too much input at once.';
  const questions: AskedQuestion[] = [];
  for (const { key, start, end } of entries) {
    const value: unknown = JSON.parse(text.slice(start, end));
    if (!isObject(value) || typeof value.method !== 'string' || repeats(entries, key))
      return malformed;
    const inner = membersOf(text, start);
    const at = memberNamed(inner, 'params');
    const params = isObject(value.params) ? value.params : {};
    if (repeats(inner, 'method') || repeats(inner, 'params')) return malformed;
    const no = mayNotBeAsked(client.capabilities, value.method, params);
    if (no !== undefined) return `The server asked for input it may not ask for. ${no}`;
    questions.push({
      key,
      method: value.method,
      paramsText: at === undefined ? undefined : text.slice(at.start, at.end),
      url: params.mode === 'url' && params.elicitationId === undefined,
    });
  }
  return { questions, stateText };
}
