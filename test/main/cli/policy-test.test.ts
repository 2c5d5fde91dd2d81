import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policyExplain } from '../../../main/cli/policy-explain.ts';
import { policyTest } from '../../../main/cli/policy-test.ts';
import { aFolder, aPolicyFolder, bundle, examples, run } from './policy-desk.ts';

interface Case {
  readonly request: unknown;
  readonly decision: string;
  readonly rules?: readonly string[];
}

/** Runs one request against rules and gives what came of it. */
async function outcome(rules: string, { request, decision, rules: ids }: Case, more = {}) {
  const tests = {
    tests: [{ name: 'it', request, expect: { decision, ...(ids ? { rules: ids } : {}) } }],
    ...more,
  };
  const folder = aPolicyFolder(rules, { 'tests.json': JSON.stringify(tests) });
  return run((out) => policyTest(folder, out));
}

const onTool = '(principal, action == Action::"callTool", resource)';

describe('airlock policy test', () => {
  test('tells what passes and what fails, and why', async () => {
    const tests = {
      tests: [
        { name: 'reads', request: { tool: 'read_file' }, expect: { decision: 'allow' } },
        { name: 'writes', request: { tool: 'write_file' }, expect: { decision: 'deny' } },
        {
          name: 'by base',
          request: { tool: 'read_file' },
          expect: { decision: 'allow', rules: ['base', 'other'] },
        },
      ],
    };
    const folder = aPolicyFolder('', { 'tests.json': JSON.stringify(tests) });
    const { code, text, document } = await run((out) => policyTest(folder, out));
    expect(code).toBe(1);
    expect(text.split('\n')).toEqual([
      'ok    reads    allow  base, read-unattended, use-servers',
      'FAIL  writes   ask    default, base, use-servers (expected deny)',
      'FAIL  by base  allow  base, read-unattended, use-servers (expected rule other)',
      '1 of 3 tests pass.',
    ]);
    expect(document).toMatchObject({ passed: 1, failed: 2 });
  });

  test.each<[string, string, Case]>([
    [
      'the client and the person',
      `@id("r") forbid (principal == Agent::"zed", action == Action::"callTool", resource)
       when { principal in Group::"staff" && principal.signedIn && principal.client == "Zed" };`,
      {
        request: {
          client: 'zed',
          person: 'ada',
          groups: ['staff'],
          signedIn: true,
          tool: 'read_file',
        },
        decision: 'deny',
        rules: ['r'],
      },
    ],
    [
      'nobody of an earlier request',
      `@id("r") forbid ${onTool} when { principal in Group::"staff" };`,
      { request: { tool: 'read_file' }, decision: 'allow' },
    ],
    [
      'the server by its id, and its transport',
      '@id("r") forbid (principal, action, resource in Server::"srv_x") when { resource.transport == "sse" };',
      {
        request: { server: { id: 'srv_x', transport: 'sse' }, tool: 'read_file' },
        decision: 'deny',
        rules: ['r'],
      },
    ],
    [
      'a trusted server, whose word lowers the risk',
      '',
      {
        request: {
          server: { trusted: true },
          tool: 'frobnicate',
          annotations: { readOnlyHint: true },
        },
        decision: 'allow',
      },
    ],
    [
      'the arguments',
      `@id("r") forbid ${onTool} when { context.arguments has path && context.arguments.path == "/a" };`,
      { request: { tool: 'read_file', arguments: { path: '/a' } }, decision: 'deny', rules: ['r'] },
    ],
    [
      'arguments that say a thing twice',
      '',
      {
        request: { tool: 'read_file', argumentsText: '{"path":"a","path":"b"}' },
        decision: 'ask',
        rules: ['ambiguous-asks'],
      },
    ],
    [
      'a secret, as the inspection sees it',
      `@id("r") forbid ${onTool} when { context.secrets };`,
      {
        request: {
          tool: 'read_file',
          arguments: { q: 'ghp_abcdefghijklmnopqrstuvwxyz0123456789' },
        },
        decision: 'deny',
        rules: ['r'],
      },
    ],
    [
      'a finding that is given',
      `@id("r") forbid ${onTool} when { context.findings.contains("odd") };`,
      {
        request: { tool: 'read_file', context: { findings: [{ code: 'odd', severity: 'low' }] } },
        decision: 'deny',
        rules: ['r'],
      },
    ],
    [
      'the hour',
      `@id("r") forbid ${onTool} when { context.hour == 3 };`,
      { request: { tool: 'read_file', context: { hour: 3 } }, decision: 'deny', rules: ['r'] },
    ],
    [
      'the rate, this call included',
      `@id("r") forbid ${onTool} when { context.rate > 5 };`,
      { request: { tool: 'read_file', context: { rate: 6 } }, decision: 'deny', rules: ['r'] },
    ],
    [
      'a rate that is not reached',
      `@id("r") forbid ${onTool} when { context.rate > 5 };`,
      { request: { tool: 'read_file', context: { rate: 5 } }, decision: 'allow' },
    ],
    [
      'a held tool',
      '',
      {
        request: { tool: 'read_file', pinState: 'changed' },
        decision: 'deny',
        rules: ['held-changed'],
      },
    ],
    ['a resource', '', { request: { resource: 'docs://a' }, decision: 'allow' }],
    ['a prompt', '', { request: { prompt: 'a' }, decision: 'allow' }],
    ['what a server asks', '', { request: { asks: 'elicit' }, decision: 'allow' }],
  ])('knows %s', async (_, rules, one) => {
    expect((await outcome(rules, one)).text).toMatch(/1 of 1 tests pass\.$/);
  });

  test('takes the registry of the bundle at its word', async () => {
    const registry = {
      deny: [{ server: { package: 'npm:bad' }, reason: 'It was taken over' }],
      allow: [{ server: { url: 'https://mcp.example.com/*' }, trusted: true }],
    };
    const request = (server: string) => ({
      server,
      tool: 'frobnicate',
      annotations: { readOnlyHint: true },
    });
    const tests = {
      tests: [
        ['npx -y bad@1.2', 'deny', ['registry']],
        ['npx -y good', 'ask', ['base']],
        ['https://mcp.example.com/x', 'allow', ['base']],
      ].map(([server, decision, rules]) => ({
        name: server,
        request: request(String(server)),
        expect: { decision, rules },
      })),
    };
    const folder = aPolicyFolder('', {
      'bundle.json': JSON.stringify({ ...bundle, registry }),
      'tests.json': JSON.stringify(tests),
    });
    expect((await run((out) => policyTest(folder, out))).text).toMatch(/3 of 3 tests pass\.$/);
  });

  test('tries paths on the machine that the tests name', async () => {
    const request = { tool: 'read_file', arguments: { path: 'C:\\Users\\ada\\a.txt' } };
    const machine = { platform: 'win32', home: 'C:\\Users\\ada' };
    const passes = /1 of 1 tests pass\.$/;
    expect((await outcome('', { request, decision: 'allow' }, { machine })).text).toMatch(passes);
  });

  test('says so where rules cannot be used, and what they come to', async () => {
    const { notes, code } = await outcome(
      '@id("r") forbid (principal, action, resource) when { nonsense };',
      {
        request: { tool: 'read_file' },
        decision: 'allow',
      },
    );
    expect(notes.join()).toContain('error [r]');
    expect(code).toBe(1);
  });

  test('has a sentence where there is nothing to run', async () => {
    expect((await run((out) => policyTest(aPolicyFolder(), out))).code).toBe('no-tests');
    expect((await run((out) => policyTest('/no/such', out))).code).toBe('no-folder');
    const folder = aPolicyFolder('', { 'tests.json': '{"tests": 1}' });
    const { code, problem } = await run((out) => policyTest(folder, out));
    expect([code, problem]).toEqual([
      'tests',
      'tests.json:1:2: tests: Invalid input: expected array, received number.',
    ]);
  });
});

describe('airlock policy explain', () => {
  const explain = (folder: string, request: string) =>
    run((out) => policyExplain(folder, request, out));

  test('shows the rules of a decision with their line, text and reason', async () => {
    const folder = aPolicyFolder(
      `@id("no-etc")\n@text("Nothing may touch /etc.")\nforbid ${onTool}\nwhen { context.argumentsText like "*/etc/*" };`,
    );
    const request = '{"tool": "write_file", "arguments": {"path": "/etc/hosts"}}';
    const { code, text, document } = await explain(folder, request);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      decision: 'deny',
      rules: [{ id: 'no-etc', source: 'managed', effect: 'forbid', line: 3 }],
    });
    expect(text).toContain('forbid  no-etc  (policy.cedar:3)\n  Nothing may touch /etc.');
    expect(text).toContain('    when { context.argumentsText like "*/etc/*" };');
    expect(text).toContain('Risk: execute.');
  });

  test('names the defaults, and that no rule permits, by what they are', async () => {
    const { text } = await explain(aPolicyFolder(), '{"tool": "write_file"}');
    expect(text).toContain("no rule  default  (Airlock's defaults)\n  Tools that write ask first.");
    expect(text).toContain('permit  base  (policy.cedar:1)');
  });

  test('reads the request from a file, and says what is wrong with it', async () => {
    const folder = join(examples, 'starter');
    const files = aFolder({ 'r.json': '{"tool": "read_file"}', 'bad.json': '{"tol": "x"}' });
    expect((await explain(folder, join(files, 'r.json'))).text).toMatch(/^ALLOW/);
    const bad = await explain(folder, join(files, 'bad.json'));
    expect(bad.code).toBe('request');
    expect(bad.problem).toBe('The request cannot be used (1:2): Unrecognized key: "tol".');
    expect((await explain(folder, 'no-such.json')).code).toBe('no-file');
  });
});
