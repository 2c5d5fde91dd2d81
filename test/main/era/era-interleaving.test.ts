import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLegacyFront } from '../../../main/era/legacy-front.ts';
import { makeModernFront } from '../../../main/era/modern-front.ts';
import { type FrontRig, frontRig, modernMeta, type Said } from './front-rig.ts';

const able = { elicitation: {}, sampling: {}, roots: {} };
const limits = { rounds: 3, parked: 3, requests: 6, questions: 3 };

/** One step of one side: what it does, and to which of the things it could do it to. */
const step = fc.record({
  act: fc.constantFrom(
    'call',
    'list',
    'answer',
    'fail',
    'ask',
    'reply',
    'refuse',
    'cancel',
    'wait',
    'noise',
  ),
  pick: fc.nat(20),
});
type Step = { readonly act: string; readonly pick: number };

/** Adds one to a count. */
const count = (of: Map<string, number>, id: string) => void of.set(id, (of.get(id) ?? 0) + 1);

const taken = <T>(from: T[], pick: number): T | undefined =>
  from.length === 0 ? undefined : from.splice(pick % from.length, 1)[0];

/** Keeps the books of both sides while a front runs between them. */
function ledger(rig: FrontRig) {
  /** How often each side asked under an id, and how often it was answered. */
  const asked = new Map<string, number>();
  const answers = new Map<string, number>();
  const cancelled = new Set<string>();
  const serverAsked = new Map<string, number>();
  const serverAnswers = new Map<string, number>();
  /** What each side still has to answer. */
  const atServer: Said[] = [];
  const atClient: Said[] = [];
  const retries: { state: string; keys: string[] }[] = [];

  return {
    asked,
    cancelled,
    atServer,
    atClient,
    retries,
    request(id: string, method: string, params: object) {
      count(asked, id);
      rig.client({ jsonrpc: '2.0', id, method, params });
    },
    question(id: string, method: string, params: object) {
      count(serverAsked, id);
      rig.server({ jsonrpc: '2.0', id, method, params });
    },
    cancel(id: string) {
      cancelled.add(id);
      const params = { requestId: id };
      rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    },
    answerOfServer(pick: number, answer: object) {
      const of = taken(atServer, pick);
      if (of !== undefined) rig.server({ jsonrpc: '2.0', id: of.id, ...answer });
    },
    answerOfClient(pick: number, answer: object) {
      const of = taken(atClient, pick);
      if (of !== undefined) rig.client({ jsonrpc: '2.0', id: of.id, ...answer });
    },
    noise(pick: number) {
      rig.server({ jsonrpc: '2.0', id: pick + 1000, result: {} });
      rig.server({ jsonrpc: '2.0', id: `${pick}`, error: { code: 1, message: 'm' } });
      rig.client({ jsonrpc: '2.0', id: `airlock-${pick}-9`, result: {} });
      rig.server({ x: pick });
    },
    collect() {
      for (const message of rig.heardByServer()) {
        if (message.method === undefined) count(serverAnswers, message.id);
        else if (message.id !== undefined) atServer.push(message);
      }
      for (const message of rig.heardByClient()) {
        if (message.jsonrpc === undefined) continue;
        if (message.method !== undefined) {
          if (message.id !== undefined) atClient.push(message);
          continue;
        }
        count(answers, message.id);
        const { requestState, inputRequests } = message.result ?? {};
        if (requestState !== undefined)
          retries.push({ state: requestState, keys: Object.keys(inputRequests) });
      }
    },
    check() {
      for (const [id, times] of asked) {
        const heard = answers.get(id) ?? 0;
        if (cancelled.has(id)) expect(heard, `cancelled ${id}`).toBeLessThanOrEqual(times);
        else expect(heard, `request ${id}`).toBe(times);
      }
      for (const id of answers.keys()) expect(asked.has(id), `answer to ${id}`).toBe(true);
      for (const [id, times] of serverAsked)
        expect(serverAnswers.get(id), `question ${id}`).toBe(times);
      expect(rig.timers.size).toBe(0);
    },
  };
}

/** Lets both sides go on until nothing is left to say, and time pass for what nobody says. */
function finish(rig: FrontRig, book: ReturnType<typeof ledger>, answer: object) {
  for (let turn = 0; turn < 200; turn += 1) {
    book.collect();
    if (book.atServer.length + book.atClient.length === 0) break;
    book.answerOfServer(0, { result: answer });
    book.answerOfClient(0, { result: { roots: [] } });
    rig.pass(1000);
  }
  for (let turn = 0; turn < 5; turn += 1) {
    rig.pass(20 * 60_000);
    book.collect();
    while (book.atServer.length > 0) book.answerOfServer(0, { result: answer });
  }
  book.collect();
  book.check();
}

describe('any interleaving of a legacy client and a modern server', () => {
  const complete = { resultType: 'complete', content: [] };
  const inputRequests = { a: { method: 'roots/list' }, b: { method: 'roots/list' } };

  it('ends with one answer for each request', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rig = frontRig(makeLegacyFront, limits);
        const params = { capabilities: able };
        rig.client({ jsonrpc: '2.0', id: 'i', method: 'initialize', params });
        const result = { resultType: 'complete', supportedVersions: ['2026-07-28'] };
        rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
        rig.heardByClient();
        const book = ledger(rig);
        const run = ({ act, pick }: Step) => {
          const asks =
            pick % 4 === 0 ? { requestState: 's' } : { inputRequests, requestState: 's' };
          switch (act) {
            case 'call':
              return book.request(`c${pick}`, 'tools/call', { name: 't' });
            case 'list':
              return book.request(`c${pick}`, 'tools/list', {});
            case 'answer':
              return book.answerOfServer(pick, { result: complete });
            case 'fail':
              return book.answerOfServer(pick, { error: { code: 1, message: 'm' } });
            case 'ask':
              return book.answerOfServer(pick, {
                result: { resultType: 'input_required', ...asks },
              });
            case 'reply':
              return book.answerOfClient(pick, { result: { roots: [] } });
            case 'refuse':
              return book.answerOfClient(pick, { error: { code: 1, message: 'm' } });
            case 'cancel':
              return book.cancel(`c${pick}`);
            case 'wait':
              return rig.pass(pick * 100);
            default:
              return book.noise(pick);
          }
        };
        for (const one of steps) {
          run(one);
          book.collect();
        }
        finish(rig, book, complete);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any interleaving of a modern client and a legacy server', () => {
  it('ends with one answer for each request of either side', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rig = frontRig(makeModernFront, limits);
        const meta = { _meta: modernMeta(able) };
        rig.client({ jsonrpc: '2.0', id: 'd', method: 'server/discover', params: meta });
        const result = { protocolVersion: '2025-11-25', capabilities: {} };
        rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
        rig.heardByClient();
        rig.heardByServer();
        const book = ledger(rig);
        let unique = 0;
        const call = (id: string, more: object = {}) =>
          book.request(id, 'tools/call', { name: 't', ...more, ...meta });
        const run = ({ act, pick }: Step) => {
          switch (act) {
            case 'call':
              return call(`c${pick}`);
            case 'list':
              return book.request(`c${pick}`, 'tools/list', meta);
            case 'answer':
              return book.answerOfServer(pick, { result: { content: [] } });
            case 'fail':
              return book.answerOfServer(pick, { error: { code: 1, message: 'm' } });
            case 'ask':
              unique += 1;
              return book.question(
                `q${unique}`,
                pick % 2 ? 'roots/list' : 'elicitation/create',
                {},
              );
            case 'reply':
            case 'refuse': {
              const retry = taken(book.retries, pick);
              if (retry === undefined) return;
              unique += 1;
              const keys = act === 'refuse' ? [] : retry.keys;
              const inputResponses = Object.fromEntries(keys.map((key) => [key, { roots: [] }]));
              return call(`r${unique}`, { requestState: retry.state, inputResponses });
            }
            case 'cancel':
              return book.cancel(pick % 2 ? `c${pick}` : `r${unique}`);
            case 'wait':
              return rig.pass(pick * 10_000);
            default:
              return book.noise(pick);
          }
        };
        for (const one of steps) {
          run(one);
          book.collect();
        }
        finish(rig, book, { content: [] });
      }),
      { numRuns: 200 },
    );
  });
});
