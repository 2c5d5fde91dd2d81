import { errorAnswer } from '../../shared/answers.ts';
import type { EraLimits, EraPorts } from './era-ports.ts';
import { mayNotBeAsked } from './legacy-client.ts';
import { resultText, type Speaker } from './line-text.ts';
import { idKey, type JsonObject, type Request } from './message.ts';
import { addresseeOf, type ModernCall, withoutQuestion } from './modern-call.ts';
import { questionOf, type ServerQuestion, unanswered } from './server-question.ts';
import { interactiveMethods, wireCodes } from './vocabulary.ts';

/** What the questions of a legacy server need. */
export interface ModernQuestionPorts {
  readonly speak: Speaker;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly calls: () => readonly ModernCall[];
  readonly ask: (call: ModernCall, question: ServerQuestion) => void;
  /** What the server was told that its client can do. */
  readonly told: () => JsonObject;
}

const methods = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

/**
 * What a legacy server asks its client. One that asks outside of every call (roots, once it has started) is answered
 * with the next call, since a modern client is asked in no other way.
 */
export function makeModernQuestions(ports: ModernQuestionPorts) {
  const { speak, limits } = ports;
  const waiting = new Map<ServerQuestion, () => void>();

  const known = (idText: string): boolean => {
    const key = idKey(idText);
    const same = (question: ServerQuestion) =>
      question.idText !== undefined && idKey(question.idText) === key;
    return (
      [...waiting.keys()].some(same) ||
      ports.calls().some(({ queued, asked }) => [...queued, ...asked.values()].some(same))
    );
  };

  function forget(question: ServerQuestion) {
    waiting.get(question)?.();
    waiting.delete(question);
  }

  /** Takes a request of the server. */
  function request(message: Request) {
    const { idText, method } = message;
    const refuse = (code: number, text: string) => speak.toServer(errorAnswer(idText, code, text));
    if (method === 'ping') return speak.toServer(resultText(idText, '{}'));
    if (!methods.has(method))
      return refuse(wireCodes.methodNotFound, 'The client knows no request of this name.');
    if (known(idText))
      return refuse(wireCodes.invalidRequest, 'A request with this id still waits.');
    const question = questionOf(message);
    const no = mayNotBeAsked(ports.told(), method, question.params);
    if (no !== undefined) return refuse(wireCodes.methodNotFound, no);
    const call = addresseeOf(ports.calls(), question);
    if (call === 'unable')
      return refuse(wireCodes.methodNotFound, 'The client cannot be asked this now.');
    if (call !== 'none') return ports.ask(call, question);
    if (waiting.size >= limits.questions)
      return refuse(wireCodes.internal, 'The client is asked too much already.');
    const stopTimer = ports.after(limits.unattachedMs, () => {
      waiting.delete(question);
      const text = unanswered(question, 'The client made no call that could have been asked this.');
      if (text !== undefined) speak.toServer(text);
    });
    waiting.set(question, stopTimer);
  }

  return {
    request,
    /** The questions that this new call's client may be asked; they wait no longer. */
    unattached(call: ModernCall): ServerQuestion[] {
      if (!interactiveMethods.has(call.method)) return [];
      const fitting = [...waiting.keys()].filter(
        ({ method, params }) => mayNotBeAsked(call.capabilities, method, params) === undefined,
      );
      for (const question of fitting) forget(question);
      return fitting;
    },
    /** The server takes a question back. */
    takeBack(idText: string) {
      const key = idKey(idText);
      for (const question of waiting.keys())
        if (question.idText !== undefined && idKey(question.idText) === key) forget(question);
      withoutQuestion(ports.calls(), idText);
    },
    end() {
      for (const stopTimer of waiting.values()) stopTimer();
      waiting.clear();
    },
  };
}
