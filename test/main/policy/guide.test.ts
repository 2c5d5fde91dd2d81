import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { contextParts, schemaText } from '../../../main/policy/schema.ts';
import { aPolicy, aToolCall, brief } from './a-policy.ts';

const docs = path.join(import.meta.dirname, '../../../docs');
const read = (name: string) => readFileSync(path.join(docs, name), 'utf8');
const noon = new Date(2026, 0, 5, 12).getTime();
const night = new Date(2026, 0, 5, 23).getTime();

describe('the example policy', () => {
  const example = read('example-policy.cedar');
  const at = (name: string, args: unknown = {}, time = noon) =>
    aToolCall(name, args, {}, { at: time });

  test('has no problems, and each rule an id and a sentence', () => {
    const { rules, problems } = compileRules(example, { source: 'user', name: 'example' });
    expect(problems).toEqual([]);
    expect(rules.length).toBe(6);
    for (const { policy } of rules)
      expect(Object.keys(policy.annotations ?? {})).toEqual(['id', 'text']);
  });

  test.each<[string, ReturnType<typeof aToolCall>, string, string]>([
    [
      'writing below projects',
      at('write_file', { path: '/home/ada/projects/a' }),
      'allow',
      'write-below-projects',
    ],
    ['climbing out of it', at('write_file', { path: '/home/ada/projects/../x' }), 'ask', 'default'],
    ['writing elsewhere', at('write_file', { path: '/home/ada/a' }), 'ask', 'default'],
    ['a force-push', at('run', { command: 'git push --force' }), 'deny', 'no-force-push'],
    ['reading at noon', at('read_file'), 'allow', 'read-unattended'],
    ['reading at night', at('read_file', {}, night), 'ask', 'ask-at-night'],
    [
      'the test runner',
      {
        ...at('run_tests'),
        agent: { clientId: 'claude-code', clientName: 'Claude Code', person: 'ada' },
        server: { id: 's', transport: 'stdio', label: 'npx my-test-runner' },
      },
      'allow',
      'tests-alone',
    ],
    [
      'the production database',
      { ...at('query'), server: { id: 's', transport: 'stdio', label: 'npx prod-db' } },
      'deny',
      'cursor-not-production',
    ],
  ])('decides %s', (_, call, decision, rule) => {
    expect(brief(aPolicy(example), call).slice(0, 2)).toEqual([decision, rule]);
  });
});

describe('the guide', () => {
  const guide = read('policy-guide.md');

  test('shows only rules that can be used', () => {
    const blocks = [...guide.matchAll(/```cedar\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      expect(compileRules(block, { source: 'user', name: 'guide' }).problems).toEqual([]);
    }
  });

  test('names every part of the context and every attribute', () => {
    const attributes = [...schemaText.matchAll(/^ *"(\w+)":/gm)].map(([, name]) => name ?? '');
    for (const name of [...contextParts, ...attributes]) expect(guide).toContain(`\`${name}\``);
  });
});

test('the schema file is the vocabulary in force', () => {
  expect(read('policy.cedarschema').trim()).toBe(schemaText.trim());
});
