import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sealCheckpoint } from '../../../main/audit/checkpoint-seal.ts';
import type { Target } from '../../../main/audit/endpoint.ts';
import { makeOutbox, type Outbox, type OutboxPorts } from '../../../main/audit/outbox.ts';
import { batchEntries } from '../../../main/audit/outbox-batch.ts';
import type { Trail } from '../../../main/audit/trail.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { tempFolder } from '../storage/temp-folder.ts';
import { fakeEndpoint } from './fake-endpoint.ts';
import { deviceKey } from './sealed-trail.ts';
import { said } from './trail-child.ts';
import { aTrail } from './trail-support.ts';

const device = { host: 'laptop', user: 'ada', version: '1.0.0' };
const outboxes: Outbox[] = [];

afterEach(async () => {
  for (const outbox of outboxes.splice(0)) await outbox.stop();
});

/** Delivery whose waits end when the test says so. */
function delivery(
  trail: Trail,
  path: string,
  target: () => Target | undefined,
  over: Partial<OutboxPorts> = {},
) {
  let due: { run: () => void; ms: number } | undefined;
  let time = 1_000;
  const outbox = makeOutbox({
    path,
    open: openDatabase,
    trail,
    target,
    device,
    now: () => time,
    random: () => 0.5,
    timer(run, ms) {
      const mine = { run, ms };
      due = mine;
      return () => {
        if (due === mine) due = undefined;
      };
    },
    ...over,
  });
  outboxes.push(outbox);
  return {
    outbox,
    /** The milliseconds until the next try; undefined while none is planned. */
    wait: () => due?.ms,
    /** Lets the planned wait pass, and what then happens. */
    async pass() {
      const next = due;
      if (next === undefined) throw new Error('Nothing is planned.');
      due = undefined;
      time += next.ms;
      next.run();
      await outbox.settled();
    },
    later: (ms: number) => {
      time += ms;
    },
  };
}

async function deliveringTo(entries: number, over: Partial<OutboxPorts> = {}) {
  const endpoint = await fakeEndpoint();
  const trail = aTrail();
  if (entries > 0) trail.appendMany(Array.from({ length: entries }, (_, n) => said(`e${n}`)));
  const path = join(tempFolder(), 'delivery.db');
  const settings = { endpoint: endpoint.url, headers: { authorization: 'Bearer t' } };
  const made = delivery(trail, path, () => settings, over);
  const sent = () => endpoint.received.flatMap(({ sequences }) => sequences);
  const state = (expected: string) => expect(made.outbox.status().state).toBe(expected);
  const kicked = async (expected: string) => {
    made.outbox.kick();
    await made.pass();
    state(expected);
  };
  return { endpoint, trail, path, settings, sent, state, kicked, ...made };
}

const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

describe('delivery', () => {
  test('sends everything in order, in batches, gzipped, with the headers of the settings', async () => {
    const d = await deliveringTo(600);
    expect(d.outbox.status()).toMatchObject({ pending: 601, deliveredThrough: 0 });
    d.outbox.kick();
    await d.pass();
    expect(d.outbox.status().pending).toBe(0);
    d.state('idle');
    expect(d.sent()).toEqual(upTo(601));
    expect(d.endpoint.received.map(({ sequences }) => sequences.length)).toEqual([
      batchEntries,
      batchEntries,
      601 - 2 * batchEntries,
    ]);
    expect(d.endpoint.received[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'user-agent': 'airlock-desktop/1.0.0',
    });
    expect(d.outbox.status()).toEqual({
      state: 'idle',
      endpoint: d.endpoint.url,
      pending: 0,
      deliveredThrough: 601,
      setAside: 0,
    });
    expect(d.wait()).toBeUndefined();
  });

  test('waits a second for company before it sends what is new', async () => {
    const d = await deliveringTo(0);
    await d.kicked('idle');
    d.trail.append(said('a'));
    d.outbox.appended();
    d.outbox.appended();
    expect(d.wait()).toBe(1_000);
    await d.pass();
    d.state('idle');
    expect(d.sent()).toEqual([1, 2]);
  });

  test('keeps a batch below a mebibyte, and sends a larger entry alone', async () => {
    const d = await deliveringTo(0);
    const big = (size: number) => said('x'.repeat(size));
    d.trail.appendMany([big(300_000), big(300_000), big(300_000), big(1_500_000), said('small')]);
    await d.kicked('idle');
    expect(d.endpoint.received.map(({ sequences }) => sequences)).toEqual([
      [1, 2],
      [3],
      [4],
      [5],
      [6],
    ]);
  });

  test('takes checkpoints along once what they sign is on its way', async () => {
    const d = await deliveringTo(300);
    for (const sequence of [100, 256, 257, 301]) {
      const row = d.trail.rowsFrom(sequence, 1)[0];
      const chain = d.trail.last()?.chain ?? '';
      d.trail.addCheckpoint(
        sealCheckpoint({ chain, sequence, hash: row?.hash ?? '', time: 1 }, deviceKey),
      );
    }
    await d.kicked('idle');
    expect(d.endpoint.received.map(({ checkpoints }) => checkpoints)).toEqual([
      [100, 256],
      [257, 301],
    ]);
    await d.kicked('idle');
    expect(d.endpoint.received).toHaveLength(2);
  });

  test('does nothing without an endpoint, and begins when there is one', async () => {
    const d = await deliveringTo(1);
    const { url } = d.endpoint;
    d.settings.endpoint = '';
    await d.kicked('off');
    d.outbox.appended();
    expect(d.wait()).toBeUndefined();
    d.settings.endpoint = url;
    await d.kicked('idle');
    expect(d.sent()).toEqual([1, 2]);
  });

  test('never goes to the network in the clear', async () => {
    const fetched = vi.fn();
    const d = await deliveringTo(1, { fetch: fetched });
    d.settings.endpoint = 'http://otel.example.com/v1/logs';
    await d.kicked('alert');
    expect(d.outbox.status().lastError).toContain('in the clear');
    expect(fetched).not.toHaveBeenCalled();
    d.outbox.appended();
    expect(d.wait()).toBeUndefined();
    expect(fetched).not.toHaveBeenCalled();
  });

  test('goes on after a restart where it was', async () => {
    const d = await deliveringTo(3);
    await d.kicked('idle');
    await d.outbox.stop();
    d.trail.append(said('later'));
    const again = delivery(d.trail, d.path, () => d.settings);
    again.outbox.kick();
    await again.pass();
    expect(d.sent()).toEqual(upTo(5));
  });

  test('goes on at another endpoint from the same place', async () => {
    const d = await deliveringTo(3);
    await d.kicked('idle');
    const other = await fakeEndpoint();
    d.settings.endpoint = other.url;
    d.trail.append(said('new'));
    await d.kicked('idle');
    expect(other.received.flatMap(({ sequences }) => sequences)).toEqual([5]);
  });
});

describe('an endpoint that fails', () => {
  test.each([
    ['answers 500', { status: 500, body: 'oops' }, '500: oops'],
    ['answers 503', { status: 503 }, '503'],
    ['is too busy', { status: 429 }, '429'],
    ['times out', { status: 408 }, '408'],
    ['redirects', { status: 302, headers: { location: 'https://elsewhere/' } }, '302'],
    ['resets the connection', 'reset', 'cannot be reached'],
    ['takes it and dies', 'reset-after-reading', 'cannot be reached'],
  ] as const)('and %s gets the same again', async (_, reply, message) => {
    const d = await deliveringTo(2);
    d.endpoint.replies.push(reply, reply);
    await d.kicked('waiting');
    expect(d.outbox.status()).toMatchObject({
      pending: 3,
      lastError: expect.stringContaining(message),
    });
    expect(d.wait()).toBe(500);
    expect(d.outbox.status().nextAttemptAt).toBeDefined();
    await d.pass();
    expect(d.wait()).toBe(1_000);
    await d.pass();
    d.state('idle');
    expect(d.sent().slice(-3)).toEqual([1, 2, 3]);
    expect(d.outbox.status()).toMatchObject({ pending: 0, setAside: 0 });
    expect(d.outbox.status()).not.toHaveProperty('lastError');
  });

  test('for a week loses nothing, and keeps the order', async () => {
    const d = await deliveringTo(2);
    for (let n = 0; n < 20; n += 1) d.endpoint.replies.push({ status: 500 });
    await d.kicked('waiting');
    const waits: (number | undefined)[] = [];
    for (let n = 0; n < 20; n += 1) {
      expect(d.wait()).toBeDefined();
      waits.push(d.wait());
      d.trail.append(said(`meanwhile ${n}`));
      d.outbox.appended();
      await d.pass();
    }
    d.state('idle');
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(waits.at(-1)).toBe(150_000);
    expect(d.endpoint.received.at(-1)?.sequences).toEqual(upTo(23));
  });

  test('is left alone for as long as it asks', async () => {
    const d = await deliveringTo(1);
    d.endpoint.replies.push({ status: 503, headers: { 'retry-after': '120' } });
    await d.kicked('waiting');
    expect(d.wait()).toBe(120_000);
  });

  test('is tried at once when a person says so', async () => {
    const d = await deliveringTo(1);
    d.endpoint.replies.push({ status: 503, headers: { 'retry-after': '120' } });
    await d.kicked('waiting');
    d.outbox.kick();
    expect(d.wait()).toBe(0);
    await d.pass();
    d.state('idle');
  });

  test('does not show control characters in what it says', async () => {
    const d = await deliveringTo(1);
    d.endpoint.replies.push({ status: 500, body: `\u001b[31mred\u001b[0m\n${'x'.repeat(999)}` });
    await d.kicked('waiting');
    const { lastError = '' } = d.outbox.status();
    expect(lastError).not.toMatch(/\p{Cc}/u);
    expect(lastError.length).toBeLessThan(260);
  });
});

describe('an endpoint that refuses', () => {
  test.each([400, 401, 403, 404, 422])(
    '%i sets the batch aside, alerts, and goes on',
    async (status) => {
      const d = await deliveringTo(batchEntries);
      d.endpoint.replies.push({ status, body: 'no' });
      await d.kicked('alert');
      expect(d.outbox.status()).toMatchObject({
        setAside: 1,
        deliveredThrough: batchEntries,
        pending: 1,
        lastError: `The audit endpoint answered ${status}: no.`,
      });
      expect(d.wait()).toBe(500);
      await d.pass();
      expect(d.outbox.status().pending).toBe(0);
      expect(d.outbox.status()).toMatchObject({ state: 'alert', setAside: 1 });
      expect(d.outbox.status().lastError).toContain(String(status));
    },
  );

  test('gets it again when told to, and the alert ends', async () => {
    const d = await deliveringTo(2);
    d.endpoint.replies.push({ status: 401 });
    await d.kicked('alert');
    expect(d.outbox.retrySetAside()).toEqual({ ok: true, value: null });
    await d.pass();
    d.state('idle');
    expect(d.sent()).toEqual([1, 2, 3, 1, 2, 3]);
    expect(d.outbox.status()).toMatchObject({ setAside: 0, pending: 0 });
    expect(d.outbox.retrySetAside()).toMatchObject({ ok: false });
  });

  test('gets it again after a restart and at a new address; refused again it stays aside', async () => {
    const d = await deliveringTo(2);
    d.endpoint.replies.push({ status: 401 });
    await d.kicked('alert');
    await d.outbox.stop();
    const second = delivery(d.trail, d.path, () => d.settings);
    d.endpoint.replies.push({ status: 401 });
    second.outbox.kick();
    await second.pass();
    expect(d.endpoint.received).toHaveLength(2);
    await vi.waitFor(() =>
      expect(second.outbox.status()).toMatchObject({ state: 'alert', setAside: 1 }),
    );
    const other = await fakeEndpoint();
    d.settings.endpoint = other.url;
    second.outbox.kick();
    await second.pass();
    expect(second.outbox.status().setAside).toBe(0);
    expect(other.received.flatMap(({ sequences }) => sequences)).toEqual([1, 2, 3]);
  });

  test('a batch as too large gets it in pieces, and what alone is too large is set aside', async () => {
    const d = await deliveringTo(2);
    for (let n = 0; n < 3; n += 1) d.endpoint.replies.push({ status: 413 });
    await d.kicked('alert');
    expect(d.endpoint.received.map(({ sequences }) => sequences)).toEqual([[1, 2, 3], [1, 2], [1]]);
    expect(d.outbox.status()).toMatchObject({ setAside: 1, deliveredThrough: 1 });
    await d.pass();
    expect(d.outbox.status().pending).toBe(0);
    expect(d.endpoint.received.at(-1)?.sequences).toEqual([2, 3]);
  });

  test.each(['2', 2])(
    '%j records of a batch is told and remembered',
    async (rejectedLogRecords) => {
      const d = await deliveringTo(2);
      const body = JSON.stringify({
        partialSuccess: { rejectedLogRecords, errorMessage: 'too old' },
      });
      d.endpoint.replies.push({ status: 200, body });
      await d.kicked('alert');
      expect(d.outbox.status()).toMatchObject({
        pending: 0,
        setAside: 1,
        lastError: 'The audit endpoint threw 2 entries away: too old.',
      });
    },
  );

  test.each([
    '',
    'not json',
    '{"partialSuccess":{}}',
    '{"partialSuccess":{"errorMessage":"hm"}}',
    '[]',
  ])('nothing with %j', async (body) => {
    const d = await deliveringTo(2);
    d.endpoint.replies.push({ status: 202, body });
    await d.kicked('idle');
    expect(d.outbox.status()).toMatchObject({ pending: 0, setAside: 0 });
  });
});

describe('several processes', () => {
  test('only one delivers; the other takes over when it ends', async () => {
    const d = await deliveringTo(2);
    await d.kicked('idle');
    d.trail.append(said('new'));
    const other = delivery(d.trail, d.path, () => d.settings);
    other.outbox.kick();
    await other.pass();
    expect(other.wait()).toBe(30_000);
    expect(d.sent()).toEqual(upTo(3));
    await d.outbox.stop();
    await other.pass();
    expect(d.sent()).toEqual(upTo(4));
  });

  test('the other takes over from one that died', async () => {
    const d = await deliveringTo(2);
    await d.kicked('idle');
    d.trail.append(said('new'));
    const other = delivery(d.trail, d.path, () => d.settings);
    other.later(91_000);
    other.outbox.kick();
    await other.pass();
    expect(d.sent()).toEqual(upTo(4));
  });
});

describe('a trail that is not what it was', () => {
  test('is delivered from its start where it was turned back', async () => {
    const d = await deliveringTo(5);
    await d.kicked('idle');
    const db = new DatabaseSync(d.path);
    db.exec("UPDATE cursors SET hash = 'another'");
    db.close();
    await d.kicked('idle');
    expect(d.sent()).toEqual([...upTo(6), ...upTo(6)]);
  });
});

test('a record that cannot be opened is told and tried again', async () => {
  const d = await deliveringTo(1, {
    open: () => ({ ok: false, problem: { code: 'disk-full', message: 'The disk is full.' } }),
  });
  await d.kicked('waiting');
  expect(d.outbox.status()).toMatchObject({ lastError: 'The disk is full.', pending: 2 });
  expect(d.wait()).toBe(500);
});

test('a request under way ends with the outbox', async () => {
  const hanging = vi.fn(
    (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  const d = await deliveringTo(1, { fetch: hanging as typeof fetch });
  d.outbox.kick();
  const passed = d.pass();
  await vi.waitFor(() => expect(hanging).toHaveBeenCalled());
  d.state('sending');
  await d.outbox.stop();
  await passed;
  expect(hanging).toHaveBeenCalledOnce();
  expect(d.outbox.status().deliveredThrough).toBe(0);
});
