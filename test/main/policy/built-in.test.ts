import { describe, expect, test } from 'vitest';
import { builtInRules, defaultAskText, lockdownRules } from '../../../main/policy/built-in.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { RiskLevel } from '../../../shared/policy.ts';
import type { PinState } from '../../../shared/server.ts';
import { aCall } from '../../fakes/call.ts';
import { aFinding, aPolicy, aToolCall, brief } from './a-policy.ts';

test('every built-in rule has an id, a sentence, and fits the vocabulary', () => {
  // As rules of a user they are checked against the vocabulary; as built-in ones they are taken as they are.
  const { rules, problems } = compileRules(builtInRules + lockdownRules, {
    source: 'user',
    name: 'built-in',
  });
  expect(problems).toEqual([]);
  for (const { rule, policy } of rules) {
    expect(policy.annotations).toMatchObject({ id: rule.id, text: rule.text });
    expect(rule.text).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(rules.map(({ rule }) => rule.id)).size).toBe(rules.length);
});

test('no built-in rule reads the arguments, so that the defaults are remembered', () => {
  const { rules } = compileRules(builtInRules + lockdownRules, { source: 'built-in', name: 'b' });
  expect(rules.filter(({ volatile }) => volatile)).toEqual([]);
});

describe('without rules of the user', () => {
  test('what only reads runs unattended', () => {
    expect(brief(aPolicy(), aToolCall('read_file', { path: 'a.txt' }))).toEqual([
      'allow',
      'read-unattended',
      'use-servers',
    ]);
  });

  test.each([
    ['create_issue', 'write'],
    ['send_email', 'send'],
    ['run_command', 'execute'],
    ['delete_file', 'destroy'],
    ['frobnicate', 'unknown'],
  ] as const)('%s asks, as it may %s', (name, level) => {
    const { decision, rules, risk } = aPolicy().decide(aToolCall(name), []);
    expect([decision, risk.level]).toEqual(['ask', level]);
    expect(rules).toEqual([
      { id: 'default', text: defaultAskText(level), source: 'built-in' },
      expect.objectContaining({ id: 'use-servers' }),
    ]);
  });

  test('reading a place of credentials asks', () => {
    expect(brief(aPolicy(), aToolCall('read_file', { path: '~/.ssh/id_rsa' }))[0]).toBe('ask');
  });

  test.each<[PinState, string, string]>([
    ['accepted', 'allow', 'read-unattended'],
    ['changed', 'deny', 'held-changed'],
    ['quarantined', 'deny', 'held-quarantined'],
    ['unlisted', 'ask', 'unlisted-asks'],
  ])('a tool that is %s: %s', (state, decision, rule) => {
    expect(brief(aPolicy(), aToolCall('read_file', {}, { state })).slice(0, 2)).toEqual([
      decision,
      rule,
    ]);
  });

  test.each([
    ['low', 'allow', 'read-unattended'],
    ['medium', 'ask', 'default'],
    ['high', 'ask', 'high-finding-asks'],
  ] as const)('a %s finding in the request: %s', (severity, decision, rule) => {
    const call = aToolCall('read_file');
    expect(brief(aPolicy(), call, [aFinding(severity)]).slice(0, 2)).toEqual([decision, rule]);
  });

  test('a secret in the arguments asks unless a trusted server says that nothing leaves', () => {
    const found = [aFinding('low', 'secret-in-arguments')];
    const call = aToolCall(
      'read_file',
      {},
      { annotations: { openWorldHint: false, readOnlyHint: true } },
    );
    expect(brief(aPolicy(), call, found).slice(0, 2)).toEqual(['ask', 'secrets-leaving-ask']);
    const trusting = aPolicy(undefined, { trustedServers: () => new Set(['srv_1']) });
    expect(brief(trusting, call, found)[0]).toBe('allow');
  });

  test('arguments that readers may disagree on ask', () => {
    const call = aToolCall('read_file', {}, {}, { ambiguous: true });
    expect(brief(aPolicy(), call).slice(0, 2)).toEqual(['ask', 'ambiguous-asks']);
  });

  test('arguments too large to be judged ask', () => {
    const call = aToolCall('read_file', { text: 'x'.repeat(70_000) });
    expect(brief(aPolicy(), call).slice(0, 2)).toEqual(['ask', 'too-large-asks']);
  });

  test('resources and prompts are read unattended, places of credentials ask', () => {
    const policy = aPolicy();
    const read = (target: string) =>
      brief(policy, aCall({ action: 'readResource', target, argumentsText: '{}' }))[0];
    expect(read('memory://graph')).toBe('allow');
    expect(read('file:///home/ada/.ssh/id_rsa')).toBe('ask');
    expect(read('http://169.254.169.254/latest')).toBe('ask');
    const prompt = aCall({ action: 'getPrompt', target: 'summary', argumentsText: '{}' });
    expect(brief(policy, prompt)[0]).toBe('allow');
    expect(brief(policy, { ...prompt, arguments: { file: '~/.ssh/id_rsa' } })[0]).toBe('ask');
  });

  test.each(['sample', 'elicit'] as const)(
    '%s is let through, but asks with a high finding',
    (action) => {
      const call = aCall({ action, target: '', argumentsText: '{"messages":["x"]}' });
      expect(brief(aPolicy(), call)[0]).toBe('allow');
      expect(brief(aPolicy(), call, [aFinding('high')])[0]).toBe('ask');
    },
  );
});

test('each level has its sentence', () => {
  expect(new Set(RiskLevel.options.map(defaultAskText)).size).toBe(RiskLevel.options.length);
});
