import type { Span } from '../../shared/json-members.ts';
import type { Answer } from '../../shared/stages.ts';

/** Why a line is no message that may be passed on. */
export type Unreadable =
  | 'too-long'
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'not-a-message'
  | 'ambiguous'
  | 'duplicate-id'
  | 'bad-params'
  | 'no-id'
  | 'unexpected-answer'
  | 'unasked-input';

/** A JSON object as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The members of `params`, and where each value stands in the text. */
export interface Params {
  readonly span: Span;
  readonly members: ReadonlyMap<string, Span>;
  /** A key stands there twice; of a routing member that is refused before. */
  readonly repeated: boolean;
  readonly value: JsonObject;
}

interface Base {
  /** The whole line's text; every span points into it. */
  readonly text: string;
  readonly span: Span;
  readonly value: JsonObject;
}

/** Something that names a method. `params` is undefined where it is absent or no object. */
interface Named extends Base {
  readonly method: string;
  readonly params: Params | undefined;
  /** A key stands there in another case (`Name`, `ARGUMENTS`): a governed message like that is refused. */
  readonly looseKeys: boolean;
}

/** A message that wants an answer. */
export interface Request extends Named {
  readonly kind: 'request';
  /** The id exactly as sent, so that big integers keep their digits. */
  readonly idText: string;
}

/** A message that wants none. */
export interface Notification extends Named {
  readonly kind: 'notification';
}

/** An answer to a request of the other side. */
export interface Response {
  readonly kind: 'response';
  readonly idText: string;
  readonly failed: boolean;
  /** `result.isError` is true: a tool's own way to fail. */
  readonly toolError: boolean;
  /** The result wants something of the client before the server goes on (2026-07-28, `input_required`). */
  readonly wantsInput: boolean;
  /** The answer with all it holds; of a large one it is read only now. */
  readonly whole: () => WholeResponse;
}

/** What an answer holds. */
export interface WholeResponse extends Base {
  /** The value of `result`, or undefined for an error. */
  readonly result: Span | undefined;
}

/** A line or element that nobody may be asked to read. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly problem: Unreadable;
  /** One sentence that says what is wrong with it. */
  readonly message: string;
  /** The id, where one could be made out all the same. */
  readonly idText: string | undefined;
  /** It is an answer rather than a question, so that `idText` is the other side's. */
  readonly answers: boolean;
}

/** One message, alone on its line or in a batch. */
export type Message = Request | Notification | Response | Invalid;

/** A JSON-RPC batch (protocol version 2025-03-26): its elements in order, each judged for itself. */
export interface Batch {
  readonly kind: 'batch';
  readonly text: string;
  readonly elements: readonly { readonly span: Span; readonly message: Message }[];
}

/** What a line holds. */
export type Envelope = Message | Batch;

const sentences: Record<Unreadable, string> = {
  'too-long': 'The message is longer than Airlock takes.',
  'not-utf8': 'The message is not valid UTF-8.',
  'not-json': 'The message is not valid JSON.',
  'too-deep': 'The message nests deeper than Airlock takes.',
  'not-a-message': 'The message is not a JSON-RPC request, notification or response.',
  ambiguous: 'The message can be read in two ways, so it was not passed on.',
  'duplicate-id':
    'A request with this id still waits for its answer. Use a fresh id for every request.',
  'bad-params': 'The params of the request do not fit its method.',
  'no-id': 'A request of this kind needs an id, so it was not passed on.',
  'unexpected-answer':
    'The answer belongs to no request that was forwarded and still waits, so it was withheld.',
  'unasked-input':
    'The answer asks the client for input, which only the answer to a call may do, so it was withheld.',
};

/** An `Invalid` with its standard sentence, or a nearer one. */
export function invalid(
  problem: Unreadable,
  idText?: string,
  more: { readonly message?: string; readonly answers?: boolean } = {},
): Invalid {
  const { message = sentences[problem], answers = false } = more;
  return { kind: 'invalid', problem, message, idText, answers };
}

/** True for JSON objects, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an answer is to its caller. */
export function kindOf({ failed, toolError }: Response): Answer['kind'] {
  if (failed) return 'protocol-error';
  return toolError ? 'tool-error' : 'result';
}
