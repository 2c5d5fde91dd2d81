import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Call } from '../../shared/call.ts';
import { metaOf } from './governed-call.ts';
import { isObject, type Request } from './message.ts';
import { plain, type Refusal, refusedWith } from './refusal.ts';
import { isFurtherRound } from './rounds.ts';

/** What a client's further round says that goes back to our own question. */
export interface ComingBack {
  readonly state: string;
  /** What the person did with the form in the client. It never approves anything. */
  readonly answer: 'went-on' | 'declined';
}

const prefix = 'airlock-wait.1.';
const question = 'airlock';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';

/** As long as a late yes holds: whoever comes back after that has to ask anew. */
const lifetimeMs = 10 * 60_000;

/** Of this run of the app alone: a state of an earlier one is not known any more. */
const key = randomBytes(32);

/**
 * The answer of 2026-07-28 to a call that nobody approved in time: a form in the client that says where to approve it,
 * and a state that brings the same call back ("Multi Round-Trip Requests"). Undefined where this client cannot be asked
 * so. `first` is the hash of the call's arguments.
 */
export function waitingForm(call: Call, request: Request, now: number): string | undefined {
  if (isFurtherRound(request) || !showsForms(request)) return undefined;
  const state = `${prefix}${now.toString(36)}.${call.id}.${sealOf(call, now, call.id)}`;
  const what = plain(call.target) || plain(call.method);
  const message = `Waiting for approval in Airlock: ${what}. Nobody answered in time. Answer in the approval window of Airlock, then accept here to go on, or decline to give the call up. Accepting here approves nothing.`;
  const requestedSchema = { type: 'object', properties: {} };
  const params = { mode: 'form', message, requestedSchema };
  const result = {
    resultType: 'input_required',
    inputRequests: { [question]: { method: 'elicitation/create', params } },
    requestState: state,
  };
  return `{"jsonrpc":"2.0","id":${request.idText},"result":${JSON.stringify(result)}}`;
}

/** What this request says to a form of ours; undefined for every other request. */
export function comingBack(request: Request): ComingBack | undefined {
  const state = request.params?.value.requestState;
  if (typeof state !== 'string' || !state.startsWith(prefix)) return undefined;
  const responses = request.params?.value.inputResponses;
  const answer = isObject(responses) ? responses[question] : undefined;
  const went = isObject(answer) && answer.action === 'accept';
  return { state, answer: went ? 'went-on' : 'declined' };
}

/** The call that a state was given to, or the refusal where it was given to another, or too long ago. */
export function calledBefore(
  call: Call,
  { state }: ComingBack,
  now: number,
): { readonly callId: string } | Refusal {
  const [at = '', callId = '', seal = ''] = state.slice(prefix.length).split('.');
  const since = Number.parseInt(at, 36);
  const expected = Buffer.from(sealOf(call, since, callId));
  const given = Buffer.from(seal);
  const ours = expected.length === given.length && timingSafeEqual(expected, given);
  if (ours && now - since <= lifetimeMs) return { callId };
  return refusedWith(
    'refused',
    'Airlock refused this call: it goes back to a question that is too old or was about another call. Make the call anew, without requestState and inputResponses.',
  );
}

/** A form that was declined, closed or left without an answer gives the call up. */
export const givenUp: Refusal = refusedWith(
  'denied-by-person',
  'Airlock refused this call: the person gave it up in the client while it waited for approval. Do not repeat it; ask what they want instead.',
);

/** HMAC-SHA-256 over everything that makes the call this one. */
function sealOf(call: Call, at: number, callId: string): string {
  const { connection, server, method, target, argumentsHash } = call;
  const bound = [connection.id, server.id, method, target, argumentsHash, at, callId];
  return createHmac('sha256', key).update(JSON.stringify(bound)).digest('base64url');
}

/** True where the client declared that it shows forms: an empty `elicitation` means that. */
function showsForms(request: Request): boolean {
  const capabilities = metaOf(request)[capabilitiesKey];
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  return isObject(elicitation) && (isObject(elicitation.form) || !isObject(elicitation.url));
}
