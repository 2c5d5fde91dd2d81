import { answerCodes, errorAnswer, toolRefusal } from '../../shared/answers.ts';
import type { EraLimits, EraPorts } from './era-ports.ts';
import { mayNotBeAsked } from './legacy-client.ts';
import { cancelText, resultText, type Speaker } from './line-text.ts';
import { errorOf, ownId, type Request, type Response } from './message.ts';
import { type ModernCall, makeCallTable } from './modern-call.ts';
import type { ModernEnvelope } from './modern-envelope.ts';
import { modernError, modernResult } from './modern-results.ts';
import { reshaped } from './reshape.ts';
import {
  accepts,
  inputRequired,
  inputResponses,
  questionsOf,
  type ServerQuestion,
  salientText,
  unanswered,
} from './server-question.ts';
import { envelopeKeys, interactiveMethods, wireCodes } from './vocabulary.ts';

/** What the calls of a modern client need. */
export interface ModernCallPorts {
  readonly speak: Speaker;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly randomToken: EraPorts['randomToken'];
  readonly nextId: () => number;
  /** Calls exactly one of the two once it is known whether the server can be spoken to. */
  readonly enter: (
    envelope: ModernEnvelope,
    ready: () => void,
    failed: (sentence: string) => void,
  ) => void;
  readonly infoText: () => string;
  /** A request that wants a log of this level is about to be sent. */
  readonly wantLog: (level: string) => void;
  /** The questions that waited for a call like this one. */
  readonly unattached: (call: ModernCall) => readonly ServerQuestion[];
}

const inputParams = new Set(['inputResponses', 'requestState']);
const envelopeAndProgress = new Set([...envelopeKeys, 'progressToken']);

/** The requests of a modern client at a legacy server: each round gets exactly one answer. */
export function makeModernCalls(ports: ModernCallPorts) {
  const { speak, limits } = ports;
  const table = makeCallTable();

  const refuse = (idText: string, code: number, message: string) =>
    speak.toClient(errorAnswer(idText, code, message));

  function start(request: Request, envelope: ModernEnvelope) {
    const { idText, params } = request;
    if (table.ofClient(idText) !== undefined) {
      const text = 'A request with this id still waits for its answer. Use a fresh id.';
      return refuse(idText, wireCodes.invalidRequest, text);
    }
    if (params.requestState !== undefined) return retry(request, envelope);
    if (table.size >= limits.requests || table.bytes + request.text.length > limits.heldBytes) {
      const text = 'Too many requests wait for this server. Try again when some were answered.';
      return refuse(idText, wireCodes.internal, text);
    }
    const call = table.open(request, envelope);
    ports.enter(
      envelope,
      () => {
        if (call.cancelled) return;
        call.queued.push(...ports.unattached(call));
        proceed(call);
      },
      (sentence) => fail(call, answerCodes.notStarted, sentence),
    );
  }

  /** Asks the client first for what the server still wants to know; else sends the call, or waits for its answer. */
  function proceed(call: ModernCall) {
    if (call.queued.length > 0) give(call);
    const { round, request } = call;
    if (round === undefined || request === undefined) return;
    table.sent(call, ports.nextId());
    const { logLevel, progressText } = round.envelope;
    if (logLevel !== undefined) ports.wantLog(logLevel);
    const id = String(call.serverId);
    const add = progressText === undefined ? [] : [['progressToken', id] as const];
    const params = { remove: inputParams, add: [] };
    const meta = { remove: envelopeAndProgress, add };
    speak.toServer(reshaped(request, { idText: id, params, meta }));
  }

  /** Answers the client's round with the server's questions. */
  function give(call: ModernCall) {
    const { round } = call;
    if (round === undefined) return;
    call.rounds += 1;
    if (call.rounds > limits.rounds || table.parked >= limits.parked) {
      const asked = call.queued.splice(0);
      for (const question of asked) decline(question, 'The client was asked too often.');
      // What the server asked by an error has nobody who answers it.
      if (asked.some(({ idText }) => idText === undefined))
        fail(call, answerCodes.unreadableAnswer, 'The server asked for input too often.');
      return;
    }
    const given = call.queued.splice(0, limits.questions);
    const keys = given.map(
      ({ method }, index) => `${method.split('/')[0]}-${call.rounds}-${index + 1}`,
    );
    call.asked = new Map(given.map((question, index) => [keys[index] ?? '', question]));
    const token = ports.randomToken();
    table.park(call, token);
    call.stopTimer = ports.after(limits.answerMs, () => expire(call));
    speak.toClient(inputRequired(round.idText, given, keys, token, ports.infoText()));
  }

  function decline(question: ServerQuestion, reason: string) {
    const text = unanswered(question, reason);
    if (text !== undefined) speak.toServer(text);
  }

  /** The client comes back with what the server asked for, or without it. */
  function retry(request: Request, envelope: ModernEnvelope) {
    const { idText, params } = request;
    const call = table.ofToken(typeof params.requestState === 'string' ? params.requestState : '');
    if (call === undefined) {
      const text = 'This requestState is not known, used up or too old. Make the request anew.';
      return refuse(idText, wireCodes.invalidParams, text);
    }
    const answers = inputResponses(request);
    if (call.salient !== salientText(request) || answers === undefined) {
      const text = 'The request is not the one that asked for this input. Repeat it as it was.';
      return refuse(idText, wireCodes.invalidParams, text);
    }
    table.resume(call, { idText, envelope });
    const { asked, stored } = call;
    call.asked = new Map();
    const missing: ServerQuestion[] = [];
    let told = false;
    for (const [key, question] of asked) {
      const answer = answers.get(key);
      if (answer === undefined) missing.push(question);
      else if (question.idText !== undefined) {
        speak.toServer(resultText(question.idText, answer));
        told = true;
      } else if (!accepts(answer)) {
        return fail(call, answerCodes.refused, 'The page that the server needs was not opened.');
      }
    }
    call.queued.unshift(...missing);
    if (stored !== undefined) return deliver(call, stored);
    if (call.serverId === 0) call.request = request;
    if (call.request === undefined || !told || missing.length > 0) return proceed(call);
    // A server that asked before the call acts on the answer first: it may have to look at the folders it was told of.
    call.stopTimer = ports.after(limits.settleMs, () => {
      call.stopTimer = undefined;
      proceed(call);
    });
  }

  function expire(call: ModernCall) {
    if (call.serverId !== 0 && call.stored === undefined)
      speak.toServer(cancelText(String(call.serverId), 'The client did not come back.'));
    close(call, 'Nobody answered in time.');
  }

  /** Ends a call. What its server still wants to know gets an answer too. */
  function close(call: ModernCall, reason: string) {
    if (!table.close(call)) return;
    for (const question of [...call.asked.values(), ...call.queued]) decline(question, reason);
  }

  function fail(call: ModernCall, code: number, sentence: string) {
    const { round } = call;
    close(call, sentence);
    if (round === undefined || call.cancelled) return;
    speak.toClient(
      call.method === 'tools/call'
        ? toolRefusal(round.idText, sentence, true)
        : errorAnswer(round.idText, code, sentence),
    );
  }

  /** Takes an answer of the server; false where no call waits for it. */
  function answered(response: Response): boolean {
    const id = ownId(response.idText);
    const call = id === undefined ? undefined : table.ofServer(id);
    if (call === undefined) return false;
    table.settled(call);
    if (call.cancelled) close(call, 'The call was cancelled.');
    else if (call.round !== undefined) deliver(call, response);
    else if (table.bytes + response.text.length <= limits.heldBytes) table.store(call, response);
    // Its client is told, when it comes back, that there is nothing to come back to.
    else close(call, 'The call is over.');
    return true;
  }

  function deliver(call: ModernCall, response: Response) {
    const { round, method, capabilities } = call;
    if (round === undefined) return;
    if (response.failed && errorOf(response).code === wireCodes.urlElicitation) {
      const asked = questionsOf(response, limits.questions);
      const able = asked.every((one) => !mayNotBeAsked(capabilities, one.method, one.params));
      if (asked.length > 0 && able && interactiveMethods.has(method)) {
        call.serverId = 0;
        call.stored = undefined;
        call.queued.push(...asked);
        return give(call);
      }
    }
    const text = response.failed
      ? modernError(response, round.idText)
      : modernResult(response, method, round.idText, ports.infoText());
    if (text === undefined)
      return fail(
        call,
        answerCodes.unreadableAnswer,
        'The server gave something that is no result.',
      );
    close(call, 'The call is over.');
    speak.toClient(text);
  }

  return {
    start,
    answered,
    all: table.all,
    /** Puts a question to a call's client, at once or when it comes back. */
    ask(call: ModernCall, question: ServerQuestion) {
      if (call.queued.length >= limits.questions)
        return decline(question, 'The client is asked too much already.');
      call.queued.push(question);
      if (call.round !== undefined) give(call);
    },
    /** The client takes a request back. */
    cancel(idText: string, reason: string) {
      const call = table.ofClient(idText);
      if (call === undefined || call.cancelled) return;
      call.cancelled = true;
      if (call.serverId === 0) return close(call, 'The call was cancelled.');
      speak.toServer(cancelText(String(call.serverId), reason));
      call.stopTimer = ports.after(limits.cancelledMs, () => close(call, 'The call is over.'));
    },
    /** The progress token of the client's round that one of ours stands for. */
    progressOf(token: number): string | undefined {
      const call = table.ofServer(token);
      return call?.cancelled === false ? call.round?.envelope.progressText : undefined;
    },
    end: table.clear,
  };
}
