import { generateKeyPairSync } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { canonical } from '../../../main/audit/canonical.ts';
import { entryHash, entryText } from '../../../main/audit/chain.ts';
import { publicKeyText, sealCheckpoint } from '../../../main/audit/checkpoint-seal.ts';
import { type Collector, startCollector } from '../../../main/audit/collector.ts';
import { requestLimit, unpackedLimit } from '../../../main/audit/collector-request.ts';
import {
  checkpointRecord,
  entryRecord,
  exportRequest,
  type LogRecord,
} from '../../../main/audit/otlp.ts';
import { makeOutbox } from '../../../main/audit/outbox.ts';
import type { StoredEntry } from '../../../main/audit/stored-entry.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { tempFolder } from '../storage/temp-folder.ts';
import { deviceKey } from './sealed-trail.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail } from './trail-support.ts';

const device = { host: 'laptop', user: 'ada', version: '1.0.0' };
const collectors: Collector[] = [];

afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.close();
});

async function aCollector(path = join(tempFolder(), 'collector.db'), trustedKeys?: string[]) {
  const started = await startCollector({
    path,
    open: openDatabase,
    port: 0,
    ...(trustedKeys === undefined ? {} : { trustedKeys }),
  });
  if (!started.ok) throw new Error(started.problem.message);
  collectors.push(started.value);
  const { endpoint } = started.value;
  const send = async (records: readonly LogRecord[]) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(records, device)),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const only = () => {
    const { chains } = started.value.status();
    expect(chains).toHaveLength(1);
    return chains[0];
  };
  return { collector: started.value, path, send, only };
}

/** The rows of a trail of some entries, and the records they are sent as. */
function rows(count: number): StoredEntry[] {
  const trail = aTrail();
  trail.appendMany(Array.from({ length: count - 1 }, (_, n) => said(`e${n}`)));
  return trail.rowsFrom(1, count);
}
const records = (list: readonly StoredEntry[]) => list.map((row) => entryRecord(row, device));
const chainOf = (list: readonly StoredEntry[]): string => JSON.parse(list[0]?.body ?? '').chain;

function seal(
  list: readonly StoredEntry[],
  sequence: number,
  over: { hash?: string; key?: typeof deviceKey } = {},
) {
  const hash = over.hash ?? list[sequence - 1]?.hash ?? '';
  const checkpoint = sealCheckpoint(
    { chain: chainOf(list), sequence, hash, time: 1 },
    over.key ?? deviceKey,
  );
  return checkpointRecord(checkpoint, canonical({ ...checkpoint }));
}

/** The same entry with another sentence and a hash that fits it. */
function rewritten(row: StoredEntry, detail: string): StoredEntry {
  const entry = { ...JSON.parse(row.body), detail };
  const body = entryText(entry);
  return { ...row, body, hash: entryHash(entry.previousHash, body) };
}

describe('a chain', () => {
  test('that arrives whole is whole', async () => {
    const { send, only, collector } = await aCollector();
    const list = rows(20);
    expect(await send([...records(list), seal(list, 20)])).toEqual({});
    expect(only()).toEqual({
      chain: chainOf(list),
      host: 'laptop',
      user: 'ada',
      entries: 20,
      lastSequence: 20,
      checkpoints: 1,
      signedThrough: 20,
      ok: true,
      problems: [],
    });
    const response = await fetch(collector.endpoint.replace('/v1/logs', '/status'));
    expect(await response.json()).toEqual(collector.status());
  });

  test('is whole in the end, in whatever order and however often it comes', async () => {
    const list = rows(12);
    const all = [...records(list), seal(list, 6), seal(list, 12)];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.subarray(all), { maxLength: 3 }),
        async (order, again) => {
          const { send, only, collector } = await aCollector();
          for (const part of [order.slice(0, 5), order.slice(5), ...again]) {
            expect(await send(part)).toEqual({});
          }
          expect(only()).toMatchObject({ entries: 12, checkpoints: 2, ok: true, problems: [] });
          await collector.close();
          collectors.splice(collectors.indexOf(collector), 1);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test('with a gap says which entries have not arrived, until they have', async () => {
    const { send, only } = await aCollector();
    const list = rows(10);
    await send(records([...list.slice(0, 3), ...list.slice(5, 6), ...list.slice(7)]));
    expect(only()).toMatchObject({
      ok: false,
      problems: [
        { sequence: 4, message: 'Entries 4 to 5 have not arrived.' },
        { sequence: 7, message: 'Entries 7 to 7 have not arrived.' },
      ],
    });
    await send(records(list));
    expect(only()).toMatchObject({ ok: true, entries: 10 });
  });

  test('that ends before what was signed is cut off', async () => {
    const { send, only } = await aCollector();
    const list = rows(10);
    await send([...records(list.slice(0, 6)), seal(list, 10)]);
    expect(only()?.problems).toEqual([
      { sequence: 7, message: 'Entries 7 to 10 were signed by the device and have not arrived.' },
    ]);
  });

  test('is kept across a restart of the collector', async () => {
    const first = await aCollector();
    const list = rows(10);
    await first.send(records(list.slice(0, 5)));
    await first.collector.close();
    collectors.length = 0;
    const second = await aCollector(first.path);
    await second.send(records(list.slice(5)));
    expect(second.only()).toMatchObject({ ok: true, entries: 10 });
  });
});

describe('what was done to a trail shows:', () => {
  test('an entry changed without its hash is turned away', async () => {
    const { send, only } = await aCollector();
    const list = rows(5);
    const changed = list.map((row, n) =>
      n === 2 ? { ...row, body: row.body.replace('"e1"', '"e9"') } : row,
    );
    expect(await send(records(changed))).toMatchObject({
      partialSuccess: { rejectedLogRecords: '1' },
    });
    expect(only()?.problems[0]).toEqual({
      sequence: 3,
      message: 'Entry 3 came with a hash that does not fit it.',
    });
  });

  test('an entry rewritten after it was delivered', async () => {
    const { send, only, path } = await aCollector();
    const list = rows(5);
    await send(records(list));
    const [, , third] = list;
    if (third === undefined) throw new Error('There are five.');
    expect(await send(records([rewritten(third, 'nothing happened')]))).toHaveProperty(
      'partialSuccess',
    );
    expect(only()?.problems[0]?.message).toContain('rewritten or turned back');
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('SELECT hash FROM entries WHERE sequence = 3').get()).toEqual({
      hash: third.hash,
    });
    db.close();
  });

  test('a trail turned back that goes on otherwise', async () => {
    const { send, only } = await aCollector();
    const list = rows(5);
    await send(records(list));
    const [, , third] = list;
    if (third === undefined) throw new Error('There are five.');
    const other = { ...rewritten(third, 'x') };
    const entry = { ...JSON.parse(other.body), id: 'another-id' };
    const body = entryText(entry);
    await send(records([{ ...other, body, hash: entryHash(entry.previousHash, body) }]));
    expect(only()).toMatchObject({ ok: false, problems: [{ sequence: 3 }] });
  });

  test('an entry rewritten before it was delivered does not fit its neighbours', async () => {
    const list = rows(5);
    const changed = list.map((row, n) => (n === 2 ? rewritten(row, 'nothing happened') : row));
    for (const order of [changed, changed.toReversed()]) {
      const { send, only } = await aCollector();
      await send(records(order));
      expect(only()?.problems).toEqual([
        { sequence: 4, message: 'Entry 4 does not follow the one before it.' },
      ]);
    }
  });

  test('a beginning that is not the one of its chain', async () => {
    const { send, only } = await aCollector();
    const [first] = rows(2);
    const entry = { ...JSON.parse(first?.body ?? ''), previousHash: 'ff' };
    const body = entryText(entry);
    await send(records([{ sequence: 1, body, hash: entryHash('ff', body) }]));
    expect(only()?.problems[0]?.message).toContain('does not follow');
  });

  test.each([true, false])(
    'another history than the signed one (entries first: %s)',
    async (entriesFirst) => {
      const { send, only } = await aCollector();
      const list = rows(5);
      const parts = [records(list), [seal(list, 5, { hash: 'ee' })]];
      for (const part of entriesFirst ? parts : parts.toReversed()) await send(part);
      expect(only()?.problems).toEqual([
        { sequence: 5, message: 'The device signed another history up to entry 5.' },
      ]);
    },
  );

  test('a forged signature', async () => {
    const { send, only } = await aCollector();
    const list = rows(5);
    const checkpoint = sealCheckpoint(
      { chain: chainOf(list), sequence: 5, hash: 'x', time: 1 },
      deviceKey,
    );
    const forged = { ...checkpoint, hash: list[4]?.hash ?? '' };
    await send([...records(list), checkpointRecord(forged, canonical({ ...forged }))]);
    expect(only()).toMatchObject({ ok: false, checkpoints: 0 });
    expect(only()?.problems[0]?.message).toContain('does not hold');
  });

  test('another key than the first one, or than the trusted one', async () => {
    const thief = generateKeyPairSync('ed25519').privateKey;
    const list = rows(5);
    const { send, only } = await aCollector();
    await send([...records(list), seal(list, 4), seal(list, 5, { key: thief })]);
    expect(only()?.problems[0]?.message).toContain("not the device's");
    const trusting = await aCollector(undefined, [publicKeyText(deviceKey)]);
    await trusting.send([...records(list), seal(list, 5, { key: thief })]);
    expect(trusting.only()).toMatchObject({ ok: false, checkpoints: 0 });
    await trusting.send([seal(list, 5)]);
    expect(trusting.only()).toMatchObject({ checkpoints: 1 });
  });
});

test('two chains stand side by side', async () => {
  const { send, collector } = await aCollector();
  await send([...records(rows(3)), ...records(rows(4))]);
  expect(collector.status().chains.map(({ entries, ok }) => [entries, ok])).toEqual([
    [3, true],
    [4, true],
  ]);
});

test('records of other programs are turned away', async () => {
  const { send, collector } = await aCollector();
  const [row] = rows(2);
  if (row === undefined) throw new Error('There is one.');
  const record = entryRecord(row, device);
  const without = (key: string) => ({
    ...record,
    attributes: record.attributes.filter((attribute) => attribute.key !== key),
  });
  const odd = (body: string) => entryRecord({ ...row, body }, device);
  const answer = await send([
    without('airlock.entry'),
    without('airlock.hash'),
    odd('{"x":1}'),
    odd('[]'),
    odd(` ${row.body}`),
    odd(row.body.replace('"sequence":1', '"sequence":-1')),
    odd('['.repeat(50_000)),
  ]);
  expect(answer).toMatchObject({ partialSuccess: { rejectedLogRecords: '7' } });
  expect(collector.status().chains).toEqual([]);
});

/** A raw request, for what fetch would not send. */
function raw(
  { endpoint }: Collector,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: Buffer | string;
  },
): Promise<{ status: number; text: string }> {
  const { port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: options.method ?? 'POST',
        path: options.path ?? '/v1/logs',
        headers: { 'content-type': 'application/json', ...options.headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(options.body ?? '{}');
  });
}

describe('a request that is not served', () => {
  test.each([
    ['of another host name', { headers: { host: 'evil.example' } }, 403],
    ['of a name that begins like ours', { headers: { host: '127.0.0.1.evil.example:80' } }, 403],
    ['of a web page', { headers: { origin: 'https://evil.example' } }, 403],
    [
      'of a web page for the status',
      { method: 'GET', path: '/status', headers: { origin: 'null' } },
      403,
    ],
    ['to nowhere', { path: '/' }, 404],
    ['by another method', { method: 'GET' }, 405],
    ['that would change the status', { path: '/status' }, 405],
    ['of another type', { headers: { 'content-type': 'application/x-protobuf' } }, 415],
    ['without a type', { headers: { 'content-type': '' } }, 415],
    ['packed otherwise', { headers: { 'content-encoding': 'br' } }, 415],
    ['that is no JSON', { body: '{"resourceLogs":' }, 400],
    ['of another shape', { body: '{"resourceLogs":5}' }, 400],
    ['that is no gzip', { headers: { 'content-encoding': 'gzip' }, body: 'plain' }, 400],
    [
      'cut off within its gzip',
      {
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync('{"resourceLogs":[]}').subarray(0, 20),
      },
      400,
    ],
  ])('%s', async (_, options, status) => {
    const { collector } = await aCollector();
    const answer = await raw(collector, options);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({
      code: status,
      message: expect.stringMatching(/\.$/),
    });
  });

  test.each(['localhost', '127.0.0.1', 'LOCALHOST:99', '[::1]:4318'])('but %s is', async (host) => {
    const { collector } = await aCollector();
    expect(await raw(collector, { headers: { host } })).toEqual({ status: 200, text: '{}' });
  });
});

describe('too much', () => {
  test('by its own word is not read', async () => {
    const { collector } = await aCollector();
    const { port } = new URL(collector.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${requestLimit + 1}\r\n\r\n{`,
    );
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('in pieces is not read to its end', async () => {
    const { collector } = await aCollector();
    const { port } = new URL(collector.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.write(
      'POST /v1/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
    });
    const piece = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    let sent = 0;
    while (!socket.closed && answer === '' && sent < 4 * requestLimit) {
      sent += 65_536;
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    }
    await closed;
    expect(sent).toBeLessThan(4 * requestLimit);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('unpacked is not unpacked: a gzip bomb costs its limit and no more', async () => {
    const { collector } = await aCollector();
    const bomb = gzipSync(Buffer.alloc(unpackedLimit * 8));
    expect(bomb.length).toBeLessThan(requestLimit);
    const answer = await raw(collector, { headers: { 'content-encoding': 'gzip' }, body: bomb });
    expect(answer.status).toBe(413);
    expect(await raw(collector, {})).toEqual({ status: 200, text: '{}' });
  });

  test('nesting is no entry', async () => {
    const { collector } = await aCollector();
    const deep = `{"resourceLogs":[],"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect((await raw(collector, { body: deep })).status).toBe(200);
  });
});

test('a port that is taken is a problem', async () => {
  const { collector } = await aCollector();
  const path = join(tempFolder(), 'other.db');
  expect(await startCollector({ path, open: openDatabase, port: collector.port })).toMatchObject({
    ok: false,
    problem: { code: 'port-taken' },
  });
});

test('a full disk sends the batch back to be tried again', async () => {
  let db: InstanceType<typeof DatabaseSync> | undefined;
  const started = await startCollector({
    path: join(tempFolder(), 'collector.db'),
    port: 0,
    open(path, schema) {
      const result = openDatabase(path, schema);
      if (result.ok) db = result.value.db;
      return result;
    },
  });
  if (!started.ok || db === undefined) throw new Error('The collector did not start.');
  collectors.push(started.value);
  db.exec('PRAGMA query_only = ON');
  const body = JSON.stringify(exportRequest(records(rows(2)), device));
  expect((await raw(started.value, { body })).status).toBe(503);
  db.exec('PRAGMA query_only = OFF');
  expect((await raw(started.value, { body })).status).toBe(200);
});

test('what the app delivers arrives, and verifies', async () => {
  const { collector, only } = await aCollector();
  const trail = aTrail();
  for (let n = 0; n < 400; n += 1) {
    trail.append(opened(`c${n}`, { arguments: `{"text":"Größe ${n} \\u202e"}` }));
    trail.append(closed(`c${n}`));
  }
  const head = trail.last();
  if (head) trail.addCheckpoint(sealCheckpoint({ ...head, time: 1 }, deviceKey));
  const outbox = makeOutbox({
    path: join(tempFolder(), 'delivery.db'),
    open: openDatabase,
    trail,
    target: () => ({ endpoint: collector.endpoint, headers: {} }),
    device,
    timer(run) {
      run();
      return () => {};
    },
  });
  outbox.kick();
  await outbox.settled();
  expect(outbox.status()).toMatchObject({ state: 'idle', pending: 0, setAside: 0 });
  expect(only()).toMatchObject({ ok: true, entries: 801, signedThrough: 801, problems: [] });
  await outbox.stop();
});
