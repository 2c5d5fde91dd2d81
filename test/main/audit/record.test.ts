import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded } from '../../../main/audit/bounded.ts';
import { argumentsLimit, makeRecord } from '../../../main/audit/record.ts';
import type { CallRecord } from '../../../shared/stages.ts';
import { aCall, askToWrite } from '../../fakes/call.ts';
import { aTrail, trailPath, watchedOpen } from './trail-support.ts';

const mask = (text: string) => text.replaceAll(/(hunter2)+/g, '•••');

function aRecord(over: { mask?: (text: string) => string; clock?: () => number } = {}) {
  const { open, db } = watchedOpen();
  const trail = aTrail(trailPath(), { open });
  const record = makeRecord({ trail, mask, ...over });
  /** Opens the record of a call that can be written. */
  const begin = (call = aCall()): CallRecord => {
    const opened = record.open(call);
    if (!opened.ok) throw new Error(opened.problem.message);
    return opened.value;
  };
  return { trail, record, begin, db };
}

const ended = { outcome: 'ok', findings: [] } as const;

describe('opening', () => {
  test('writes who, what and where before it returns', () => {
    const { trail, begin } = aRecord();
    const call = aCall({
      agent: {
        clientId: 'cursor',
        clientName: 'Cursor',
        person: 'ada',
        process: { pid: 7, command: 'cursor --password=hunter2' },
      },
      server: {
        id: 'srv_1',
        transport: 'stdio',
        label: 'npx files',
        reported: { name: 'files', version: '1.0' },
      },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=a,secret=hunter2',
    });
    begin(call);
    const [row] = trail.rowsFrom(2, 1);
    expect(JSON.parse(row?.body ?? '')).toMatchObject({
      kind: 'call.opened',
      callId: call.id,
      person: 'ada',
      agent: { id: 'cursor', name: 'Cursor' },
      connection: { id: 'con_1', name: 'files', sessionId: 'ses_1' },
      process: { pid: 7, command: 'cursor --password=•••' },
      server: { id: 'srv_1', label: 'npx files', name: 'files', version: '1.0' },
      tool: { name: 'write_file', pin: 'pin-1' },
      method: 'tools/call',
      arguments: '{"path":"a.txt","content":"hi"}',
      argumentsHash: call.argumentsHash,
      bytesIn: call.bytes,
      traceparent: call.traceparent,
      tracestate: 'vendor=a,secret=•••',
    });
  });

  test('masks every text that comes from outside', () => {
    const { trail, begin } = aRecord();
    begin(
      aCall({
        argumentsText: '{"password":"hunter2"}',
        target: 'https://x/?key=hunter2',
        method: 'hunter2/call',
        agent: { clientId: 'c', clientName: 'hunter2', person: 'hunter2' },
        connection: { id: 'con', name: 'hunter2', sessionId: 's' },
        server: {
          id: 's',
          transport: 'http',
          label: 'hunter2',
          reported: { name: 'hunter2', version: 'hunter2' },
        },
      }),
    ).close({
      ...ended,
      detail: 'It said hunter2.',
      findings: [
        { code: 'secret', severity: 'high', place: 'hunter2', message: 'hunter2', owasp: '' },
      ],
    });
    expect(trail.rowsFrom(2, 10)).toHaveLength(2);
    for (const { body } of trail.rowsFrom(2, 10)) {
      expect(body).not.toContain('hunter2');
      expect(body).toContain('•••');
    }
  });

  test('leaves a text out that cannot be masked', () => {
    const { trail, begin } = aRecord({
      mask: () => {
        throw new Error('broken pattern');
      },
    });
    begin(aCall({ argumentsText: '{"a":"hunter2"}' }));
    const { body = '' } = trail.rowsFrom(2, 1)[0] ?? {};
    expect(body).not.toContain('hunter2');
    expect(JSON.parse(body).arguments).toContain('could not be masked');
  });

  test('bounds huge arguments and keeps the hash of the whole', () => {
    const { trail, begin } = aRecord();
    const argumentsText = JSON.stringify({ text: 'ä'.repeat(1_000_000) });
    const call = aCall({ argumentsText });
    begin(call);
    const entry = JSON.parse(trail.rowsFrom(2, 1)[0]?.body ?? '');
    expect(Buffer.byteLength(entry.arguments)).toBeLessThan(argumentsLimit + 100);
    expect(entry.arguments).toContain(`(cut, ${Buffer.byteLength(argumentsText)} bytes in all)`);
    expect(entry.argumentsHash).toBe(call.argumentsHash);
  });

  test('does not let a secret through that is cut in two', () => {
    const { trail, begin } = aRecord();
    for (let shift = 0; shift < 8; shift += 1) {
      begin(
        aCall({ argumentsText: `"${'x'.repeat(argumentsLimit * 4 + 4_096 - 4 + shift)}hunter2"` }),
      );
      begin(aCall({ argumentsText: `"${'x'.repeat(argumentsLimit - 4 + shift)}hunter2"` }));
    }
    // A secret so long that, masked, it moves the cut into what is kept.
    const long = `"${'hunter2'.repeat(9_940)} and hunter2 and more ${'x'.repeat(9_000)}"`;
    for (let shift = 0; shift < 8; shift += 1)
      begin(aCall({ argumentsText: `"${long.slice(shift + 1)}` }));
    expect(trail.rowsFrom(2, 30)).toHaveLength(24);
    for (const { body } of trail.rowsFrom(2, 30)) expect(body).not.toContain('hun');
  });

  test.each(['', 'x', '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', '01-aa-bb-00'])(
    'does not carry on what is no trace context: %s',
    (traceparent) => {
      const { trail, begin } = aRecord();
      begin(aCall({ traceparent }));
      expect(trail.rowsFrom(2, 1)[0]?.body).not.toContain('traceparent');
    },
  );

  test('is a problem where the trail cannot be written', () => {
    const { record, trail, db } = aRecord();
    record.open(aCall());
    db().exec('PRAGMA query_only = ON');
    // What the journal took is not lost: its place in the chain waits.
    expect(record.open(aCall()).ok).toBe(true);
    trail.recent(1);
    expect(record.open(aCall())).toMatchObject({ ok: false, problem: { code: 'not-writable' } });
    db().exec('PRAGMA query_only = OFF');
    expect(record.open(aCall()).ok).toBe(true);
    expect(trail.last()?.sequence).toBe(4);
  });
});

describe('closing', () => {
  test('writes how it ended, without the arguments', () => {
    let time = 100;
    const { trail, begin } = aRecord({ clock: () => time });
    const call = aCall();
    const record = begin(call);
    time = 142.4;
    record.close({
      outcome: 'denied-by-person',
      decision: askToWrite,
      approval: { answer: 'deny', how: 'person', by: 'ada', lookedMs: 900 },
      findings: [],
      resultHash: 'aa',
      bytesOut: 10,
      monitor: true,
      detail: 'Ada said no.',
    });
    const [entry] = trail.recent(1);
    expect(entry).toMatchObject({
      kind: 'call.closed',
      callId: call.id,
      outcome: 'denied-by-person',
      durationMs: 42,
      decision: { decision: 'ask', rules: askToWrite.rules, risk: 'write' },
      approver: { by: 'ada', how: 'person', lookedMs: 900 },
      resultHash: 'aa',
      bytesOut: 10,
      monitor: true,
      detail: 'Ada said no.',
      tool: { name: 'write_file' },
    });
    expect(entry).not.toHaveProperty('arguments');
    expect(entry).not.toHaveProperty('findings');
  });

  test('counts once', () => {
    const { trail, begin } = aRecord();
    const record = begin();
    record.close(ended);
    record.close({ ...ended, outcome: 'server-gone' });
    expect(trail.recent(5).filter(({ kind }) => kind === 'call.closed')).toHaveLength(1);
  });

  test('never throws, whatever stands in the way, and is written when it can be', () => {
    const { trail, begin, db } = aRecord();
    const record = begin();
    db().exec('PRAGMA query_only = ON');
    record.close({ ...ended, bytesOut: Number.NaN });
    expect(trail.recent(1)[0]?.kind).toBe('call.opened');
    db().exec('PRAGMA query_only = OFF');
    expect(trail.recent(1)[0]).toMatchObject({ kind: 'call.closed', outcome: 'ok' });
  });

  test('names nobody where nobody answered', () => {
    const { trail, begin } = aRecord();
    begin().close({
      ...ended,
      outcome: 'denied-by-timeout',
      approval: { answer: 'deny', how: 'timeout' },
    });
    expect(trail.recent(1)[0]?.approver).toEqual({ by: '', how: 'timeout' });
  });
});

describe('in between', () => {
  test('a note is written before it returns, with the identity of the call', () => {
    const { trail, begin } = aRecord();
    const call = aCall();
    const record = begin(call);
    record.note('call.asked', { detail: 'Asked because of hunter2.' });
    record.note('call.answered', { approver: { by: 'ada', how: 'person', lookedMs: 700 } });
    expect(trail.rowsFrom(3, 5).map(({ body }) => JSON.parse(body))).toMatchObject([
      { kind: 'call.asked', callId: call.id, detail: 'Asked because of •••.', sequence: 3 },
      { kind: 'call.answered', callId: call.id, approver: { by: 'ada' }, sequence: 4 },
    ]);
  });

  test('a note cannot be made where the trail cannot be written', () => {
    const { begin, db } = aRecord();
    const record = begin();
    db().exec('PRAGMA query_only = ON');
    expect(() => record.note('call.asked', {})).toThrow('may not write');
    db().exec('PRAGMA query_only = OFF');
  });
});

test('a text is cut between characters, and says so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, limit) => {
      const cut = bounded(text, limit);
      const size = Buffer.byteLength(text);
      if (size <= limit) {
        expect(cut).toBe(text);
        return;
      }
      const [kept = ''] = cut.split(/… \(cut, \d+ bytes in all\)$/);
      expect(cut).toContain(`(cut, ${size} bytes in all)`);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(limit);
      expect(Buffer.from(text).toString().startsWith(kept)).toBe(true);
    }),
  );
});
