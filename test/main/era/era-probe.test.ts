import type { PassThrough } from 'node:stream';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { McpServer as ModernServer } from '@modelcontextprotocol/server';
import * as modernStdio from '@modelcontextprotocol/server/stdio';
import { describe, expect, it } from 'vitest';
import { type EraRecord, makeEraBook } from '../../../main/era/era-book.ts';
import { probeEra } from '../../../main/era/era-probe.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { pipes } from './peers.ts';

type Answer = object | 'close' | 'silence';

/** Probes a server that answers by method; silence ends at once, so that no test waits for it. */
async function probed(answer: (method: string, leg: number) => Answer) {
  const asked: string[] = [];
  let legs = 0;
  let closed = 0;
  const silences: (() => void)[] = [];
  const found = await probeEra({
    clientInfo: { name: 'airlock', version: '1' },
    after(_ms, call) {
      silences.push(call);
      return () => void silences.splice(silences.indexOf(call), 1);
    },
    async open() {
      legs += 1;
      const leg = legs;
      const { stdin, stdout, streams } = pipes();
      stdin.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().trim().split('\n')) {
          const { id, method } = JSON.parse(line);
          asked.push(method);
          const said = answer(method, leg);
          if (said === 'close') stdout.end();
          else if (said === 'silence') for (const call of silences.splice(0)) call();
          else stdout.write(`banner\n${JSON.stringify({ jsonrpc: '2.0', id, ...said })}\n`);
        }
      });
      return ok({
        streams,
        async close() {
          closed += 1;
        },
      });
    },
  });
  return { found, asked, legs, closed };
}

const discovered = (supportedVersions: string[]) => ({
  result: { resultType: 'complete', supportedVersions, capabilities: {} },
});
const initialized = { result: { protocolVersion: '2025-06-18', capabilities: {} } };
const error = (code: number, data?: object) => ({ error: { code, message: 'm', data } });

describe('what the answer to server/discover says', () => {
  it.each([
    ['a method nobody knows', error(-32601), ok('legacy')],
    ['invalid params', error(-32602), ok('legacy')],
    ['a code of some SDK', error(-32000), ok('legacy')],
    ['a result of something else', { result: {} }, ok('legacy')],
    ['legacy versions', discovered(['2025-11-25']), ok('legacy')],
    ['an unsupported version without a list', error(-32022), ok('legacy')],
    ['a legacy list', error(-32022, { supported: ['2025-11-25'] }), ok('legacy')],
  ])('%s', async (_, said, era) => {
    const { found, asked, closed } = await probed(() => said);
    expect(found).toEqual(era);
    expect(asked).toEqual(['server/discover']);
    expect(closed).toBe(1);
  });

  it.each([
    ['only later versions', discovered(['2030-01-01']), 'unsupported'],
    ['a list of later versions', error(-32022, { supported: ['2030-01-01'] }), 'unsupported'],
    ['that the way there failed', error(-31003), 'unknown'],
  ])('%s is no era', async (_, said, code) => {
    const { found } = await probed(() => said);
    expect(found).toMatchObject({ ok: false, problem: { code } });
  });

  it.each([
    ['DiscoverResult', discovered(['2026-07-28'])],
    ['MissingRequiredClientCapability', error(-32021)],
    ['HeaderMismatch', error(-32020)],
    ['UnsupportedProtocolVersion', error(-32022, { supported: ['2026-07-28'] })],
  ])('%s is modern, and initialize tells whether it is dual', async (_, said) => {
    const only = await probed((method) => (method === 'initialize' ? error(-32601) : said));
    expect(only.found).toEqual(ok('modern'));
    const dual = await probed((method) => (method === 'initialize' ? initialized : said));
    expect(dual.found).toEqual(ok('dual'));
    expect(dual.asked).toEqual(['server/discover', 'initialize']);
  });
});

describe('silence and sudden ends', () => {
  it('are legacy where initialize is answered then', async () => {
    const silent = await probed((method) => (method === 'initialize' ? initialized : 'silence'));
    expect(silent).toMatchObject({ found: ok('legacy'), legs: 1 });
    const ended = await probed((method) => (method === 'initialize' ? initialized : 'close'));
    expect(ended).toMatchObject({ found: ok('legacy'), legs: 2, closed: 2 });
  });

  it('are no era where it is not', async () => {
    for (const said of ['silence', 'close', error(-32603)] as const) {
      const { found } = await probed((method) => (method === 'initialize' ? said : 'silence'));
      expect(found).toMatchObject({ ok: false, problem: { code: 'unknown' } });
    }
  });

  it('are a problem where the server cannot be reached', async () => {
    const found = await probeEra({
      clientInfo: { name: 'airlock', version: '1' },
      after: () => () => undefined,
      open: async () => fail('not-found', 'There is no such program.'),
    });
    expect(found).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });
});

describe('servers of the SDKs', () => {
  const after = (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  };
  const clientInfo = { name: 'airlock', version: '1' };

  it.each(['reject', 'serve'] as const)('of 2.x are found (legacy: %s)', async (legacy) => {
    const { stdin, stdout, streams } = pipes();
    const serving = modernStdio.serveStdio(() => new ModernServer({ name: 's', version: '1' }), {
      transport: new modernStdio.StdioServerTransport(stdin, stdout),
      legacy,
    });
    const open = async () => ok({ streams, close: () => serving.close() });
    const found = await probeEra({ open, after, clientInfo });
    expect(found).toEqual(ok(legacy === 'serve' ? 'dual' : 'modern'));
  });

  it('of 1.x are found', async () => {
    const { stdin, stdout, streams } = pipes();
    const server = new McpServer({ name: 's', version: '1' });
    await server.connect(new StdioServerTransport(stdin, stdout as PassThrough));
    const open = async () => ok({ streams, close: () => server.close() });
    expect(await probeEra({ open, after, clientInfo })).toEqual(ok('legacy'));
  });
});

describe('the book of eras', () => {
  function book(maxAgeMs = 1000) {
    const store = new Map<string, EraRecord>();
    const clock = { now: 5000 };
    let probes = 0;
    const eras = makeEraBook({
      load: (id) => store.get(id),
      save(id, record) {
        if (record === undefined) store.delete(id);
        else store.set(id, record);
      },
      now: () => clock.now,
      maxAgeMs,
    });
    return {
      eras,
      clock,
      store,
      probes: () => probes,
      probe: async () => {
        probes += 1;
        return ok('modern' as const);
      },
    };
  }

  it('probes a server once, however many ask, and keeps the date', async () => {
    const { eras, probe, probes, store } = book();
    const all = await Promise.all([eras.eraOf('s', probe), eras.eraOf('s', probe)]);
    await eras.eraOf('s', probe);
    expect(probes()).toBe(1);
    expect(all).toEqual([ok({ era: 'modern', at: 5000 }), ok({ era: 'modern', at: 5000 })]);
    expect(store.get('s')).toEqual({ era: 'modern', at: 5000 });
    await eras.eraOf('other', probe);
    expect(probes()).toBe(2);
  });

  it('probes again when the finding is old, from the future or forgotten', async () => {
    const { eras, clock, probe, probes } = book();
    await eras.eraOf('s', probe);
    clock.now = 6000;
    expect(eras.known('s')).toBeUndefined();
    await eras.eraOf('s', probe);
    clock.now = 5999;
    await eras.eraOf('s', probe);
    eras.forget('s');
    await eras.eraOf('s', probe);
    expect(probes()).toBe(4);
  });

  it('remembers no problem', async () => {
    const { eras, probe } = book();
    const failed = await eras.eraOf('s', async () => fail('unknown', 'It did not say.'));
    expect(failed.ok).toBe(false);
    expect(await eras.eraOf('s', probe)).toMatchObject({ ok: true });
  });
});
