import { describe, expect, test } from 'vitest';
import {
  type InventoryJudges,
  type InventoryParts,
  inventoryOf,
} from '../../../main/inventory/inventory.ts';
import type { PinRow } from '../../../main/inventory/pin-store.ts';
import { toolRisk } from '../../../main/policy/risk.ts';
import { Inventory, type InventoryServer } from '../../../shared/inventory.ts';
import { entryView, joined, report, sighting } from './inventory-fakes.ts';

const judges: InventoryJudges = { risk: (tool, trusted) => toolRisk(tool, trusted).level };

const parts = (more: Partial<InventoryParts> = {}): InventoryParts => ({
  at: 1_000,
  report: report([entryView()]),
  sightings: new Map(),
  pins: [],
  sessions: [],
  stray: [],
  listeners: [],
  problems: [],
  ...more,
});

const serversOf = (more: Partial<InventoryParts>, by: Partial<InventoryJudges> = {}) =>
  Inventory.parse(inventoryOf(parts(more), { ...judges, ...by })).servers;

const one = (more: Partial<InventoryParts>, by: Partial<InventoryJudges> = {}): InventoryServer => {
  const [server] = serversOf(more, by);
  if (server === undefined) throw new Error('no server');
  return server;
};

const pin = (tool: string, more: Partial<PinRow> = {}): PinRow => ({
  serverId: 'srv_1',
  serverLabel: 'files',
  tool,
  state: 'accepted',
  acceptedHash: 'a',
  acceptedText: JSON.stringify({ name: tool, title: `The ${tool}` }),
  heldHash: '',
  heldText: '',
  findings: [],
  firstSeenAt: 1,
  changedAt: 1,
  ...more,
});

describe('a server', () => {
  test('has what its entry, its package and memory tell', () => {
    const seen = sighting({
      detectedAfterMs: 12,
      versions: [
        { name: 'f', version: '1', firstSeenAt: 1, lastSeenAt: 2 },
        { name: 'f', version: '2', firstSeenAt: 3, lastSeenAt: 4 },
      ],
    });
    const secrets = [{ location: 'env.TOKEN', kind: 'value' }];
    const found = one({
      report: report([entryView({ secrets })]),
      sightings: new Map([['srv_1', seen]]),
    });
    expect(found).toMatchObject({
      id: 'srv_1',
      target: 'npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /tmp',
      package: {
        kind: 'npm',
        name: '@modelcontextprotocol/server-filesystem',
        version: '2026.8.31',
      },
      owner: { name: '@modelcontextprotocol', from: 'package' },
      trust: { state: 'unreviewed' },
      firstSeenAt: 100,
      lastSeenAt: 1_000,
      detectedAfterMs: 12,
      present: true,
    });
    expect(found.versions.map(({ version }) => version)).toEqual(['2', '1']);
    expect(found.uses).toMatchObject([
      {
        clientId: 'cursor',
        clientName: 'Cursor',
        name: 'files',
        file: '/h/.cursor/mcp.json',
        scope: 'user',
        secrets,
      },
    ]);
  });

  test('that was never remembered is first seen now', () => {
    expect(one({})).toMatchObject({ firstSeenAt: 1_000, lastSeenAt: 1_000, versions: [] });
  });

  test('in two clients is one server with two uses', () => {
    const both = joined(
      report([entryView()]),
      report([entryView()], { client: 'zed', file: '/z' }),
    );
    const servers = serversOf({ report: both });
    expect(servers).toHaveLength(1);
    expect(servers[0]?.uses.map(({ clientId }) => clientId)).toEqual(['cursor', 'zed']);
  });

  test('that no config names any more stays listed, last and with when it was seen', () => {
    const servers = serversOf({ sightings: new Map([['srv_9', sighting({ serverId: 'srv_9' })]]) });
    expect(servers.map(({ id, present }) => [id, present])).toEqual([
      ['srv_1', true],
      ['srv_9', false],
    ]);
    expect(servers[1]).toMatchObject({
      lastSeenAt: 200,
      uses: [],
      route: { state: 'unknown', evidence: 'No config names it any more.' },
    });
  });

  test('has its tools by name, with the risk of each and what waits', () => {
    const finding = { code: 'x', severity: 'high', place: 'p', message: 'm', owasp: 'o' } as const;
    const pins = [
      pin('write_file'),
      pin('read_file'),
      pin('odd', {
        state: 'quarantined',
        acceptedHash: '',
        acceptedText: '',
        heldText: '{}',
        findings: [finding],
      }),
      pin('gone', { state: 'unlisted' }),
      pin('other', { serverId: 'srv_2' }),
    ];
    expect(one({ pins }).tools).toEqual([
      { name: 'odd', state: 'quarantined', risk: 'unknown', findings: 1 },
      { name: 'read_file', title: 'The read_file', state: 'accepted', risk: 'read', findings: 0 },
      {
        name: 'write_file',
        title: 'The write_file',
        state: 'accepted',
        risk: 'write',
        findings: 0,
      },
    ]);
  });

  test('is trusted, and owned, as IT says', () => {
    const found = one(
      {},
      {
        standing: () => ({
          state: 'trusted',
          reason: 'IT lists it.',
          owner: { name: 'Platform', from: 'registry' },
        }),
      },
    );
    expect(found.trust).toEqual({ state: 'trusted', reason: 'IT lists it.' });
    expect(found.owner).toEqual({ name: 'Platform', from: 'registry' });
  });

  test('counts the sessions that are live', () => {
    const session = { serverId: 'srv_1', connectionId: 'con_1' };
    const sessions = (['ready', 'starting', 'failed', 'stopped'] as const).map((state) => ({
      ...session,
      state,
    }));
    expect(one({ sessions }).live).toBe(2);
  });
});

describe('the route of a server', () => {
  const ours = { protected: true, connectionId: 'con_1', routeState: 'unknown' } as const;
  const called = new Map([['srv_1', sighting({ calls: { con_1: 900 } })]]);

  test.each<[string, Parameters<typeof entryView>[0], Partial<InventoryParts>, string, RegExp]>([
    ['not under Airlock', {}, {}, 'direct', /starts the server without Airlock\.$/],
    ['not under Airlock and switched off', { disabled: true }, {}, 'direct', /switched off/],
    [
      'an address',
      { transport: 'http', url: 'https://a.example/mcp' },
      {},
      'direct',
      /reaches the server/,
    ],
    [
      'stopped by its vendor',
      { routeState: 'blocked', notGovernable: 'The list of IT denies it.' },
      {},
      'blocked',
      /list of IT/,
    ],
    [
      'what cannot be read',
      { transport: 'unknown', routeState: 'unknown' },
      {},
      'unknown',
      /does not tell/,
    ],
    ['under Airlock, never called', ours, {}, 'unknown', /no call has come/],
    [
      'under Airlock, connected',
      ours,
      { sessions: [{ serverId: 'srv_1', connectionId: 'con_1', state: 'ready' }] },
      'unknown',
      /connected through Airlock/,
    ],
    ['under Airlock, called', ours, { sightings: called }, 'routed', /A call came/],
    [
      'under Airlock, unknown connection',
      { ...ours, notGovernable: 'Not known here.' },
      { sightings: called },
      'unknown',
      /Not known/,
    ],
    [
      'called through another connection',
      { ...ours, connectionId: 'con_2' },
      { sightings: called },
      'unknown',
      /no call/,
    ],
  ])('%s', (_, entry, more, state, evidence) => {
    const { route } = one({ report: report([entryView(entry)]), ...more });
    expect(route.state).toBe(state);
    expect(route.evidence).toMatch(evidence);
  });

  test('carries when the proof was seen', () => {
    expect(one({ report: report([entryView(ours)]), sightings: called }).route.at).toBe(900);
  });

  test('is blocked while a kill covers the connection', () => {
    const refusal: InventoryJudges['refusal'] = (target) =>
      target.clientId === 'cursor' && target.serverId === 'srv_1'
        ? 'Everything is stopped.'
        : undefined;
    const { route } = one({ report: report([entryView(ours)]), sightings: called }, { refusal });
    expect(route).toEqual({ state: 'blocked', evidence: 'Everything is stopped.', at: 900 });
  });

  test('is that of its least governed use', () => {
    const both = joined(
      report([entryView(ours)]),
      report([entryView(), entryView({ name: 'two' })], { client: 'zed' }),
    );
    expect(one({ report: both, sightings: called }).route).toEqual({
      state: 'direct',
      evidence: 'zed: Its entry starts the server without Airlock. So do 1 more.',
    });
  });

  test('a use that is switched off counts only where all are', () => {
    const both = joined(
      report([entryView(ours)]),
      report([entryView({ disabled: true })], { client: 'zed' }),
    );
    expect(one({ report: both, sightings: called }).route.state).toBe('routed');
  });
});

test('agents have their servers, and how many of their entries are direct', () => {
  const entries = [
    entryView(),
    entryView({ server: 'srv_2', protected: true, routeState: 'unknown' }),
    entryView({ server: '', transport: 'unknown', routeState: 'unknown' }),
  ];
  expect(inventoryOf(parts({ report: report(entries) }), judges).agents).toEqual([
    { clientId: 'cursor', name: 'Cursor', files: 1, servers: ['srv_1', 'srv_2'], direct: 1 },
  ]);
});

test('the least governed come first', () => {
  const entries = [
    entryView({ server: 'srv_1', protected: true, connectionId: 'con_1', routeState: 'unknown' }),
    entryView({ server: 'srv_2' }),
    entryView({ server: 'srv_3', routeState: 'blocked', notGovernable: 'x' }),
    entryView({ server: 'srv_4', protected: true, connectionId: 'con_4', routeState: 'unknown' }),
  ];
  const sightings = new Map([['srv_1', sighting({ calls: { con_1: 1 } })]]);
  const servers = serversOf({ report: report(entries), sightings });
  expect(servers.map(({ id }) => id)).toEqual(['srv_2', 'srv_4', 'srv_3', 'srv_1']);
});
