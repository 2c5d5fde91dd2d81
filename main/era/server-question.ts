import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import { edited, memberNamed, membersOf, repeats } from './json-text.ts';
import { resultText } from './line-text.ts';
import {
  errorOf,
  isObject,
  type JsonObject,
  paramsAt,
  type Request,
  type Response,
} from './message.ts';
import { paramsEdits } from './reshape.ts';
import { metaKeys } from './vocabulary.ts';

/** Something a legacy server wants of the client, as an input request of 2026-07-28. */
export interface ServerQuestion {
  /** The id of the server's request; undefined where the server asked by an error (-32042) and waits for nothing. */
  readonly idText: string | undefined;
  readonly method: string;
  readonly params: JsonObject;
  readonly paramsText: string | undefined;
}

const legacyParams = { remove: new Set(['elicitationId', 'task']), add: [] };
const legacyMeta = { remove: new Set(['progressToken']), add: [] };

/** The params as 2026-07-28 has them: without the id of an elicitation, a task or a progress token. */
const modernParams = (text: string): string =>
  edited(text, paramsEdits(text, 0, legacyParams, legacyMeta));

/** A request of a legacy server. */
export function questionOf(request: Request): ServerQuestion {
  const { idText, method, params, text, members } = request;
  const at = memberNamed(members, 'params');
  const paramsText =
    at !== undefined && paramsAt(request) !== undefined
      ? modernParams(text.slice(at.start, at.end))
      : undefined;
  return { idText, method, params, paramsText };
}

/** The elicitations by URL that a -32042 of 2025-11-25 asks for before the request is sent again; none where it is unlike one. */
export function questionsOf(response: Response, most: number): ServerQuestion[] {
  const { data } = errorOf(response);
  const elicitations = isObject(data) && Array.isArray(data.elicitations) ? data.elicitations : [];
  const fit =
    elicitations.length <= most && elicitations.every((one) => isObject(one) && one.mode === 'url');
  if (!fit) return [];
  return elicitations.filter(isObject).map((params) => ({
    idText: undefined,
    method: 'elicitation/create',
    params,
    paramsText: modernParams(JSON.stringify(params)),
  }));
}

/** An `input_required` result. `keys` names each question. */
export function inputRequired(
  idText: string,
  questions: readonly ServerQuestion[],
  keys: readonly string[],
  token: string,
  infoText: string,
): string {
  const requests = questions
    .map(({ method, paramsText }, index) => {
      const params = paramsText === undefined ? '' : `,"params":${paramsText}`;
      return `${JSON.stringify(keys[index])}:{"method":${JSON.stringify(method)}${params}}`;
    })
    .join(',');
  const meta = `{${JSON.stringify(metaKeys.serverInfo)}:${infoText}}`;
  return resultText(
    idText,
    `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${JSON.stringify(token)},"_meta":${meta}}`,
  );
}

/** What a server hears whose question nobody answered: a person's silence is `cancel`, anything else an error. */
export function unanswered(
  { idText, method }: ServerQuestion,
  message: string,
): string | undefined {
  if (idText === undefined) return undefined;
  return method === 'elicitation/create'
    ? resultText(idText, '{"action":"cancel"}')
    : errorAnswer(idText, answerCodes.refused, message);
}

/** The client's answers in a retried request: JSON texts by key. Undefined where it says one twice or is no object. */
export function inputResponses(request: Request): ReadonlyMap<string, string> | undefined {
  const at = paramsAt(request);
  const answers = new Map<string, string>();
  if (at === undefined) return answers;
  const { text } = request;
  const given = memberNamed(membersOf(text, at), 'inputResponses');
  if (given === undefined) return answers;
  if (text.charAt(given.start) !== '{') return undefined;
  const members = membersOf(text, given.start);
  for (const { key, start, end } of members) {
    if (repeats(members, key)) return undefined;
    if (text.charAt(start) === '{') answers.set(key, text.slice(start, end));
  }
  return answers;
}

const perRound = new Set(['_meta', 'inputResponses', 'requestState']);

/**
 * What makes a retried request the same as the first: its method and every parameter but those that change by the
 * round. Two texts are the same where they hold the same parameters, each as written then.
 */
export function salientText(request: Request): string {
  const at = paramsAt(request);
  const members = at === undefined ? [] : membersOf(request.text, at);
  const kept = members
    .filter(({ key }) => !perRound.has(key))
    .map(({ key, start, end }) => `${JSON.stringify(key)}:${request.text.slice(start, end)}`)
    .sort();
  return JSON.stringify([request.method, ...kept]);
}

/** True for the JSON text of an answer to an elicitation that says yes. */
export function accepts(answerText: string): boolean {
  const answer: unknown = JSON.parse(answerText);
  return isObject(answer) && answer.action === 'accept';
}
