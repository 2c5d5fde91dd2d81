import { describe, expect, test } from 'vitest';
import {
  askSentences,
  decidingRule,
  refusalSentence,
  remedyFor,
  ruleLine,
  sourceName,
} from '../../../main/policy/explain.ts';
import { aCall, askToWrite } from '../../fakes/call.ts';
import { aPolicy, aToolCall } from './a-policy.ts';

const rule = { id: 'no-etc', text: 'Nothing may touch /etc.', source: 'user' } as const;
const denied = { ...askToWrite, decision: 'deny', rules: [rule] } as const;

describe('a refusal', () => {
  test('is one sentence: what happened, which rule, whose, and what to do', () => {
    const decision = { ...denied, rules: [...denied.rules] };
    expect(refusalSentence(aToolCall('write_file'), decision)).toBe(
      'Airlock refused the tool write_file of "files" by rule "no-etc" of your policy file (Nothing may touch /etc.): ' +
        'do not try again or another way, but tell the user, who can do this about it: ' +
        'Change the rule in the policy file if it is not meant.',
    );
  });

  test('of a held tool sends the person to look at it', () => {
    const call = aToolCall('read_file', {}, { state: 'changed' });
    expect(refusalSentence(call, aPolicy().decide(call, []))).toContain('look at what changed');
  });

  test.each([
    ['readResource', 'the resource x'],
    ['getPrompt', 'the prompt x'],
    ['sample', "the server's request to the model"],
    ['elicit', "the server's request to the person"],
  ] as const)('names %s', (action, words) => {
    const decision = { ...denied, rules: [...denied.rules] };
    expect(refusalSentence(aCall({ action, target: 'x' }), decision)).toContain(words);
  });

  test('shows no hidden characters and no endless names', () => {
    const name = `a\u202e\u001b[31m\nb${'x'.repeat(5_000)}`;
    const sentence = refusalSentence(aToolCall(name), { ...denied, rules: [...denied.rules] });
    expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(sentence.length).toBeLessThan(500);
  });
});

test('a question says who, what, why and what to do about it', () => {
  const call = aToolCall('write_file');
  expect(askSentences(call, askToWrite)).toEqual([
    'Cursor wants to use the tool write_file of "files".',
    'Tools that write ask first. (rule "ask-write", Airlock\'s defaults)',
    'its name says write',
    'Add a rule to the policy file if it should be decided otherwise.',
  ]);
});

test('the deciding rule is the first, and there always is one', () => {
  expect(decidingRule({ ...denied, rules: [...denied.rules] })).toBe(rule);
  expect(decidingRule({ ...askToWrite, rules: [] }).id).toBe('default');
});

test.each([
  ['managed', "your organisation's policy", 'IT department'],
  ['user', 'your policy file', 'Change the rule'],
  ['built-in', "Airlock's defaults", 'Add a rule'],
] as const)('a %s rule is of %s', (source, name, remedy) => {
  expect(sourceName(source)).toBe(name);
  expect(ruleLine({ ...rule, source })).toContain(name);
  expect(remedyFor({ ...rule, source })).toContain(remedy);
});

test('what only IT can change sends to IT, whatever its id', () => {
  expect(remedyFor({ id: 'held-changed', text: 'x', source: 'managed' })).toContain(
    'IT department',
  );
  expect(remedyFor({ id: 'constructor', text: 'x', source: 'user' })).toContain('Change the rule');
});
