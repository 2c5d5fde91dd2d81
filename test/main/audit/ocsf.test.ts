import { describe, expect, test } from 'vitest';
import { ocsfEvent, severityOf } from '../../../main/audit/ocsf.ts';
import { CallOutcome, type Entry, EntryKind } from '../../../shared/audit.ts';
import { closed, opened } from './trail-child.ts';

const device = { host: 'laptop', user: 'ada', version: '1.0.0' };
const sealed = (input: Partial<Entry>): Entry => ({
  ...closed('c1'),
  sequence: 7,
  id: 'id-7',
  time: 1_700_000_000_000,
  chain: 'c',
  previousHash: 'p',
  hash: 'h',
  ...input,
});
const rule = { id: 'ask-write', text: 'Tools that write ask first.', source: 'built-in' as const };

test('a call is an API Activity of OCSF 1.8.0', () => {
  const event = ocsfEvent(
    sealed({
      decision: { decision: 'ask', rules: [rule], risk: 'write' },
      approver: { by: 'ada', how: 'person', lookedMs: 900 },
      server: { id: 'srv_1', label: 'npx files', name: 'files', version: '2.0' },
      process: { pid: 4, command: 'cursor' },
    }),
    device,
  );
  expect(event).toMatchObject({
    class_uid: 6003,
    category_uid: 6,
    activity_id: 3,
    type_uid: 600_303,
    time: 1_700_000_000_000,
    severity_id: 1,
    status_id: 1,
    status_code: 'ok',
    actor: {
      user: { name: 'ada' },
      app_name: 'Cursor',
      process: { pid: 4, cmd_line: 'cursor' },
      session: { uid: 'ses_1' },
    },
    api: {
      operation: 'tools/call',
      service: { name: 'files', version: '2.0', uid: 'srv_1' },
      request: { uid: 'c1' },
    },
    src_endpoint: { hostname: 'laptop' },
    resources: [{ name: 'write_file', type: 'MCP tool' }],
    metadata: {
      version: '1.8.0',
      profiles: ['security_control'],
      uid: 'id-7',
      sequence: 7,
      correlation_uid: 'c1',
    },
    action_id: 1,
    disposition_id: 8,
    policy: { uid: 'ask-write', desc: 'Tools that write ask first.' },
    unmapped: { tool_pin: 'pin', risk: 'write', approver: { by: 'ada', how: 'person' } },
  });
});

test.each([
  ['read', 2],
  ['write', 3],
  ['send', 1],
  ['destroy', 4],
  ['execute', 99],
  ['unknown', 99],
])('risk %s is activity %i', (risk, activity) => {
  const event = ocsfEvent(sealed({ decision: { decision: 'allow', rules: [], risk } }), device);
  expect(event).toMatchObject({ activity_id: activity, type_uid: 600_300 + activity });
});

test.each([
  ['resources/read', 2, 'MCP resource'],
  ['prompts/get', 2, 'MCP prompt'],
  ['tools/call', 99, 'MCP tool'],
])('without a decision %s is activity %i on an %s', (method, activity, type) => {
  const event = ocsfEvent(sealed({ ...opened('c1'), method }), device);
  expect(event).toMatchObject({ activity_id: activity, resources: [{ type }] });
});

describe('what Airlock did', () => {
  test.each([
    [{ outcome: 'ok' }, 1, 1],
    [{ outcome: 'tool-error' }, 1, 1],
    [{ outcome: 'ok', approver: { by: 'ada', how: 'person' } }, 1, 8],
    [{ outcome: 'denied-by-policy' }, 2, 2],
    [{ outcome: 'denied-by-person' }, 2, 2],
    [{ outcome: 'denied-by-timeout' }, 2, 2],
    [{ outcome: 'denied-by-kill' }, 2, 2],
    [{ outcome: 'refused' }, 2, 25],
    [{ outcome: 'internal-error' }, 2, 27],
    [{ outcome: 'cancelled' }, 0, 0],
    [{ outcome: 'interrupted' }, 0, 0],
    [{ outcome: 'ok', monitor: true }, 3, 17],
    [{ kind: 'tool.held' }, 2, 3],
  ] as const)('%o: action %i, disposition %i', (over, action, disposition) => {
    const event = ocsfEvent(sealed(over), device);
    expect(event).toMatchObject({ action_id: action, disposition_id: disposition });
  });

  test('an entry that decides nothing claims nothing', () => {
    const { outcome: _, ...rest } = sealed({ kind: 'app.started' });
    const event = ocsfEvent(rest, device);
    expect(event).not.toHaveProperty('action_id');
    expect(event).toMatchObject({
      activity_id: 99,
      api: { operation: 'tools/call' },
      status_id: 0,
    });
  });
});

test('every kind and every outcome has an event of the same class', () => {
  for (const kind of EntryKind.options) {
    for (const outcome of [undefined, ...CallOutcome.options]) {
      const { outcome: _, ...rest } = sealed({ kind });
      const entry = outcome === undefined ? rest : { ...rest, outcome };
      const event = ocsfEvent(entry, device);
      expect(event.class_uid).toBe(6003);
      expect(event.status_id).toBe(outcome === undefined ? 0 : outcome === 'ok' ? 1 : 2);
      expect([1, 2, 3, 4]).toContain(event.severity_id);
    }
  }
});

test('a finding makes an entry as grave as itself', () => {
  const finding = { code: 'c', place: '', message: '', owasp: '' };
  const levels = (['low', 'medium', 'high'] as const).map((severity) =>
    severityOf(sealed({ findings: [{ ...finding, severity }] })),
  );
  expect(levels).toEqual([2, 3, 4]);
  expect(severityOf(sealed({ outcome: 'internal-error', findings: [] }))).toBe(4);
});
