import type { Checkpoint, Entry } from '../../shared/audit.ts';
import type { JsonRecord } from './canonical-text.ts';
import type { Device } from './device.ts';
import { ocsfEvent, severityOf } from './ocsf.ts';
import { type AnyValue, anyValue, type KeyValue, keyValues } from './otlp-value.ts';
import { readEntry, type StoredEntry } from './stored-entry.ts';

/** A log record of OTLP 1.x in its JSON form (opentelemetry-proto, logs.proto). */
export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
}

/** The body of a POST to an OTLP/HTTP logs endpoint: ExportLogsServiceRequest. */
export interface ExportRequest {
  readonly resourceLogs: readonly unknown[];
}

/** The attributes that let the centre follow the chain; the collector reads them back. */
export const chainAttributes = {
  id: 'airlock.id',
  chain: 'airlock.chain',
  sequence: 'airlock.sequence',
  previousHash: 'airlock.previous_hash',
  hash: 'airlock.hash',
  /** The canonical text that the hash covers. */
  entry: 'airlock.entry',
  /** The RFC 8785 form of a checkpoint. */
  checkpoint: 'airlock.checkpoint',
} as const;

/** An entry as a log record: the OCSF event as its body, OTel's names for MCP as attributes, and its place in the chain. */
export function entryRecord(row: StoredEntry, device: Device): LogRecord {
  const entry = readEntry(row);
  const chain = {
    [chainAttributes.sequence]: row.sequence,
    [chainAttributes.hash]: row.hash,
    [chainAttributes.entry]: row.body,
  };
  // What stands in the place of an entry that was overwritten goes to the centre as it is: it is evidence as well.
  if (entry === undefined) {
    return {
      ...at(0),
      ...severity(4),
      eventName: 'airlock.unreadable',
      body: anyValue(`Entry ${row.sequence} was changed after it was written.`),
      attributes: keyValues(chain),
    };
  }
  return {
    ...at(entry.time),
    ...severity(severityOf(entry)),
    eventName: `airlock.${entry.kind}`,
    body: anyValue(ocsfEvent(entry, device)),
    attributes: keyValues({
      ...semanticAttributes(entry),
      [chainAttributes.id]: entry.id,
      [chainAttributes.chain]: entry.chain,
      [chainAttributes.previousHash]: entry.previousHash,
      ...chain,
    }),
    ...traceOf(entry.traceparent),
  };
}

/** A checkpoint as a log record; `text` is its RFC 8785 form. */
export function checkpointRecord(checkpoint: Checkpoint, text: string): LogRecord {
  return {
    ...at(checkpoint.time),
    ...severity(1),
    eventName: 'airlock.checkpoint',
    body: anyValue(`The chain stood at entry ${checkpoint.sequence}.`),
    attributes: keyValues({
      [chainAttributes.chain]: checkpoint.chain,
      [chainAttributes.sequence]: checkpoint.sequence,
      [chainAttributes.checkpoint]: text,
    }),
  };
}

/** Puts records into one request, under the resource that this app is. */
export const exportRequest = (records: readonly LogRecord[], device: Device): ExportRequest => ({
  resourceLogs: [
    {
      resource: {
        attributes: keyValues({
          'service.name': 'airlock-desktop',
          'service.version': device.version,
          'host.name': device.host,
          'user.name': device.user,
        }),
      },
      scopeLogs: [
        { scope: { name: 'airlock.audit', version: device.version }, logRecords: records },
      ],
    },
  ],
});

/** OpenTelemetry's semantic conventions for MCP and generative AI (Development status, 2026). */
function semanticAttributes(entry: Entry): JsonRecord {
  const { method, tool, outcome } = entry;
  return {
    'mcp.method.name': method,
    ...(method === 'tools/call'
      ? { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool?.name }
      : {}),
    'gen_ai.prompt.name': method === 'prompts/get' ? tool?.name : undefined,
    'mcp.resource.uri': method === 'resources/read' ? tool?.name : undefined,
    'error.type': errorType(outcome),
    'user.name': entry.person,
  };
}

function errorType(outcome: Entry['outcome']): string | undefined {
  if (outcome === undefined || outcome === 'ok') return undefined;
  return outcome === 'tool-error' ? 'tool_error' : outcome.replaceAll('-', '_');
}

/** Unix milliseconds as nanoseconds, which JSON numbers cannot hold. */
function at(time: number): Pick<LogRecord, 'timeUnixNano' | 'observedTimeUnixNano'> {
  const nanoseconds = `${BigInt(Math.round(time)) * 1_000_000n}`;
  return { timeUnixNano: nanoseconds, observedTimeUnixNano: nanoseconds };
}

/** OCSF severity as that of OTLP: 1 INFO, 2 INFO2, 3 WARN, 4 ERROR. */
function severity(level: number): Pick<LogRecord, 'severityNumber' | 'severityText'> {
  if (level >= 4) return { severityNumber: 17, severityText: 'ERROR' };
  if (level === 3) return { severityNumber: 13, severityText: 'WARN' };
  return { severityNumber: level === 2 ? 10 : 9, severityText: level === 2 ? 'INFO2' : 'INFO' };
}

function traceOf(traceparent: string | undefined): Partial<LogRecord> {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
  if (traceId?.length !== 32 || spanId?.length !== 16 || flags === undefined) return {};
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}
