import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { managedOrigin } from '../../../main/policy/load.ts';
import { makePolicy, type PolicyPorts } from '../../../main/policy/policy.ts';
import { threadedCompiler } from '../../../main/policy/rule-compiler.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { aCall } from '../../fakes/call.ts';
import { threadScript } from '../../fakes/thread-script.ts';

const script = threadScript('main/policy/compiler-worker.ts');
afterAll(() => script.remove());

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-managed-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const policyWith = (more: Partial<PolicyPorts> = {}) =>
  makePolicy({
    userFile: path.join(folder, 'policy.cedar'),
    managedText: () => undefined,
    compile: threadedCompiler(script.file),
    mode: () => 'enforce',
    trustedServers: () => new Set(),
    groups: () => [],
    places: { platform: 'linux', home: '/home/ada', ownFolders: ['/tmp'], protectedFolders: [] },
    ...more,
  });

const permitAll = '@id("all") permit (principal, action, resource);';
const forbid = (name: string) =>
  `@id("no-${name}") forbid (principal, action == Action::"callTool", resource) when { resource.name == "${name}" };`;
const target = aCall().target;
const many = [
  permitAll,
  ...Array.from({ length: 120 }, (_, n) => forbid(`other-${n}`)),
  forbid(target),
];

describe('managed rules that are set while calls are decided', () => {
  test('come into force as a whole, and leave with undefined', async () => {
    const policy = policyWith();
    const before = policy.decide(aCall(), []);
    expect(before.decision).not.toBe('deny');
    const hash = policy.hash();
    expect(await policy.setManaged(many.join('\n'))).toEqual([]);
    expect(policy.decide(aCall(), [])).toMatchObject({
      decision: 'deny',
      rules: [{ id: `no-${target}`, source: 'managed' }],
    });
    expect(policy.hash()).not.toBe(hash);
    await policy.setManaged(undefined);
    expect(policy.decide(aCall(), [])).toEqual(before);
    expect(policy.hash()).toBe(hash);
  });

  test('mean the same whether a thread compiled them or not', async () => {
    const text = many.join('\n');
    const sent = await threadedCompiler(script.file)(text);
    const own = compileRules(text, managedOrigin);
    const plain = (rules: typeof own.rules) =>
      rules.map(
        ({ policy, guard, key, order, line, effect, volatile, rule, need, keys, text: words }) => ({
          policy,
          guard,
          key,
          order,
          line,
          effect,
          volatile,
          rule,
          need,
          keys,
          words,
        }),
      );
    expect(plain(sent.rules)).toEqual(plain(own.rules));
    expect(sent.digest).toBe(own.digest);
  });

  test('of two sets on their way at once the later stays', async () => {
    const policy = policyWith();
    const first = policy.setManaged(many.join('\n'));
    const second = policy.setManaged(permitAll);
    await Promise.all([first, second]);
    expect(policy.decide(aCall(), []).decision).not.toBe('deny');
    expect(policy.rules().filter(({ source }) => source === 'managed')).toHaveLength(1);
  });

  test('stay when the user changes their own file', async () => {
    const policy = policyWith();
    await policy.setManaged(many.join('\n'));
    writeFileSync(path.join(folder, 'policy.cedar'), permitAll);
    policy.reload();
    expect(policy.decide(aCall(), []).decision).toBe('deny');
  });

  test('with one broken rule lose that rule alone, and ask for the rest', async () => {
    const policy = policyWith();
    const problems = await policy.setManaged(
      `${permitAll}\n${forbid(target).replace('==', '=')}\n`,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('the managed policy, line 2');
    expect(policy.decide(aCall(), []).decision).toBe('ask');
  });

  test('leave the old ones in force when the thread fails', async () => {
    const policy = policyWith({ compile: () => Promise.reject(new Error('no thread')) });
    const before = policy.hash();
    await expect(policy.setManaged(permitAll)).rejects.toThrow('no thread');
    expect(policy.hash()).toBe(before);
  });
});
