import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { publicKeyText } from '../../../main/audit/checkpoint-seal.ts';
import { csvHeader } from '../../../main/audit/csv.ts';
import { exportTrail, verifyExport } from '../../../main/audit/export.ts';
import { openReadOnly } from '../../../main/storage/database.ts';
import { deviceKey, sealedTrail, tampered } from './sealed-trail.ts';
import { closed, said } from './trail-child.ts';
import { aTrail, trailPath } from './trail-support.ts';

/** A stream that keeps what is written to it and is as slow as a pipe whose reader is. */
function collector() {
  const chunks: Buffer[] = [];
  let waiting = 0;
  let most = 0;
  const out = new Writable({
    highWaterMark: 4_096,
    write(chunk, _, done) {
      waiting = out.writableLength;
      most = Math.max(most, waiting);
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  return { out, text: () => Buffer.concat(chunks).toString(), most: () => most };
}

async function exported(path: string, format: 'ndjson' | 'csv') {
  const { out, text, most } = collector();
  const result = await exportTrail(path, format, out, openReadOnly);
  await new Promise<void>((resolve) => out.end(resolve));
  return { result, lines: text().split('\n').slice(0, -1), text: text(), most: most() };
}

const verified = (lines: readonly string[], keys?: readonly string[]) =>
  verifyExport(Readable.from([lines.join('\n')]), keys);

describe('NDJSON', () => {
  test('holds everything, and verifies', async () => {
    const { result, lines } = await exported(sealedTrail(), 'ndjson');
    expect(result).toEqual({ ok: true, value: { entries: 51, checkpoints: 6 } });
    expect(lines).toHaveLength(57);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ kind: 'call.opened', detail: 'Größe 0' });
    expect(await verified(lines, [publicKeyText(deviceKey)])).toMatchObject({
      ok: true,
      entries: 51,
      checkpoints: 6,
      lastSequence: 51,
    });
  });

  test.each<[string, (lines: string[]) => string[]]>([
    ['a changed line', (lines) => lines.map((l, n) => (n === 9 ? l.replace('ada', 'eve') : l))],
    ['a missing line', (lines) => lines.filter((_, n) => n !== 9)],
    [
      'lines that changed places',
      (lines) => [...lines.slice(0, 8), ...lines.slice(8, 10).reverse(), ...lines.slice(10)],
    ],
    ['a doubled line', (lines) => [...lines.slice(0, 9), ...lines.slice(8)]],
    ['a missing end', (lines) => [...lines.slice(0, 40), lines.at(-1) ?? '']],
    ['a line of something else', (lines) => [...lines, '{"hello":1}']],
    ['a torn line', (lines) => [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(0, -5)]],
    ['a checkpoint out of its place', (lines) => [lines.at(-1) ?? '', ...lines.slice(0, -1)]],
  ])('with %s does not verify', async (_, change) => {
    const { lines } = await exported(sealedTrail(), 'ndjson');
    expect((await verified(change(lines))).ok).toBe(false);
  });

  test('keeps what stands in the place of an entry that was overwritten', async () => {
    const path = tampered(sealedTrail(), (db) =>
      db.exec("UPDATE entries SET body = 'gone' WHERE sequence = 5"),
    );
    const { lines } = await exported(path, 'ndjson');
    expect(JSON.parse(lines[4] ?? '')).toMatchObject({ sequence: 5, unreadable: 'gone' });
    expect((await verified(lines)).problems[0]).toMatchObject({ sequence: 5 });
  });

  test('goes no faster than it is read', async () => {
    const path = trailPath();
    const trail = aTrail(path);
    trail.appendMany(Array.from({ length: 5_000 }, (_, n) => said(`${n} ${'x'.repeat(200)}`)));
    const { lines, text, most } = await exported(path, 'ndjson');
    expect(lines).toHaveLength(5_001);
    expect(most).toBeLessThan(text.length / 4);
  });
});

describe('CSV', () => {
  test('has a line an entry and a name a column', async () => {
    const path = trailPath();
    const trail = aTrail(path, { now: () => 0 });
    trail.append(
      closed('c1', {
        detail: 'He said "no",\nand left.',
        decision: {
          decision: 'ask',
          rules: [{ id: 'ask-write', text: 'Writes ask.', source: 'built-in' }],
          risk: 'write',
        },
      }),
    );
    const { text, result } = await exported(path, 'csv');
    expect(result).toEqual({ ok: true, value: { entries: 2, checkpoints: 0 } });
    expect(text.startsWith(`${csvHeader}\n1,`)).toBe(true);
    expect(text).toContain('"He said ""no"",\nand left."');
    expect(text).toContain('ask-write (built-in),write');
    expect(text).toContain(',write_file,tools/call,ok,ask,');
  });

  test.each(['=cmd()', '+1', '-1', '@x', '\tx', '\rx'])('is no formula: %j', async (name) => {
    const path = trailPath();
    aTrail(path).append(closed('c1', { tool: { name, pin: '' }, detail: name }));
    const { text } = await exported(path, 'csv');
    expect(text).toContain(`'${name}`);
    expect(text).not.toMatch(/(^|,)"?[=+@]/m);
  });

  test('shows an entry that was overwritten as one', async () => {
    const path = tampered(sealedTrail(), (db) =>
      db.exec("UPDATE entries SET body = 'gone' WHERE sequence = 5"),
    );
    expect((await exported(path, 'csv')).lines[5]).toContain('changed after it was written');
  });
});

test('a trail that is not there is a problem', async () => {
  expect((await exported(trailPath(), 'csv')).result).toMatchObject({
    ok: false,
    problem: { code: 'no-database' },
  });
});
