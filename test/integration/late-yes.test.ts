import { expect, test } from 'vitest';
import { makeGrants } from '../../main/approval/grants.ts';
import { makeApprovalQueue } from '../../main/approval/queue.ts';
import type { ApprovalsView, Grant } from '../../shared/approval.ts';
import { rig, settled, until } from '../main/relay/rig.ts';

/** A relayed session with the real queue and grants, a clock the test turns, and a person who presses when told to. */
function desk() {
  let now = 1_000_000;
  let ids = 0;
  let view: ApprovalsView = { revision: 0, cards: [] };
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  const rows = new Map<string, Grant>();
  const newId = () => `id-${++ids}`;
  const grants = makeGrants({
    store: { all: () => [...rows.values()], save: (grant) => rows.set(grant.id, grant) },
    now: () => now,
    newId,
    policyHash: () => 'policy',
    person: () => 'ada',
    record: () => undefined,
  });
  const queue = makeApprovalQueue({
    grants,
    display: { text: (t) => t, json: (t) => t, masked: (t) => t },
    now: () => now,
    newId,
    person: () => 'ada',
    deadlineMs: () => 45_000,
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    realInputAt: () => now,
    showWindow: () => true,
    onChange: (next) => {
      view = next;
    },
  });
  const session = rig({
    decide: ({ target }) => (target === 'ask_me' ? 'ask' : 'allow'),
    stages: { approval: { granted: grants.find, ask: queue.ask } },
  });
  return Object.assign(session, {
    cards: () => view.cards,
    pass(ms: number) {
      now += ms;
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.call();
    },
    approve() {
      queue.shown(view.revision);
      now += 1_000;
      const card = view.cards[0];
      if (card === undefined) throw new Error('No card is shown.');
      const answer = { approvalId: card.id, cardRevision: card.revision, answer: 'allow' } as const;
      return queue.answer({ ...answer, scope: 'arguments', duration: 'once' });
    },
  });
}

const round = (id: number, more = '') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"ask_me","arguments":{"b":1,"a":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}}${more}}}\n`;
const back = (id: number, state: string) =>
  round(
    id,
    `,"requestState":"${state}","inputResponses":{"airlock":{"action":"accept","content":{}}}`,
  );

test('a yes after the deadline sends the call when its client comes back, once', async () => {
  const d = desk();
  d.clientSays(round(1));
  await until(() => d.cards().length === 1);
  d.pass(45_000);
  await until(() => d.clientHears.lines().length === 1);
  const state = String(d.clientHears.messages()[0].result.requestState);
  expect(d.cards()[0]?.state).toBe('expired');
  expect(d.approve().ok).toBe(true);
  d.clientSays(back(2, state));
  await until(() => d.serverHears.text() === round(2));
  expect(d.cards()).toEqual([]);
  d.clientSays(back(3, state));
  await until(() => d.cards().length === 1);
  await settled();
  expect(d.serverHears.text()).toBe(round(2));
});

test('a client that comes back before the yes waits at the same question, with one card', async () => {
  const d = desk();
  d.clientSays(round(1));
  await until(() => d.cards().length === 1);
  d.pass(45_000);
  await until(() => d.clientHears.lines().length === 1);
  const state = String(d.clientHears.messages()[0].result.requestState);
  d.clientSays(back(2, state));
  await until(() => d.cards()[0]?.state === 'waiting');
  // The model, or a second window, makes the same call: it is the same question.
  d.clientSays(round(3));
  await until(() => d.cards()[0]?.count === 2);
  expect(d.cards()).toHaveLength(1);
  expect(d.approve().ok).toBe(true);
  await until(() => d.serverHears.lines().length === 2);
  expect(d.serverHears.lines().sort()).toEqual([round(2).trim(), round(3).trim()].sort());
});
