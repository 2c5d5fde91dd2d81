import type { Entry } from '../../shared/audit.ts';
import type { JsonRecord } from './canonical-text.ts';
import type { Device } from './device.ts';
import { securityControl } from './ocsf-control.ts';

/**
 * An entry as an event of OCSF 1.8.0: API Activity (class 6003) with the profile security_control. What the class
 * has no place for stands under `unmapped`. https://schema.ocsf.io/1.8.0/classes/api_activity
 */
export function ocsfEvent(entry: Entry, device: Device): JsonRecord {
  const activity = activityOf(entry);
  const status = statusOf(entry);
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: 600_300 + activity.id,
    type_name: `API Activity: ${activity.name}`,
    time: entry.time,
    severity_id: severityOf(entry),
    status_id: status.id,
    status: status.name,
    status_code: entry.outcome,
    message: entry.detail,
    duration: entry.durationMs,
    actor: {
      user: { name: entry.person ?? device.user },
      app_name: entry.agent?.name,
      app_uid: entry.agent?.id,
      process: entry.process && { pid: entry.process.pid, cmd_line: entry.process.command },
      session: entry.connection?.sessionId && { uid: entry.connection.sessionId },
    },
    api: {
      operation: entry.method ?? entry.kind,
      service: entry.server && {
        name: entry.server.name ?? entry.server.label,
        version: entry.server.version,
        uid: entry.server.id,
      },
      request: entry.callId && { uid: entry.callId },
      response: responseOf(entry),
    },
    src_endpoint: { hostname: device.host, name: entry.connection?.name },
    resources: entry.tool && [{ name: entry.tool.name, type: resourceType(entry.method) }],
    metadata: {
      version: '1.8.0',
      profiles: ['security_control'],
      product: { name: 'Airlock Desktop', vendor_name: 'Airlock', version: device.version },
      uid: entry.id,
      sequence: entry.sequence,
      correlation_uid: entry.callId,
      log_name: 'airlock.audit',
      event_code: entry.kind,
    },
    ...securityControl(entry),
    unmapped: unmapped(entry),
  };
}

/** What the call may do at worst, in the four verbs that the class knows. */
function activityOf({ decision, method, kind }: Entry): { id: number; name: string } {
  const read = { id: 2, name: 'Read' };
  if (!kind.startsWith('call.')) return { id: 99, name: 'Other' };
  switch (decision?.risk) {
    case 'read':
      return read;
    case 'write':
      return { id: 3, name: 'Update' };
    case 'send':
      return { id: 1, name: 'Create' };
    case 'destroy':
      return { id: 4, name: 'Delete' };
    default:
      return method === 'resources/read' || method === 'prompts/get'
        ? read
        : { id: 99, name: 'Other' };
  }
}

function statusOf({ outcome }: Entry): { id: number; name: string } {
  if (outcome === undefined) return { id: 0, name: 'Unknown' };
  return outcome === 'ok' ? { id: 1, name: 'Success' } : { id: 2, name: 'Failure' };
}

/** 1 informational, 2 low, 3 medium, 4 high. */
export function severityOf({ kind, outcome, findings = [] }: Entry): number {
  const found = findings.map(({ severity }) => ({ low: 2, medium: 3, high: 4 })[severity]);
  return Math.max(ownSeverity(kind, outcome), ...found);
}

function ownSeverity(kind: Entry['kind'], outcome: Entry['outcome']): number {
  switch (outcome) {
    case 'internal-error':
    case 'denied-by-kill':
    case 'interrupted':
      return 4;
    case 'denied-by-policy':
    case 'denied-by-person':
    case 'denied-by-timeout':
    case 'refused':
    case 'server-gone':
      return 3;
    case 'tool-error':
    case 'protocol-error':
    case 'cancelled':
      return 2;
    default:
      break;
  }
  if (kind === 'problem' || kind === 'kill.thrown') return 4;
  return kind === 'tool.held' || kind === 'kill.lifted' ? 3 : 1;
}

function responseOf({ outcome, detail }: Entry): JsonRecord | undefined {
  if (outcome === undefined) return undefined;
  return outcome === 'ok' ? { message: 'ok' } : { error: outcome, error_message: detail };
}

function resourceType(method: string | undefined): string {
  if (method === 'resources/read') return 'MCP resource';
  return method === 'prompts/get' ? 'MCP prompt' : 'MCP tool';
}

const unmapped = (entry: Entry): JsonRecord => ({
  connection: entry.connection && { id: entry.connection.id, name: entry.connection.name },
  server_label: entry.server?.label,
  tool_pin: entry.tool?.pin,
  arguments: entry.arguments,
  arguments_sha256: entry.argumentsHash,
  result_sha256: entry.resultHash,
  bytes_in: entry.bytesIn,
  bytes_out: entry.bytesOut,
  risk: entry.decision?.risk,
  approver: entry.approver && { ...entry.approver },
  findings: entry.findings?.map((found) => ({ ...found })),
  traceparent: entry.traceparent,
  tracestate: entry.tracestate,
});
