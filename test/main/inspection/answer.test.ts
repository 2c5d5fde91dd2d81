import { describe, expect, test } from 'vitest';
import { inspectAnswer, mostAnswerBytes } from '../../../main/inspection/answer.ts';
import type { Answer } from '../../../shared/stages.ts';
import { aCall } from '../../fakes/call.ts';

const answer = (text: string): Answer => ({
  bytes: Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } }),
  ),
  kind: 'result',
});
const token = 'ghp_aB3aB3aB3aB3aB3aB3aB3aB3';
const codes = (given: Answer) => inspectAnswer(aCall(), given).findings.map(({ code }) => code);

describe('inspecting an answer', () => {
  test('the very same answer passes, whatever was seen', () => {
    for (const text of ['plain', `here: ${token}`, 'a\u202eb']) {
      const given = answer(text);
      expect(inspectAnswer(aCall(), given).answer).toBe(given);
    }
  });

  test.each([
    ['The weather is fine 👩‍👩‍👧 שלום.', []],
    [`token ${token}`, ['secret-in-answer']],
    ['-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----', ['secret-in-answer']],
    ['{"password":"hunter2"}', []],
    ['gpj.\u202eexe', ['hidden-unicode']],
    ['Fine.\u{e0052}\u{e0065}\u{e0061}\u{e0064}', ['hidden-unicode']],
    ['zero\u200bwidth', []],
  ])('%j gives %j', (text, expected) => {
    expect(codes(answer(text))).toEqual(expected);
  });

  test('escaped characters count as what they stand for', () => {
    const bytes = Buffer.from(
      '{"result":{"content":[{"type":"text","text":"a\\u202eb \\udb40\\udc41"}]}}',
    );
    expect(codes({ bytes, kind: 'result' })).toEqual(['hidden-unicode']);
  });

  test('a large answer is looked at where it starts and ends', () => {
    const filler = 'word '.repeat(mostAnswerBytes / 2);
    expect(codes(answer(`${token} ${filler}`))).toEqual(['secret-in-answer']);
    expect(codes(answer(`${filler} ${token}`))).toEqual(['secret-in-answer']);
    expect(codes(answer(`${filler} ${token} ${filler}`))).toEqual([]);
  });

  test('bytes that are no text do no harm', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * 37) % 256);
    expect(inspectAnswer(aCall(), { bytes, kind: 'tool-error' }).answer.bytes).toBe(bytes);
  });

  test('a view into a larger buffer is read at its own place', () => {
    const whole = Buffer.from(`xxxx${token}yyyy`);
    expect(codes({ bytes: whole.subarray(4, 8), kind: 'result' })).toEqual([]);
    expect(codes({ bytes: whole.subarray(4), kind: 'result' })).toEqual(['secret-in-answer']);
  });
});
