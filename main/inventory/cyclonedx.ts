import type { Inventory, InventoryServer, ServerPackage } from '../../shared/inventory.ts';
import { gravestRisk } from './inventory-csv.ts';
import { isLoopback, purlOf } from './server-facts.ts';

/** What a bill of materials says of itself. */
export interface BomFacts {
  /** A random UUID (RFC 9562), new for each document. */
  readonly serial: string;
  /** Airlock's own version. */
  readonly version: string;
  /** The name of this machine. */
  readonly host: string;
}

type Property = { readonly name: string; readonly value: string };

/**
 * The inventory as a CycloneDX 1.6 bill of materials (ECMA-424): a service for each server, a component for each
 * client and for each package or image a server comes from, and who depends on whom. What the standard has no word for
 * is a property under `airlock:`. Pure.
 */
export function cycloneDx(inventory: Inventory, { serial, version, host }: BomFacts) {
  const packages = new Map(
    inventory.servers.flatMap(({ package: of }) => (of === undefined ? [] : [[purlOf(of), of]])),
  );
  const clientRef = (id: string) => `client:${id}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: new Date(inventory.at).toISOString(),
      tools: { components: [{ type: 'application', name: 'Airlock Desktop', version }] },
      component: { type: 'device', 'bom-ref': 'device', name: host },
      properties: [
        ...inventory.stray.map(({ pid, command, app }) =>
          property('stray', `${pid} ${command}${app === undefined ? '' : ` (${app})`}`),
        ),
        ...inventory.ungoverned.map(({ clientName, name }) =>
          property('ungoverned', `${clientName}: ${name}`),
        ),
        ...inventory.problems.map((problem) => property('problem', problem)),
      ],
    },
    components: [
      ...inventory.agents.map(({ clientId, name, direct }) => ({
        type: 'application',
        'bom-ref': clientRef(clientId),
        name,
        properties: [property('client', clientId), property('direct', String(direct))],
      })),
      ...[...packages].map(([purl, of]) => componentOf(purl, of)),
    ],
    services: inventory.servers.map(serviceOf),
    dependencies: [
      {
        ref: 'device',
        dependsOn: inventory.agents.map(({ clientId }) => clientRef(clientId)),
      },
      ...inventory.agents.map(({ clientId, servers }) => ({
        ref: clientRef(clientId),
        dependsOn: servers,
      })),
      ...inventory.servers.map(({ id, package: of }) => ({
        ref: id,
        dependsOn: of === undefined ? [] : [purlOf(of)],
      })),
    ],
  };
}

const property = (name: string, value: string): Property => ({ name: `airlock:${name}`, value });

function componentOf(purl: string, { kind, name, version }: ServerPackage) {
  return {
    type: kind === 'oci' ? 'container' : 'application',
    'bom-ref': purl,
    name,
    ...(version === undefined ? {} : { version }),
    purl,
  };
}

function serviceOf(server: InventoryServer) {
  const { versions, owner, transport, target, tools, uses } = server;
  const remote = transport !== 'stdio' && URL.canParse(target) ? new URL(target) : undefined;
  const risk = gravestRisk(server);
  const version = versions[0]?.version;
  return {
    'bom-ref': server.id,
    name: versions[0]?.name || server.label,
    ...(version ? { version } : {}),
    ...(owner === undefined ? {} : { provider: { name: owner.name } }),
    ...(remote === undefined ? {} : { endpoints: [remote.href] }),
    'x-trust-boundary': remote !== undefined && !isLoopback(remote.hostname),
    properties: [
      property('transport', transport),
      property('target', target),
      property('route', server.route.state),
      property('evidence', server.route.evidence),
      property('trust', server.trust.state),
      property('present', String(server.present)),
      property('firstSeen', new Date(server.firstSeenAt).toISOString()),
      property('lastSeen', new Date(server.lastSeenAt).toISOString()),
      ...(risk === undefined ? [] : [property('gravestRisk', risk)]),
      ...tools.map(({ name, state, risk: of }) => property('tool', `${name} (${state}, ${of})`)),
      ...uses.map(({ clientName, name, file, route }) =>
        property('use', `${clientName}: ${name} in ${file} (${route.state})`),
      ),
      ...uses.flatMap(({ clientName, secrets }) =>
        secrets.map(({ location, kind }) =>
          property('secret', `${clientName}: ${location} (${kind})`),
        ),
      ),
    ],
  };
}
