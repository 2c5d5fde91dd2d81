import type { AskedQuestion } from './input-asked.ts';
import { edited, memberEdits, memberNamed, membersOf } from './json-text.ts';
import { idKey, type Response } from './message.ts';
import { resultAt } from './reshape.ts';

/** A question as a request to the client. */
export interface ClientRequest {
  readonly idText: string;
  readonly method: string;
  readonly paramsText: string | undefined;
}

/** The questions of one round, until each is answered. */
export interface Questions {
  toAsk(randomToken: () => string): readonly ClientRequest[];
  /** The keys (`idKey`) of the requests that were not answered yet. */
  open(): readonly string[];
  idTextOf(key: string): string | undefined;
  /** Takes an answer; where it is none that can be passed on, the method that was asked. */
  answer(key: string, response: Response): string | undefined;
}

/** `complete` is called once, with every answer's JSON text by the server's key, when the last one came. */
export function makeQuestions(
  questions: readonly AskedQuestion[],
  prefix: string,
  complete: (answers: readonly (readonly [key: string, json: string])[]) => void,
): Questions {
  const asked = questions.map((question, index) => ({
    question,
    idText: JSON.stringify(`${prefix}-${index + 1}`),
    answer: undefined as string | undefined,
  }));
  const byKey = new Map(asked.map((one) => [idKey(one.idText), one]));

  return {
    toAsk: (randomToken) =>
      asked.map(({ question, idText }) => ({
        idText,
        method: question.method,
        paramsText: question.url
          ? withElicitationId(question.paramsText ?? '{}', randomToken())
          : question.paramsText,
      })),
    open: () => [...byKey].filter(([, one]) => one.answer === undefined).map(([key]) => key),
    idTextOf: (key) => byKey.get(key)?.idText,
    answer(key, response) {
      const one = byKey.get(key);
      if (one === undefined) return undefined;
      const result = response.failed ? undefined : resultAt(response);
      const at = memberNamed(response.members, 'result');
      if (result === undefined || at === undefined) {
        byKey.delete(key);
        return one.question.method;
      }
      one.answer = response.text.slice(at.start, at.end);
      if (asked.every(({ answer }) => answer !== undefined))
        complete(asked.map(({ question, answer }) => [question.key, answer ?? '']));
      return undefined;
    },
  };
}

/** 2025-11-25 wants an id for an elicitation by URL; 2026-07-28 has none. */
function withElicitationId(paramsText: string, token: string): string {
  return edited(
    paramsText,
    memberEdits(0, membersOf(paramsText, 0), () => false, [
      ['elicitationId', JSON.stringify(token)],
    ]),
  );
}
