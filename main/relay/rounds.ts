import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import { readEnvelope } from './envelope.ts';
import { isObject, type Request } from './message.ts';

/** The params that only a further round of a call carries (2026-07-28, "Multi Round-Trip Requests"). */
const roundParams = new Set(['inputResponses', 'requestState']);

/** How long the client may take to come back, in milliseconds, and how many calls may wait for that. */
const lifetimeMs = 10 * 60_000;
const mostOpen = 256;

/** An earlier round of a call. */
export interface EarlierRound {
  readonly callId: string;
  /** The yes it was sent with, where it needed one. */
  readonly approval: ApprovalOutcome | undefined;
}

interface Open extends EarlierRound {
  readonly key: string;
  readonly asked: ReadonlySet<string>;
  readonly until: number;
}

/** The calls of one session whose server wants input before it goes on. */
export interface Rounds {
  /** `call` was answered by `result`, an `input_required` one. `first` is the hash of its arguments without the round's own. */
  wanted(call: Call, first: string, approval: ApprovalOutcome | undefined, result: unknown): void;
  /**
   * The round that this request goes on from: of the same tool with the same arguments, with the state that the server
   * gave then, and with answers to nothing but what was asked. It is used up.
   */
  goesOn(call: Call, first: string, request: Request): EarlierRound | undefined;
}

/** True for a request that says it is a further round. */
export function isFurtherRound(request: Request): boolean {
  const { members } = request.params ?? {};
  return members !== undefined && (members.has('requestState') || members.has('inputResponses'));
}

/**
 * The same request as it was in its first round: everything else stands as the client wrote it. Undefined where that
 * would be no request, which a request never comes to.
 */
export function firstRound(request: Request): { line: Buffer; request: Request } | undefined {
  const { params, span, text } = request;
  if (params === undefined) return undefined;
  const kept = [...params.members]
    .filter(([key]) => !roundParams.has(key))
    .map(([key, { start, end }]) => `${JSON.stringify(key)}:${text.slice(start, end)}`);
  const before = text.slice(span.start, params.span.start);
  const line = Buffer.from(
    `${before}{${kept.join(',')}}${text.slice(params.span.end, span.end)}\n`,
  );
  const read = readEnvelope(line);
  return read.kind === 'request' ? { line, request: read } : undefined;
}

/** No call waits for input yet. */
export function makeRounds(now: () => number): Rounds {
  const open: Open[] = [];

  const keyOf = ({ method, target, tool }: Call, first: string, state: unknown): string =>
    JSON.stringify([method, target, tool?.pin ?? '', first, state ?? null]);

  return {
    wanted(call, first, approval, result) {
      if (!isObject(result)) return;
      const { inputRequests, requestState } = result;
      const key = keyOf(call, first, requestState);
      const asked = new Set(isObject(inputRequests) ? Object.keys(inputRequests) : []);
      if (open.length >= mostOpen) open.shift();
      open.push({ callId: call.id, approval, key, asked, until: now() + lifetimeMs });
    },
    goesOn(call, first, request) {
      // Readers may disagree on what such a request says, so nobody may count on what was approved before.
      if (call.ambiguous) return undefined;
      const { inputResponses, requestState } = request.params?.value ?? {};
      if (inputResponses !== undefined && !isObject(inputResponses)) return undefined;
      const answers = Object.keys(inputResponses ?? {});
      const key = keyOf(call, first, requestState);
      const at = open.findIndex(
        (one) =>
          one.key === key && one.until > now() && answers.every((answer) => one.asked.has(answer)),
      );
      return at < 0 ? undefined : open.splice(at, 1)[0];
    },
  };
}
