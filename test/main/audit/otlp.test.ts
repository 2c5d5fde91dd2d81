import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../../../main/audit/canonical.ts';
import { sealCheckpoint } from '../../../main/audit/checkpoint-seal.ts';
import { checkpointRecord, entryRecord, exportRequest } from '../../../main/audit/otlp.ts';
import { type AnyValue, anyValue } from '../../../main/audit/otlp-value.ts';
import type { EntryInput } from '../../../shared/audit.ts';
import { deviceKey } from './sealed-trail.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail } from './trail-support.ts';

const device = { host: 'laptop', user: 'ada', version: '1.0.0' };

/** What a reader of OTLP makes of a value. */
function decode(value: AnyValue): Json {
  if ('stringValue' in value) return String(value.stringValue);
  if ('boolValue' in value) return value.boolValue === true;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('arrayValue' in value) return value.arrayValue.values.map(decode);
  if ('kvlistValue' in value) {
    return Object.fromEntries(
      value.kvlistValue.values.map((member) => [member.key, decode(member.value)]),
    );
  }
  return null;
}

test('a value says in OTLP what it says in JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const json: Json = JSON.parse(JSON.stringify(value));
      expect(canonical(decode(anyValue(json)))).toBe(canonical(json));
    }),
  );
});

test('integers are strings and other numbers are not, as the JSON form of protobuf has it', () => {
  expect(anyValue([1, -2, 1.5, 1e300])).toEqual({
    arrayValue: {
      values: [{ intValue: '1' }, { intValue: '-2' }, { doubleValue: 1.5 }, { doubleValue: 1e300 }],
    },
  });
});

function recordOf(input: EntryInput) {
  const trail = aTrail(undefined, { now: () => 1_700_000_000_123 });
  trail.append(input);
  const row = trail.rowsFrom(2, 1)[0];
  if (row === undefined) throw new Error('The entry is not there.');
  const record = entryRecord(row, device);
  const attributes = Object.fromEntries(
    record.attributes.map(({ key, value }) => [key, decode(value)]),
  );
  return { record, attributes, row };
}

describe('an entry', () => {
  test('is a log record with the OCSF event as its body', () => {
    const { record, row } = recordOf(closed('c1', { outcome: 'denied-by-policy' }));
    expect(record).toMatchObject({
      timeUnixNano: '1700000000123000000',
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'airlock.call.closed',
    });
    expect(decode(record.body)).toMatchObject({
      class_uid: 6003,
      metadata: { version: '1.8.0', sequence: row.sequence },
      action_id: 2,
    });
  });

  test('carries what the centre needs to follow the chain', () => {
    const { attributes, row } = recordOf(closed('c1'));
    const entry = JSON.parse(row.body);
    expect(attributes).toMatchObject({
      'airlock.id': entry.id,
      'airlock.sequence': 2,
      'airlock.chain': entry.chain,
      'airlock.previous_hash': entry.previousHash,
      'airlock.hash': row.hash,
      'airlock.entry': row.body,
    });
  });

  test.each([
    [
      closed('c', { outcome: 'tool-error' }),
      {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'write_file',
        'error.type': 'tool_error',
        'user.name': 'ada',
      },
    ],
    [
      closed('c', { method: 'prompts/get', outcome: 'server-gone' }),
      { 'gen_ai.prompt.name': 'write_file', 'error.type': 'server_gone' },
    ],
    [closed('c', { method: 'resources/read' }), { 'mcp.resource.uri': 'write_file' }],
  ])('speaks the semantic conventions %#', (input, expected) => {
    const { attributes } = recordOf(input);
    expect(attributes).toMatchObject(expected);
    if (input.outcome === 'ok') expect(attributes).not.toHaveProperty('error.type');
    if (input.method !== 'tools/call') expect(attributes).not.toHaveProperty('gen_ai.tool.name');
  });

  test('goes on with the trace of the call', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(recordOf(opened('c', { traceparent })).record).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      flags: 1,
    });
    expect(recordOf(opened('c')).record).not.toHaveProperty('traceId');
  });

  test('that was overwritten goes out as it is', () => {
    const record = entryRecord({ sequence: 4, body: '{"x":', hash: 'h' }, device);
    expect(record).toMatchObject({ eventName: 'airlock.unreadable', severityNumber: 17 });
    expect(record.attributes).toContainEqual({
      key: 'airlock.entry',
      value: { stringValue: '{"x":' },
    });
  });
});

test('a checkpoint is a log record with its canonical text', () => {
  const checkpoint = sealCheckpoint({ chain: 'c', sequence: 9, hash: 'h', time: 5 }, deviceKey);
  const text = canonical({ ...checkpoint });
  expect(checkpointRecord(checkpoint, text)).toMatchObject({
    timeUnixNano: '5000000',
    eventName: 'airlock.checkpoint',
    attributes: expect.arrayContaining([
      { key: 'airlock.sequence', value: { intValue: '9' } },
      { key: 'airlock.checkpoint', value: { stringValue: text } },
    ]),
  });
});

test('a request names the machine and the app once', () => {
  const { record } = recordOf(said('a'));
  expect(exportRequest([record], device)).toEqual({
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'airlock-desktop' } },
            { key: 'service.version', value: { stringValue: '1.0.0' } },
            { key: 'host.name', value: { stringValue: 'laptop' } },
            { key: 'user.name', value: { stringValue: 'ada' } },
          ],
        },
        scopeLogs: [{ scope: { name: 'airlock.audit', version: '1.0.0' }, logRecords: [record] }],
      },
    ],
  });
});
