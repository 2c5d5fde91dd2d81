import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { RiskLevel } from '../../shared/policy.ts';
import { cedarText, mappingBounds, toCedarRecord } from './cedar-value.ts';
import type { ScopeQuestion } from './scope.ts';

/** What the policy stage itself knows of a call beyond the call. */
export interface CallFacts {
  readonly riskLevel: RiskLevel;
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly openWorld: boolean;
  readonly trusted: boolean;
  readonly groups: readonly string[];
  readonly findings: readonly Finding[];
  readonly tooLarge: boolean;
  /** Hour of the local day, 0 to 23. */
  readonly hour: number;
}

/** The parts of a question to Cedar that do not hold the call's arguments. */
export interface Subject {
  readonly principal: TypeAndId;
  readonly resource: TypeAndId;
  readonly server: TypeAndId;
  readonly entities: EntityJson[];
  readonly above: Pick<ScopeQuestion, 'principalAbove' | 'resourceAbove'>;
}

const resourceTypes = {
  callTool: 'Tool',
  readResource: 'Resource',
  getPrompt: 'Prompt',
  sample: 'Server',
  elicit: 'Server',
} as const;

/** A tool, resource or prompt is named by its server and its own name, as two servers may use one name. */
function resourceOf(call: Call): TypeAndId {
  const type = resourceTypes[call.action];
  const own = type === 'Server' ? call.server.id : `${call.server.id}/${call.target}`;
  return { type, id: cedarText(own) };
}

/** Builds the entities of a call: the agent below its person and groups, the resource below its server. */
export function subjectOf(call: Call, facts: CallFacts): Subject {
  const person = { type: 'Person', id: cedarText(call.agent.person) };
  const groups = facts.groups.map((group) => ({ type: 'Group', id: cedarText(group) }));
  const principal = { type: 'Agent', id: cedarText(call.agent.clientId) };
  const server = { type: 'Server', id: cedarText(call.server.id) };
  const resource = resourceOf(call);
  const isServer = resource.type === 'Server';
  const common = {
    server: server.id,
    serverLabel: cedarText(call.server.label),
    transport: call.server.transport,
    trusted: facts.trusted,
    risk: facts.riskLevel,
    readOnly: facts.readOnly,
    destructive: facts.destructive,
    openWorld: facts.openWorld,
  };
  const entities: EntityJson[] = [
    {
      uid: principal,
      attrs: {
        client: cedarText(call.agent.clientName),
        person: person.id,
        groups: groups.map(({ id }) => id),
        signedIn: call.agent.signedIn ?? false,
        process: call.agent.processVerdict ?? 'unknown',
      },
      parents: [person, ...groups],
    },
    { uid: person, attrs: {}, parents: groups },
    {
      uid: server,
      attrs: { ...common, name: common.serverLabel, pinState: 'none' },
      parents: [],
    },
  ];
  if (!isServer) {
    const pinState = call.action === 'callTool' ? (call.tool?.state ?? 'unlisted') : 'none';
    const attrs = { ...common, name: cedarText(call.target), pinState };
    entities.push({ uid: resource, attrs, parents: [server] });
  }
  return {
    principal,
    resource,
    server,
    entities,
    above: { principalAbove: [person, ...groups], resourceAbove: isServer ? [] : [server] },
  };
}

const severities = ['none', 'low', 'medium', 'high'] as const;

/** The gravest severity among findings, `none` where there are none. */
export const gravestOf = (findings: readonly Finding[]): (typeof severities)[number] =>
  severities[Math.max(0, ...findings.map(({ severity }) => severities.indexOf(severity)))] ??
  'high';

/** The codes of findings, each once, sorted. */
export const codesOf = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.map(({ code }) => cedarText(code)))].sort();

/** What of the call's own content a set of rules needs; the mapping costs time with large arguments. */
export interface Wanted {
  readonly arguments: boolean;
  /** Calls of this connection in the last minute, this one included. */
  readonly rate: number;
}

/** Builds the context. Without `wanted` the parts that differ from call to call stay empty: no rule reads them. */
export function contextOf(call: Call, facts: CallFacts, wanted: Wanted | undefined): Context {
  const full = wanted?.arguments === true;
  return {
    arguments: full ? toCedarRecord(call.arguments).record : {},
    argumentsText: full ? cedarText(call.argumentsText.slice(0, mappingBounds.total)) : '',
    argumentsTooLarge: facts.tooLarge,
    ambiguous: call.ambiguous,
    findings: codesOf(facts.findings),
    severity: gravestOf(facts.findings),
    secrets: facts.findings.some(({ code }) => /(?:^|-)secrets?(?:-|$)/.test(code)),
    connection: cedarText(call.connection.name),
    rate: wanted?.rate ?? 0,
    hour: facts.hour,
  };
}
