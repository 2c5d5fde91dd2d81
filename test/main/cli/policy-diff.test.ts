import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { makeRecord } from '../../../main/audit/record.ts';
import { openTrail } from '../../../main/audit/trail.ts';
import { keptBundle } from '../../../main/cli/policy-current.ts';
import { policyDiff } from '../../../main/cli/policy-diff.ts';
import type { DiffSummary } from '../../../main/cli/policy-diff-table.ts';
import { maskSecrets } from '../../../main/inspection/mask.ts';
import { makeRequestInspection } from '../../../main/inspection/request.ts';
import { signBundleJws } from '../../../main/managed/bundle-jws.ts';
import { openStateStore } from '../../../main/storage/state-store.ts';
import type { Call } from '../../../shared/call.ts';
import { realPorts } from '../audit/trail-child.ts';
import { aPolicy, aToolCall } from '../policy/a-policy.ts';
import { aFolder, aPolicyFolder, bundle, run } from './policy-desk.ts';

const onTool = '(principal, action == Action::"callTool", resource)';
const machine = { platform: 'linux', home: '/home/ada', tmp: '/tmp', env: {} } as const;

/** A data folder in which the app has decided these calls by its defaults and the person's own rules. */
function aPast(calls: readonly Call[], own = ''): string {
  const data = aFolder(own === '' ? {} : { 'policy.cedar': own });
  const trail = openTrail(join(data, 'trail.db'), realPorts);
  const record = makeRecord({ trail, mask: (text) => maskSecrets(text).text });
  const policy = aPolicy(own === '' ? undefined : own);
  const inspect = makeRequestInspection();
  for (const call of calls) {
    const opened = record.open(call);
    if (!opened.ok) throw new Error(opened.problem.message);
    const findings = inspect(call);
    opened.value.close({ outcome: 'ok', decision: policy.decide(call, findings), findings });
  }
  trail.close();
  return data;
}

/** Remembers the definition that the tools of `aToolCall` are pinned to. */
function remember(data: string, tool: string, annotations: object): void {
  const state = openStateStore(join(data, 'state.db'));
  if (!state.ok) throw new Error(state.problem.message);
  state.value.pins.save({
    serverId: 'srv_1',
    serverLabel: 'npx files',
    tool,
    state: 'accepted',
    acceptedHash: 'pin-1',
    acceptedText: JSON.stringify({ name: tool, annotations }),
    heldHash: '',
    heldText: '',
    findings: [],
    firstSeenAt: 1,
    changedAt: 1,
  });
  state.value.close();
}

const times = (n: number, make: () => Call): Call[] => Array.from({ length: n }, make);

async function diff(
  data: string,
  rules: string,
  { against = 'recorded', days = 7, now = Date.now() } = {},
) {
  const folder = aPolicyFolder(rules);
  const done = await run((out) =>
    policyDiff({ data, machine }, { folder, days, against }, out, () => now),
  );
  return { ...done, summary: done.document as DiffSummary };
}

describe('airlock policy diff', () => {
  test('counts what would change, by tool and rule, and what would not', async () => {
    const data = aPast([
      ...times(3, () => aToolCall('read_file', { path: '/home/ada/a' })),
      ...times(2, () => aToolCall('write_file', { path: '/home/ada/a' })),
      aToolCall('send_message'),
    ]);
    const { code, text, summary } = await diff(
      data,
      `@id("no-writing") forbid ${onTool} when { resource.risk == "write" };
       @id("reads-ask") forbid (principal, action == Action::"callToolUnattended", resource) when { resource.risk == "read" };`,
    );
    expect(code).toBe(0);
    expect(summary).toMatchObject({ calls: 6, same: 1, changed: 5, uncertain: 0, undecided: 0 });
    expect(summary.rows).toEqual([
      {
        tool: 'read_file',
        server: 'npx files',
        was: 'allow',
        would: 'ask',
        rule: 'reads-ask',
        calls: 3,
        uncertain: 0,
      },
      {
        tool: 'write_file',
        server: 'npx files',
        was: 'ask',
        would: 'deny',
        rule: 'no-writing',
        calls: 2,
        uncertain: 0,
      },
    ]);
    expect(text.split('\n').slice(0, 5)).toEqual([
      '6 calls of the last 7 days: 1 would be decided as before, 5 differently.',
      '',
      'change       tool        calls  uncertain  by rule     server',
      'allow → ask  read_file   3                 reads-ask   npx files',
      'ask → deny   write_file  2                 no-writing  npx files',
    ]);
  });

  test('takes arguments, resources, clients and connections from the trail', async () => {
    const data = aPast([
      aToolCall('read_file', { path: '/home/ada/secret-plans.txt' }),
      aToolCall('read_file', { path: '/home/ada/a' }),
      { ...aToolCall('x'), action: 'readResource', method: 'resources/read', target: 'docs://a' },
    ]);
    const { summary } = await diff(
      data,
      `@id("plans") forbid (principal == Agent::"cursor", action == Action::"callTool", resource in Server::"srv_1")
       when { context.connection == "files" && context.arguments has path && context.arguments.path like "*plans*" };
       @id("docs") forbid (principal, action == Action::"readResource", resource) when { resource.name like "docs:*" };`,
    );
    expect(summary.rows.map(({ rule, calls }) => [rule, calls])).toEqual([
      ['plans', 1],
      ['docs', 1],
    ]);
    expect(summary.uncertain).toBe(0);
  });

  test('says where masked or cut arguments leave it open', async () => {
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    const long = 'x'.repeat(40_000);
    const data = aPast([
      aToolCall('read_file', { q: secret }),
      aToolCall('read_file', { q: long }),
      aToolCall('read_file', { q: 'plain' }),
    ]);
    const byArguments = await diff(
      data,
      `@id("g") forbid ${onTool} when { context.argumentsText like "*ghp_a*" };`,
    );
    // The first was forbidden by the rule in truth; from the trail nobody can tell, and that is what is said.
    expect(byArguments.summary).toMatchObject({ uncertain: 2, doubts: { arguments: 2 } });
    expect(byArguments.text).toContain('2 of the 3 cannot be told for certain:');
    expect(byArguments.text).toContain('2: a rule reads the arguments, and the trail holds them');
    const otherTool = await diff(
      data,
      `@id("g") forbid (principal, action == Action::"callTool", resource == Tool::"srv_1/other")
       when { context.argumentsText like "*ghp_a*" };`,
    );
    expect(otherTool.summary.uncertain).toBe(0);
  });

  test('says where the risk was another, and knows it again by the remembered definition', async () => {
    const call = () => aToolCall('read_file', {}, { annotations: { destructiveHint: true } });
    const data = aPast([call(), call()]);
    const rule = `@id("d") forbid ${onTool} when { resource.risk == "destroy" };`;
    const forgotten = await diff(data, rule);
    expect(forgotten.summary).toMatchObject({ uncertain: 2, doubts: { risk: 2 } });
    remember(data, 'read_file', { destructiveHint: true });
    const known = await diff(data, rule);
    expect(known.summary).toMatchObject({ uncertain: 0, changed: 2 });
    expect(known.summary.rows[0]).toMatchObject({ was: 'ask', would: 'deny', rule: 'd' });
  });

  test('says where a rule asks for a definition or a person that the trail does not tell', async () => {
    const data = aPast([aToolCall('read_file')]);
    const definition = await diff(data, `@id("d") forbid ${onTool} when { resource.destructive };`);
    expect(definition.summary.doubts).toEqual({ definition: 1 });
    const group = await diff(
      data,
      `@id("d") forbid (principal in Group::"g", action == Action::"callTool", resource);`,
    );
    expect(group.summary.doubts).toEqual({ person: 1 });
    const elsewhere = await diff(
      data,
      `@id("d") forbid (principal in Group::"g", action == Action::"sample", resource);`,
    );
    expect(elsewhere.summary.doubts).toEqual({});
  });

  test('looks no further back than it is told, and says when there is nothing', async () => {
    const data = aPast([aToolCall('read_file')]);
    const later = Date.now() + 2 * 24 * 60 * 60 * 1_000;
    expect((await diff(data, '', { days: 1, now: later })).text).toBe(
      'The trail holds no decided call of the last day.',
    );
    expect((await diff(data, '', { days: 3, now: later })).summary.calls).toBe(1);
  });

  test('leaves out what never came to a decision', async () => {
    const data = aFolder();
    const trail = openTrail(join(data, 'trail.db'), realPorts);
    const record = makeRecord({ trail, mask: (text) => text });
    const opened = record.open(aToolCall('read_file'));
    if (opened.ok) opened.value.close({ outcome: 'denied-by-kill', findings: [] });
    trail.close();
    expect((await diff(data, '')).summary).toMatchObject({ calls: 0, undecided: 1 });
  });

  test('compares with another folder, and with what is in force on this machine', async () => {
    const own = `@id("own") forbid ${onTool} when { resource.name == "list_issues" };`;
    const data = aPast([aToolCall('read_file'), aToolCall('list_issues')], own);
    const noReading = `@id("r") forbid ${onTool} when { resource.risk == "read" };`;
    const other = aPolicyFolder(noReading);
    const against = await diff(data, '', { against: other });
    // The person's own rule stands in both.
    expect(against.summary.rows.map(({ tool, was, would }) => [tool, was, would])).toEqual([
      ['read_file', 'deny', 'allow'],
    ]);
    const current = await diff(data, noReading, { against: 'current' });
    expect(current.summary.rows.map(({ tool, was, would }) => [tool, was, would])).toEqual([
      ['read_file', 'allow', 'deny'],
    ]);
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const payload = { ...bundle, issued: '2026-01-01T00:00:00Z', expires: '2027-01-01T00:00:00Z' };
    const key = { ...(await exportJWK(privateKey)), kid: 'k' };
    const taken = `permit (principal, action, resource); ${noReading}`;
    writeFileSync(keptBundle(data), await signBundleJws({ ...payload, cedar: taken }, key));
    const managed = await diff(data, noReading, { against: 'current' });
    expect(managed.summary).toMatchObject({ calls: 2, changed: 0 });
    writeFileSync(keptBundle(data), 'broken');
    expect((await diff(data, '', { against: 'current' })).code).toBe('no-bundle');
  });

  test('has a sentence for what it cannot use', async () => {
    expect((await diff(aFolder(), '')).code).toBe('no-trail');
    const data = aPast([]);
    expect((await diff(data, '', { against: '/no/such' })).code).toBe('no-folder');
    const broken = await diff(data, '@id("x") forbid (principal, action, resource) when { no };');
    expect([broken.code, broken.notes.join()]).toEqual([1, expect.stringContaining('[x]')]);
  });

  test('shows nothing of a trail that could move a terminal', async () => {
    const data = aPast([aToolCall('read_\u001b[2Jfile\u202e')]);
    const { text } = await diff(data, `@id("x") forbid ${onTool};`);
    expect(text).toContain('read_ [2Jfile');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });
});
