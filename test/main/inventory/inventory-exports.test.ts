import { describe, expect, test } from 'vitest';
import { cycloneDx } from '../../../main/inventory/cyclonedx.ts';
import { inventoryOf } from '../../../main/inventory/inventory.ts';
import { inventoryCsv } from '../../../main/inventory/inventory-csv.ts';
import type { StrayServer } from '../../../shared/inventory.ts';
import { entryView, joined, report, sighting } from './inventory-fakes.ts';

const facts = { serial: '00000000-0000-4000-8000-000000000000', version: '1', host: 'desk' };

const stray: StrayServer = {
  pid: 7,
  command: 'npx other-mcp',
  parents: [],
  app: '=cmd|x',
  reason: 'It runs, and more.',
};

const inventory = inventoryOf(
  {
    at: Date.UTC(2026, 10, 24),
    report: {
      ...joined(
        report([
          entryView({ secrets: [{ location: 'env.TOKEN', kind: 'value' }] }),
          entryView({
            name: 'far',
            server: 'srv_2',
            transport: 'http',
            url: 'https://a.example/mcp',
          }),
        ]),
        report([entryView()], { client: 'zed', file: '/z' }),
      ),
      ungoverned: [
        { clientId: 'zed', clientName: 'Zed', kind: 'extension', name: 'x', advice: 'Ask.' },
      ],
    },
    sightings: new Map([
      [
        'srv_1',
        sighting({ versions: [{ name: 'f', version: '1.0', firstSeenAt: 1, lastSeenAt: 2 }] }),
      ],
      ['srv_9', sighting({ serverId: 'srv_9', label: '=2+5' })],
    ]),
    pins: ['read_file', 'delete_file'].map((tool) => ({
      serverId: 'srv_1',
      serverLabel: 'f',
      tool,
      state: 'accepted',
      acceptedHash: 'a',
      acceptedText: '{}',
      heldHash: '',
      heldText: '',
      findings: [],
      firstSeenAt: 1,
      changedAt: 1,
    })),
    sessions: [],
    stray: [stray],
    listeners: [],
    problems: ['Something could not be looked at.'],
  },
  { risk: ({ name }) => (name === 'delete_file' ? 'destroy' : 'read') },
);

describe('the inventory as CSV', () => {
  const [head = '', ...lines] = inventoryCsv(inventory).trimEnd().split('\r\n');

  test('has a line for each use, for each server without one, and for what is stray or beyond', () => {
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'server',
      'server',
      'server',
      'server',
      'stray',
      'ungoverned',
    ]);
    expect(lines.filter((line) => line.includes('srv_1'))).toHaveLength(2);
  });

  test('has a cell for every column in every line', () => {
    for (const line of lines.filter((one) => !one.includes('"'))) {
      expect(line.split(',')).toHaveLength(head.split(',').length);
    }
  });

  test('names the place of a secret, and the gravest risk', () => {
    const line = lines.find((one) => one.includes('cursor') && one.includes('srv_1')) ?? '';
    expect(line).toContain('env.TOKEN (value)');
    expect(line).toContain(',destroy,f 1.0,');
  });

  test('holds no formula', () => {
    expect(inventoryCsv(inventory)).toContain("'=2+5");
    expect(inventoryCsv(inventory)).toContain("'=cmd|x");
    expect(lines.flatMap((line) => line.split(',')).filter((cell) => /^"?=/.test(cell))).toEqual(
      [],
    );
  });
});

describe('the inventory as CycloneDX', () => {
  const bom = cycloneDx(inventory, facts);
  const refs = [
    bom.metadata.component['bom-ref'],
    ...bom.components.map((one) => one['bom-ref']),
    ...bom.services.map((one) => one['bom-ref']),
  ];

  test('says which document it is', () => {
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000',
      metadata: { timestamp: '2026-11-24T00:00:00.000Z' },
    });
  });

  test('names each thing once, and depends on nothing that it does not name', () => {
    expect(new Set(refs).size).toBe(refs.length);
    for (const { ref, dependsOn } of bom.dependencies) {
      expect(refs).toContain(ref);
      for (const other of dependsOn) expect(refs).toContain(other);
    }
  });

  test('has the package of a server as a component with its purl', () => {
    expect(bom.components.find((one) => 'purl' in one)).toEqual({
      type: 'application',
      'bom-ref': 'pkg:npm/%40modelcontextprotocol/server-filesystem@2026.8.31',
      name: '@modelcontextprotocol/server-filesystem',
      version: '2026.8.31',
      purl: 'pkg:npm/%40modelcontextprotocol/server-filesystem@2026.8.31',
    });
  });

  test('has a remote server with its endpoint beyond the trust boundary', () => {
    expect(bom.services.find((one) => one['bom-ref'] === 'srv_2')).toMatchObject({
      endpoints: ['https://a.example/mcp'],
      'x-trust-boundary': true,
      provider: { name: 'a.example' },
    });
    expect(bom.services.find((one) => one['bom-ref'] === 'srv_1')).toMatchObject({
      name: 'f',
      version: '1.0',
      'x-trust-boundary': false,
    });
  });

  test('tells of what is stray, beyond, or could not be looked at', () => {
    expect(bom.metadata.properties.map(({ name }) => name)).toEqual([
      'airlock:stray',
      'airlock:ungoverned',
      'airlock:problem',
    ]);
  });
});
