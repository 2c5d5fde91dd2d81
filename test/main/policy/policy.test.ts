import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultAskText } from '../../../main/policy/built-in.ts';
import { Decision } from '../../../shared/policy.ts';
import { aCall } from '../../fakes/call.ts';
import { aPolicy, aToolCall, brief } from './a-policy.ts';

const permitAll = '@id("it-permits") permit (principal, action, resource);';

describe("the user's own rules", () => {
  const alone =
    '@id("files-alone") permit (principal, action == Action::"callToolUnattended", resource) when { resource.name == "write_file" };';

  test('may let a tool run unattended that asks by default', () => {
    expect(brief(aPolicy(alone), aToolCall('write_file'))).toEqual([
      'allow',
      'files-alone',
      'use-servers',
    ]);
    expect(brief(aPolicy(alone), aToolCall('edit_file'))[0]).toBe('ask');
  });

  test('cannot let through what is held or gravely suspect', () => {
    const all = aPolicy('permit (principal, action, resource);');
    expect(brief(all, aToolCall('write_file', {}, { state: 'changed' }))[0]).toBe('deny');
    expect(brief(all, aToolCall('write_file', {}, { state: 'unlisted' }))[0]).toBe('ask');
  });

  test('forbid wins', () => {
    const policy = aPolicy(
      `${alone} @id("never") @text("Never.") forbid (principal, action == Action::"callTool", resource);`,
    );
    expect(policy.decide(aToolCall('write_file'), [])).toMatchObject({
      decision: 'deny',
      rules: [{ id: 'never', text: 'Never.', source: 'user' }],
    });
  });

  test('may forbid a server as a whole, whatever is called there', () => {
    const policy = aPolicy(
      '@id("not-there") forbid (principal, action == Action::"connect", resource == Server::"srv_1");',
    );
    expect(brief(policy, aToolCall('read_file'))).toEqual(['deny', 'not-there']);
    expect(brief(policy, aCall({ action: 'sample', target: '' }))).toEqual(['deny', 'not-there']);
    const elsewhere = { id: 'srv_2', transport: 'stdio', label: 'x' } as const;
    expect(brief(policy, aToolCall('read_file', {}, {}, { server: elsewhere }))[0]).toBe('allow');
  });

  test('may name clients, people, groups, entries, hours', () => {
    const forbid = (condition: string) =>
      `@id("x") forbid (principal, action, resource) when { ${condition} };`;
    const at = new Date(2026, 0, 5, 22, 30).getTime();
    const call = aToolCall('read_file', {}, {}, { at });
    const groups = () => ['staff'];
    for (const holds of [
      'principal == Agent::"cursor"',
      'principal.client == "Cursor"',
      'principal in Person::"ada"',
      'principal in Group::"staff"',
      'principal.groups.contains("staff")',
      'context.connection == "files"',
      'context.hour >= 22',
      'resource.serverLabel like "npx *"',
    ]) {
      expect([holds, ...brief(aPolicy(forbid(holds), { groups }), call)]).toEqual([
        holds,
        'deny',
        'x',
      ]);
    }
    for (const fails of [
      'principal in Group::"ops"',
      'context.hour < 22',
      'principal.client == "Claude"',
    ]) {
      expect(brief(aPolicy(forbid(fails), { groups }), call)[0]).toBe('allow');
    }
  });

  test('may tell who signed in, and whose process calls', () => {
    const text = `@id("stranger") forbid (principal, action, resource) when { principal.process == "unexpected" };
      @id("sign-in") forbid (principal, action == Action::"callTool", resource) unless { principal.signedIn };`;
    const policy = aPolicy(text, { groups: (who) => (who === 'idp#1' ? ['staff'] : []) });
    const { agent, ...rest } = aToolCall('read_file');
    const by = (more: Partial<typeof agent>) =>
      brief(policy, { ...rest, agent: { ...agent, ...more } }).slice(0, 2);
    expect(by({})).toEqual(['deny', 'sign-in']);
    expect(by({ person: 'idp#1', signedIn: true })[0]).toBe('allow');
    const stranger = { person: 'idp#1', signedIn: true, processVerdict: 'unexpected' } as const;
    expect(by(stranger)).toEqual(['deny', 'stranger']);
  });

  test('may look at the arguments', () => {
    const policy = aPolicy(
      '@id("no-etc") forbid (principal, action == Action::"callTool", resource) when { context.arguments has path && context.arguments.path like "/etc/*" };',
    );
    expect(brief(policy, aToolCall('read_file', { path: '/etc/hosts' }))).toEqual([
      'deny',
      'no-etc',
    ]);
    expect(brief(policy, aToolCall('read_file', { path: 'a.txt' }))[0]).toBe('allow');
    expect(brief(policy, aToolCall('read_file', {}))[0]).toBe('allow');
    expect(brief(policy, aToolCall('read_file', { path: null }))[0]).toBe('allow');
  });

  test('that read an argument which is not there count as forbidding', () => {
    const policy = aPolicy(
      '@id("no-etc") forbid (principal, action == Action::"callTool", resource) when { context.arguments.path like "/etc/*" };',
    );
    expect(brief(policy, aToolCall('read_file', { path: 'a.txt' }))[0]).toBe('allow');
    const { decision, rules } = policy.decide(aToolCall('read_file', {}), []);
    expect(decision).toBe('deny');
    expect(rules).toMatchObject([{ id: 'evaluation-failed', source: 'user' }]);
    expect(rules[0]?.text).toContain('"no-etc"');
  });

  test('may bound how often', () => {
    const policy = aPolicy(
      '@id("slow") forbid (principal, action == Action::"callToolUnattended", resource) when { context.rate > 3 };',
    );
    const decisions = [1, 2, 3, 4, 5].map(
      (second) => brief(policy, aToolCall('read_file', {}, {}, { at: second * 1_000 }))[0],
    );
    expect(decisions).toEqual(['allow', 'allow', 'allow', 'ask', 'ask']);
  });

  test('cannot be steered by what arguments are called', () => {
    const policy = aPolicy(
      '@id("ops") permit (principal, action == Action::"callToolUnattended", resource) when { context.arguments has who && context.arguments.who == Group::"ops" };',
    );
    const call = aToolCall('write_file', { who: { __entity: { type: 'Group', id: 'ops' } } });
    expect(brief(policy, call)[0]).toBe('ask');
  });
});

describe('a broken rule', () => {
  test('makes everything ask, reading too, until it is corrected', () => {
    const policy = aPolicy('forbid (principal, action, resource) when { oops( };');
    expect(brief(policy, aToolCall('read_file')).slice(0, 2)).toEqual(['ask', 'broken-rule']);
    expect(brief(policy, aCall({ action: 'sample', target: '' }))[0]).toBe('ask');
    expect(policy.problems()).toHaveLength(1);
    writeFileSync(policy.file, '');
    policy.reload();
    expect(brief(policy, aToolCall('read_file'))[0]).toBe('allow');
    expect(policy.problems()).toEqual([]);
  });

  test('does not void the others', () => {
    const policy = aPolicy(
      'forbid (oops);\n@id("never") forbid (principal, action == Action::"callTool", resource) when { resource.name == "write_file" };',
    );
    expect(brief(policy, aToolCall('write_file'))).toEqual(['deny', 'never']);
  });
});

describe('a file that was never readable', () => {
  test('lets only reading through', () => {
    const policy = aPolicy();
    mkdirSync(policy.file);
    policy.reload();
    expect(brief(policy, aToolCall('read_file'))[0]).toBe('allow');
    expect(brief(policy, aToolCall('write_file'))).toEqual(['deny', 'policy-unreadable']);
    expect(brief(policy, aCall({ action: 'sample', target: '' }))).toEqual([
      'deny',
      'policy-unreadable',
    ]);
    expect(policy.problems()[0]).toContain('only reading');
  });
});

describe('the managed set', () => {
  test('denies what no rule of it permits, and says whose default that is', () => {
    const policy = aPolicy(undefined, {
      managed: '@id("some") permit (principal, action, resource in Server::"srv_9");',
    });
    const { decision, rules } = policy.decide(aToolCall('read_file'), []);
    expect([decision, rules[0]?.source, rules[0]?.id]).toEqual(['deny', 'managed', 'default']);
  });

  test('asks where it does not permit unattended, whatever the user permits', () => {
    const managed =
      '@id("it") permit (principal, action in [Action::"connect", Action::"callTool"], resource);';
    const policy = aPolicy('permit (principal, action, resource);', { managed });
    const { decision, rules } = policy.decide(aToolCall('read_file'), []);
    expect(decision).toBe('ask');
    expect(rules[0]).toMatchObject({ id: 'default', source: 'managed' });
  });

  test('cannot loosen what the user set asks or denies', () => {
    const policy = aPolicy(
      '@id("mine") forbid (principal, action == Action::"callTool", resource) when { resource.name == "a" };',
      { managed: permitAll },
    );
    expect(brief(policy, aToolCall('a'))).toEqual(['deny', 'mine']);
    expect(brief(policy, aToolCall('write_file'))[0]).toBe('ask');
    expect(brief(policy, aToolCall('read_file'))[0]).toBe('allow');
  });

  test('is read again at a reload', () => {
    let text: string | undefined;
    const policy = aPolicy(undefined, { managedText: () => text });
    const before = policy.hash();
    expect(brief(policy, aToolCall('read_file'))[0]).toBe('allow');
    text = 'forbid (principal, action, resource);';
    policy.reload();
    expect(brief(policy, aToolCall('read_file'))[0]).toBe('deny');
    expect(policy.hash()).not.toBe(before);
  });
});

/** Rules of every kind, to draw from. */
const userTexts = [
  '',
  'permit (principal, action == Action::"callToolUnattended", resource);',
  `permit (principal, action == Action::"callToolUnattended", resource)
     when { context.arguments has path && context.arguments.path like "/tmp/*" };
   forbid (principal, action == Action::"callTool", resource) when { resource.risk == "destroy" };`,
  `permit (principal, action, resource) when { context.severity == "none" };
   forbid (principal, action == Action::"callToolUnattended", resource) when { context.arguments has path };`,
  `permit (principal, action, resource);
   forbid (principal, action, resource) when { context.argumentsText like "*secret*" };
   forbid (principal, action == Action::"callTool", resource) when { context.arguments.path == 3 };`,
  'permit (principal, action, resource); forbid (oops);',
];
const managedTexts = [
  permitAll,
  'permit (principal, action in [Action::"connect", Action::"callTool"], resource);',
  `${permitAll} forbid (principal, action == Action::"callTool", resource)
     when { context.arguments has path && context.arguments.path like "/etc/*" };`,
  `permit (principal, action in [Action::"connect", Action::"callTool"], resource);
   permit (principal, action == Action::"callToolUnattended", resource) when { resource.risk == "read" };`,
  `${permitAll} forbid (principal, action == Action::"connect", resource) when { resource.transport == "http" };
   forbid (oops);`,
];
const anyForbid = fc.constantFrom(
  'forbid (principal, action, resource);',
  'forbid (principal, action == Action::"callToolUnattended", resource) when { !resource.trusted };',
  'forbid (principal, action == Action::"callTool", resource) when { context.arguments.path == 3 };',
  'forbid (principal, action, resource) unless { context.arguments has path };',
);
const anyUser = fc.constantFrom(...userTexts);
const anyManaged = fc.constantFrom(...managedTexts);

/** Loading is the slow part, so each pair of texts is loaded once per test. */
function aPolicyEach(): (user: string, managed?: string) => ReturnType<typeof aPolicy> {
  const known = new Map<string, ReturnType<typeof aPolicy>>();
  return (user, managed) => {
    const key = JSON.stringify([user, managed]);
    const policy = known.get(key) ?? aPolicy(user, managed === undefined ? {} : { managed });
    known.set(key, policy);
    return policy;
  };
}

const anyCall = fc
  .record({
    name: fc.constantFrom('read_file', 'write_file', 'delete_file', 'run', 'frob'),
    args: fc.constantFrom(
      {},
      { path: '/tmp/a' },
      { path: '/etc/a' },
      { path: 3 },
      { text: 'secret' },
    ),
    state: fc.constantFrom('accepted' as const, 'changed' as const, 'unlisted' as const),
    ambiguous: fc.boolean(),
  })
  .map(({ name, args, state, ambiguous }) =>
    aToolCall(name, args, { state, pin: 'p' }, { ambiguous }),
  );
const strictness = { allow: 0, ask: 1, deny: 2 } as const;

describe('properties', { timeout: 60_000 }, () => {
  test('a managed set never makes a decision looser, whatever it says', () => {
    const of = aPolicyEach();
    fc.assert(
      fc.property(anyUser, anyManaged, anyCall, (user, managed, call) => {
        const loose = of(user).decide(call, []).decision;
        const tight = of(user, managed).decide(call, []).decision;
        expect(strictness[tight]).toBeGreaterThanOrEqual(strictness[loose]);
      }),
    );
  });

  test('a decision of two sets is the stricter of both', () => {
    const of = aPolicyEach();
    fc.assert(
      fc.property(anyUser, anyManaged, anyCall, (user, managed, call) => {
        const strict = (mine: string, theirs?: string) =>
          strictness[of(mine, theirs).decide(call, []).decision];
        // The managed set alone stands beside a user set that only holds back what the built-in rules forbid.
        const expected = Math.max(strict(user), strict(permitAll, managed));
        expect(strict(user, managed)).toBe(expected);
      }),
    );
  });

  test('a forbid more never makes a decision looser, in either set', () => {
    const of = aPolicyEach();
    fc.assert(
      fc.property(anyUser, anyManaged, anyForbid, anyCall, (user, managed, forbid, call) => {
        const strict = (mine: string, theirs: string) =>
          strictness[of(mine, theirs).decide(call, []).decision];
        const before = strict(user, managed);
        expect(strict(`${user}\n${forbid}`, managed)).toBeGreaterThanOrEqual(before);
        expect(strict(user, `${managed}\n${forbid}`)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  test('what is remembered decides as what is fresh, in any order of calls', () => {
    const calls = fc.array(anyCall, { minLength: 2, maxLength: 6 });
    const [warmOf, coldOf] = [aPolicyEach(), aPolicyEach()];
    fc.assert(
      fc.property(anyUser, anyManaged, calls, (user, managed, several) => {
        const warm = warmOf(user, managed);
        const once = several.map((call) => warm.decide(call, []));
        const again = [...several].reverse().map((call) => warm.decide(call, []));
        const cold = coldOf(user, managed);
        const fresh = several.map((call) => {
          cold.reload();
          return cold.decide(call, []);
        });
        expect(once).toEqual(fresh);
        expect(again.reverse()).toEqual(fresh);
      }),
      { numRuns: 15 },
    );
  });
});

describe('every decision', () => {
  test('has the shape of the contract, a rule and a reason', () => {
    const policy = aPolicy(userTexts[4]);
    fc.assert(
      fc.property(anyCall, (call) => {
        const decision = policy.decide(call, []);
        expect(Decision.parse(decision)).toEqual(decision);
        expect(decision.rules.length).toBeGreaterThan(0);
        expect(decision.risk.reasons.length).toBeGreaterThan(0);
      }),
    );
  });

  test('carries the reasons of its own arguments, remembered or not', () => {
    const policy = aPolicy();
    const at = (path: string) =>
      policy.decide(aToolCall('read_file', { path }), []).risk.reasons[0];
    expect(at('/etc/hosts')).toContain('/etc/hosts');
    expect(at('/etc/passwd')).toContain('/etc/passwd');
  });

  test('cannot be changed from outside for the next one', () => {
    const policy = aPolicy();
    const call = aToolCall('write_file');
    const { rules } = policy.decide(call, []);
    expect(() => {
      rules.length = 0;
    }).toThrow(TypeError);
    expect(Object.isFrozen(rules[0])).toBe(true);
    expect(policy.decide(call, []).rules[0]?.text).toBe(defaultAskText('write'));
  });

  test('is a deny where a port throws', () => {
    const policy = aPolicy(undefined, {
      trustedServers: () => {
        throw new Error('no store');
      },
    });
    expect(policy.decide(aToolCall('read_file'), [])).toMatchObject({
      decision: 'deny',
      rules: [{ id: 'evaluation-failed', source: 'built-in' }],
      risk: { level: 'unknown' },
    });
  });

  test('two names that JSON tells apart are two', () => {
    const policy = aPolicy(
      '@id("a") forbid (principal, action == Action::"callTool", resource) when { resource.name == "x" };',
    );
    expect(brief(policy, aToolCall('x'))[0]).toBe('deny');
    expect(brief(policy, aToolCall('x","y'))[0]).toBe('ask');
    expect(brief(policy, aToolCall('x\u0000'))[0]).toBe('ask');
  });
});

describe('trust', () => {
  test('lowers a risk, and stops to when it is taken back', () => {
    const trusted = new Set(['srv_1']);
    const policy = aPolicy(undefined, { trustedServers: () => trusted });
    const call = aToolCall('weather', {}, { annotations: { readOnlyHint: true } });
    expect(brief(policy, call)[0]).toBe('allow');
    trusted.clear();
    expect(brief(policy, call)[0]).toBe('ask');
  });
});

describe('the policy as a whole', () => {
  test('gives its mode, hash and rules', () => {
    const policy = aPolicy('@id("mine") permit (principal, action, resource);', {
      managed: permitAll,
      mode: () => 'monitor',
    });
    expect(policy.mode()).toBe('monitor');
    expect(policy.hash()).toMatch(/^[0-9a-f]{64}$/);
    expect(
      policy
        .rules()
        .slice(0, 2)
        .map(({ id, source }) => [id, source]),
    ).toEqual([
      ['it-permits', 'managed'],
      ['mine', 'user'],
    ]);
  });

  test('keeps the hash over a reload without a change', () => {
    const policy = aPolicy('permit (principal, action, resource);');
    const before = policy.hash();
    policy.reload();
    expect(policy.hash()).toBe(before);
    rmSync(policy.file);
    policy.reload();
    expect(policy.hash()).not.toBe(before);
  });
});
