import { answerCodes, errorAnswer, toolRefusal } from '../../shared/answers.ts';
import type { EraLimits, EraPorts } from './era-ports.ts';
import { inputAsked } from './input-asked.ts';
import { envelopeOf, type LegacyClient } from './legacy-client.ts';
import { readModernResult } from './legacy-results.ts';
import { cancelText, requestText, type Speaker } from './line-text.ts';
import { errorOf, idKey, ownId, type Request, type Response } from './message.ts';
import { makeQuestions, type Questions } from './questions.ts';
import { reshaped, unchanged, withId } from './reshape.ts';
import { interactiveMethods, wireCodes } from './vocabulary.ts';

/** What the calls of a legacy client need. */
export interface LegacyCallPorts {
  readonly speak: Speaker;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly randomToken: EraPorts['randomToken'];
  readonly nextId: () => number;
  readonly client: () => LegacyClient;
  readonly logLevel: () => string | undefined;
}

/** A request of the client on its way. */
interface Flight {
  readonly idText: string;
  readonly method: string;
  /** What is sent again when the server has its input; undefined where no input can be asked for. */
  readonly request: Request | undefined;
  /** The id of the round the server has, 0 while the client is asked. */
  serverId: number;
  rounds: number;
  questions: Questions | undefined;
  cancelled: boolean;
  stopTimer: (() => void) | undefined;
}

const inputParams = new Set(['inputResponses', 'requestState']);

/** The requests of a legacy client at a modern server: each gets exactly one answer, however many rounds it takes. */
export function makeLegacyCalls(ports: LegacyCallPorts) {
  const { speak, limits, after } = ports;
  const byClient = new Map<string, Flight>();
  const byServer = new Map<number, Flight>();
  const byQuestion = new Map<string, Flight>();
  let heldBytes = 0;

  function start(request: Request) {
    const { idText, method } = request;
    if (byClient.has(idKey(idText))) {
      const text = 'A request with this id still waits for its answer. Use a fresh id.';
      return speak.toClient(errorAnswer(idText, wireCodes.invalidRequest, text));
    }
    if (byClient.size >= limits.requests) {
      const text = 'Too many requests wait for this server. Try again when some were answered.';
      return speak.toClient(errorAnswer(idText, wireCodes.internal, text));
    }
    const size = request.text.length;
    const kept = interactiveMethods.has(method) && heldBytes + size <= limits.heldBytes;
    if (kept) heldBytes += size;
    const flight: Flight = {
      idText,
      method,
      request: kept ? request : undefined,
      serverId: 0,
      rounds: 0,
      questions: undefined,
      cancelled: false,
      stopTimer: undefined,
    };
    byClient.set(idKey(idText), flight);
    send(flight, request, []);
  }

  function send(flight: Flight, request: Request, input: readonly (readonly [string, string])[]) {
    flight.serverId = ports.nextId();
    byServer.set(flight.serverId, flight);
    const meta = envelopeOf(ports.client(), ports.logLevel());
    const params = input.length === 0 ? unchanged : { remove: inputParams, add: input };
    speak.toServer(reshaped(request, { idText: String(flight.serverId), params, meta }));
  }

  function close(flight: Flight) {
    flight.stopTimer?.();
    flight.stopTimer = undefined;
    if (byClient.get(idKey(flight.idText)) === flight) byClient.delete(idKey(flight.idText));
    byServer.delete(flight.serverId);
    for (const id of flight.questions?.open() ?? []) byQuestion.delete(id);
    if (flight.request !== undefined) heldBytes -= flight.request.text.length;
  }

  function fail(flight: Flight, sentence: string) {
    close(flight);
    if (flight.cancelled) return;
    speak.toClient(
      flight.method === 'tools/call'
        ? toolRefusal(flight.idText, sentence, false)
        : errorAnswer(flight.idText, answerCodes.unreadableAnswer, sentence),
    );
  }

  /** Takes an answer of the server; false where no request of the client waits for it. */
  function answered(response: Response): boolean {
    const id = ownId(response.idText);
    const flight = id === undefined ? undefined : byServer.get(id);
    if (flight === undefined) return false;
    if (response.failed) {
      close(flight);
      speak.toClient(withId(response, flight.idText));
      return true;
    }
    const read = readModernResult(response, flight.method, flight.idText);
    if (read.kind === 'complete') {
      close(flight);
      speak.toClient(read.text);
    } else if (read.kind === 'unreadable') {
      fail(flight, read.message);
    } else {
      byServer.delete(flight.serverId);
      flight.serverId = 0;
      askInput(flight, response, read.at);
    }
    return true;
  }

  function askInput(flight: Flight, response: Response, at: number) {
    if (flight.cancelled) return close(flight);
    const { request } = flight;
    const asked = inputAsked(response, at, ports.client(), limits.questions);
    flight.rounds += 1;
    if (typeof asked === 'string') return fail(flight, asked);
    if (request === undefined)
      return fail(flight, 'The server asked for input in a place where none can be given.');
    if (flight.rounds > limits.rounds)
      return fail(flight, `The server asked for input more than ${limits.rounds} times.`);
    const again = (answers: readonly (readonly [string, string])[]) => {
      flight.stopTimer?.();
      flight.stopTimer = undefined;
      flight.questions = undefined;
      const given = answers.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
      send(flight, request, [
        ...(answers.length === 0 ? [] : [['inputResponses', `{${given}}`] as const]),
        ...(asked.stateText === undefined ? [] : [['requestState', asked.stateText] as const]),
      ]);
    };
    if (asked.questions.length === 0) {
      flight.stopTimer = after(limits.retryMs, () => again([]));
      return;
    }
    const questions = makeQuestions(asked.questions, `airlock-${ports.nextId()}`, again);
    flight.questions = questions;
    for (const { idText, method, paramsText } of questions.toAsk(ports.randomToken)) {
      byQuestion.set(idKey(idText), flight);
      speak.toClient(requestText(idText, method, paramsText));
    }
    flight.stopTimer = after(limits.answerMs, () => {
      withdraw(flight, 'The answer came too late.');
      fail(flight, 'The server asked for input, and nobody gave it in time. Try again.');
    });
  }

  /** Takes questions back that the client has not answered yet. */
  function withdraw(flight: Flight, reason: string) {
    for (const id of flight.questions?.open() ?? []) {
      byQuestion.delete(id);
      const idText = flight.questions?.idTextOf(id);
      if (idText !== undefined) speak.toClient(cancelText(idText, reason));
    }
    flight.questions = undefined;
  }

  /** Takes an answer of the client to what the server asked for; false where nothing was asked under this id. */
  function clientAnswered(response: Response): boolean {
    const key = idKey(response.idText);
    const flight = byQuestion.get(key);
    if (flight?.questions === undefined) return false;
    byQuestion.delete(key);
    const method = flight.questions.answer(key, response);
    if (method !== undefined) {
      withdraw(flight, 'Another answer failed.');
      const { message } = errorOf(response);
      const why = message === '' ? 'gave no answer' : `said: ${message.slice(0, 200)}`;
      fail(flight, `The server asked the client for input (${method}), and the client ${why}.`);
    }
    return true;
  }

  /** The client takes a request back. */
  function cancel(idText: string, reason: string) {
    const flight = byClient.get(idKey(idText));
    if (flight === undefined || flight.cancelled) return;
    flight.cancelled = true;
    if (flight.serverId === 0) {
      withdraw(flight, 'The call was cancelled.');
      close(flight);
      return;
    }
    speak.toServer(cancelText(String(flight.serverId), reason));
    // The answer may be on its way already, and whoever keeps the books of this call waits for it.
    flight.stopTimer = after(limits.cancelledMs, () => close(flight));
  }

  return {
    start,
    answered,
    clientAnswered,
    cancel,
    end() {
      for (const flight of byClient.values()) flight.stopTimer?.();
      byClient.clear();
      byServer.clear();
      byQuestion.clear();
    },
  };
}
