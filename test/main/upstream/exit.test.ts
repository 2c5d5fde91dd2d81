import { expect, test } from 'vitest';
import { deathSentence } from '../../../main/upstream/exit.ts';

const whose = { name: 'files', clientName: 'Cursor' };

test.each([
  [
    { code: 1, signal: null },
    'no such module',
    'The server "files" exited with code 1. Its last error line: no such module. Connect again from Cursor; if it goes on, correct the entry there.',
  ],
  [
    { code: null, signal: 'SIGSEGV' as const },
    '',
    'The server "files" was ended by SIGSEGV. It wrote no error. Connect again from Cursor; if it goes on, correct the entry there.',
  ],
  [
    { code: 0, signal: null },
    'Bye!',
    'The server "files" exited with code 0. Its last error line: Bye! Connect again from Cursor; if it goes on, correct the entry there.',
  ],
])('%j is told', (exit, lastLine, sentence) => {
  expect(deathSentence({ ...whose, exit, lastLine })).toBe(sentence);
});
