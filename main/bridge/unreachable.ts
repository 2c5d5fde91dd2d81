import type { Readable, Writable } from 'node:stream';
import { answerCodes, errorAnswer, protocolVersionKey, toolRefusal } from '../../shared/answers.ts';
import { elementSpans, memberSpans, skipSpace } from '../../shared/json-members.ts';

/** Longer lines are thrown away: all they would get is the sentence. */
const maxLine = 16 * 1024 * 1024;

/** Answers every request of the client with the sentence, until the client goes away. */
export function answerAll(input: Readable, output: Writable, sentence: string): void {
  let parts: string[] = [];
  let length = 0;
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const [first = '', ...rest] = text.split('\n');
    gather(first);
    for (const part of rest) {
      const line = length > maxLine ? 'too long' : parts.join('');
      parts = [];
      length = 0;
      const answer = answerLine(line, sentence);
      if (answer !== undefined) output.write(`${answer}\n`);
      gather(part);
    }
  });

  function gather(part: string): void {
    length += part.length;
    if (length > maxLine) parts = [];
    else parts.push(part);
  }
}

/** The answer to a line, or undefined where it wants none. */
export function answerLine(line: string, sentence: string): string | undefined {
  if (line.trim() === '') return undefined;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return errorAnswer('null', answerCodes.parseError, 'The message is not valid JSON.');
  }
  const start = skipSpace(line, 0);
  if (!Array.isArray(message)) return answerMessage(line, start, message, sentence);
  const elements: readonly unknown[] = message;
  const answers = elementSpans(line, start)
    .map((span, index) => answerMessage(line, span.start, elements[index], sentence))
    .filter((answer) => answer !== undefined);
  return answers.length > 0 ? `[${answers.join(',')}]` : undefined;
}

function answerMessage(
  text: string,
  start: number,
  message: unknown,
  sentence: string,
): string | undefined {
  if (typeof message !== 'object' || message === null || !('method' in message)) return undefined;
  const id = memberSpans(text, start).get('id');
  if (id === undefined) return undefined;
  // The id's own text: a parsed big integer would come back as another one.
  const idText = text.slice(id.start, id.end);
  if (message.method !== 'tools/call')
    return errorAnswer(idText, answerCodes.airlockUnreachable, sentence);
  const params = 'params' in message ? (message.params as { _meta?: object } | null) : null;
  const modern = protocolVersionKey in Object(params?._meta ?? {});
  return toolRefusal(idText, sentence, modern);
}
