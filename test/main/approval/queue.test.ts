import { describe, expect, test } from 'vitest';
import { makeGrants } from '../../../main/approval/grants.ts';
import { makeApprovalQueue } from '../../../main/approval/queue.ts';
import type {
  ApprovalAnswer,
  ApprovalOutcome,
  ApprovalsView,
  Grant,
} from '../../../shared/approval.ts';
import type { Call } from '../../../shared/call.ts';
import type { Finding } from '../../../shared/finding.ts';
import { aCall, askToWrite } from '../../fakes/call.ts';

/** A queue with a clock the test turns, and a person who presses when told to. */
function desk() {
  let now = 1_000_000;
  let ids = 0;
  let pressedAt: number | undefined;
  let windowWorks = true;
  let policy = 'policy-1';
  const timers = new Set<{ at: number; call: () => void }>();
  const rows = new Map<string, Grant>();
  const records: string[] = [];
  let view: ApprovalsView = { revision: 0, cards: [] };
  const openGrants = () =>
    makeGrants({
      store: { all: () => [...rows.values()], save: (grant) => rows.set(grant.id, grant) },
      now: () => now,
      newId: () => `grant-${++ids}`,
      policyHash: () => policy,
      person: () => 'ada',
      record: (kind) => records.push(kind),
    });
  const grants = openGrants();
  const queue = makeApprovalQueue({
    grants,
    display: { text: (t) => t, json: (t) => t, masked: (t) => t },
    now: () => now,
    newId: () => `card-${++ids}`,
    person: () => 'ada',
    deadlineMs: () => 45_000,
    after: (ms, call) => {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    realInputAt: () => pressedAt,
    showWindow: () => windowWorks,
    onChange: (next) => {
      view = next;
    },
  });
  const pass = (ms: number) => {
    now += ms;
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= now && timers.delete(timer)) timer.call();
    }
  };
  const ask = (call: Call, findings: Finding[] = [], signal = new AbortController().signal) => {
    const asked = { outcome: undefined as ApprovalOutcome | undefined, done: Promise.resolve() };
    asked.done = queue.ask(call, askToWrite, findings, signal).then((outcome) => {
      asked.outcome = outcome;
    });
    return asked;
  };
  const first = () => {
    const card = view.cards[0];
    if (!card) throw new Error('no card is shown');
    return card;
  };
  const answer = (over: Partial<ApprovalAnswer> = {}) =>
    queue.answer({
      approvalId: first().id,
      cardRevision: first().revision,
      answer: 'allow',
      scope: 'arguments',
      duration: 'once',
      ...over,
    });
  return {
    queue,
    grants,
    rows,
    records,
    pass,
    ask,
    answer,
    first,
    openGrants,
    view: () => view,
    look: (ms = 700) => {
      queue.shown(view.revision);
      pass(ms);
    },
    press: () => {
      pressedAt = now;
    },
    breakWindow: () => {
      windowWorks = false;
    },
    changePolicy: () => {
      policy = 'policy-2';
    },
  };
}

describe('a yes', () => {
  test('after a look and a real press lets exactly that call through and names the person', async () => {
    const d = desk();
    const asked = d.ask(aCall());
    d.look(900);
    d.press();
    expect(d.answer()).toEqual({ ok: true, value: null });
    await asked.done;
    expect(asked.outcome).toEqual({ answer: 'allow', how: 'person', by: 'ada', lookedMs: 900 });
    expect(d.rows.size).toBe(0);
  });

  test('within 600 ms of appearing does not count and the call goes on waiting', () => {
    const d = desk();
    const asked = d.ask(aCall());
    d.look(599);
    d.press();
    expect(d.answer()).toMatchObject({ ok: false, problem: { code: 'too-soon' } });
    expect(asked.outcome).toBeUndefined();
  });

  test('for a card the page never painted does not count', () => {
    const d = desk();
    d.ask(aCall());
    d.pass(5_000);
    d.press();
    expect(d.answer()).toMatchObject({ ok: false, problem: { code: 'too-soon' } });
  });

  test('without a real press does not count', () => {
    const d = desk();
    d.ask(aCall());
    d.look();
    expect(d.answer()).toMatchObject({ ok: false, problem: { code: 'no-real-input' } });
  });

  test('with a press from before the card settled does not count', () => {
    const d = desk();
    d.ask(aCall());
    d.queue.shown(d.view().revision);
    d.press();
    d.pass(650);
    expect(d.answer()).toMatchObject({ ok: false, problem: { code: 'no-real-input' } });
  });

  test('for an older revision of the card does not count', () => {
    const d = desk();
    d.ask(aCall());
    const { revision } = d.first();
    d.ask(aCall());
    d.look();
    d.press();
    expect(d.answer({ cardRevision: revision })).toMatchObject({
      ok: false,
      problem: { code: 'stale' },
    });
  });

  test('does not run on into the next card on a double click', async () => {
    const d = desk();
    d.ask(aCall());
    const second = d.ask(aCall({ argumentsText: '{"path":"b"}' }));
    d.look();
    d.press();
    expect(d.answer().ok).toBe(true);
    d.press();
    expect(d.answer()).toMatchObject({ ok: false, problem: { code: 'too-soon' } });
    expect(second.outcome).toBeUndefined();
  });

  test('wider than what was offered does not count', () => {
    const d = desk();
    const finding: Finding = {
      code: 'x',
      severity: 'high',
      place: 'arguments',
      message: 'm',
      owasp: 'o',
    };
    d.ask(aCall(), [finding]);
    d.look();
    d.press();
    expect(d.first().durations).toEqual(['once']);
    expect(d.answer({ duration: 'always', scope: 'tool' })).toMatchObject({
      ok: false,
      problem: { code: 'not-offered' },
    });
  });
});

describe('silence and loss', () => {
  test('the deadline denies, and a late yes holds for exactly that call, once, for ten minutes', async () => {
    const d = desk();
    const call = aCall();
    const asked = d.ask(call);
    d.pass(45_000);
    await asked.done;
    expect(asked.outcome).toEqual({ answer: 'deny', how: 'timeout' });
    expect(d.first().state).toBe('expired');
    d.look();
    d.press();
    expect(d.answer().ok).toBe(true);
    const other = aCall({ argumentsText: '{"path":"/etc/passwd"}' });
    expect(d.grants.find(other, askToWrite, [])).toBeUndefined();
    expect(d.grants.find(aCall(), askToWrite, [])).toMatchObject({ answer: 'allow', how: 'grant' });
    expect(d.grants.find(aCall(), askToWrite, [])).toBeUndefined();
  });

  test('a late yes is gone after ten minutes', async () => {
    const d = desk();
    d.ask(aCall());
    d.pass(45_000);
    d.look();
    d.press();
    d.answer();
    d.pass(600_000);
    expect(d.grants.find(aCall(), askToWrite, [])).toBeUndefined();
  });

  test('a closed or crashed window denies everything that waits', async () => {
    const d = desk();
    const one = d.ask(aCall());
    const two = d.ask(aCall({ argumentsText: '{}' }));
    d.queue.windowLost();
    await Promise.all([one.done, two.done]);
    expect([one.outcome?.how, two.outcome?.how]).toEqual(['window-closed', 'window-closed']);
    expect(d.view().cards).toEqual([]);
  });

  test('a window that cannot be shown denies at once', async () => {
    const d = desk();
    d.breakWindow();
    const asked = d.ask(aCall());
    await asked.done;
    expect(asked.outcome).toEqual({ answer: 'deny', how: 'window-closed' });
  });

  test('a client that cancels takes its card away', async () => {
    const d = desk();
    const abort = new AbortController();
    const asked = d.ask(aCall(), [], abort.signal);
    abort.abort();
    await asked.done;
    expect(asked.outcome).toEqual({ answer: 'deny', how: 'cancelled' });
    expect(d.view().cards).toEqual([]);
  });

  test('a kill denies only what it covers and says which calls', async () => {
    const d = desk();
    const killed = d.ask(aCall());
    const other = d.ask(aCall({ connection: { id: 'con_2', name: 'web', sessionId: 'ses_2' } }));
    const calls = d.queue.denyWhere((call) => call.connection.id === 'con_1', 'killed');
    await killed.done;
    expect(calls.map((call) => call.connection.id)).toEqual(['con_1']);
    expect(killed.outcome).toMatchObject({ answer: 'deny', how: 'killed' });
    expect(other.outcome).toBeUndefined();
  });
});

describe('one queue', () => {
  test('identical requests share a card with a count, and one answer settles all', async () => {
    const d = desk();
    const both = [d.ask(aCall()), d.ask(aCall())];
    expect(d.view().cards).toHaveLength(1);
    expect(d.first().count).toBe(2);
    d.look();
    d.press();
    d.answer();
    await Promise.all(both.map((asked) => asked.done));
    expect(both.map((asked) => asked.outcome?.answer)).toEqual(['allow', 'allow']);
  });

  test('a changed pin, server or argument is another card', () => {
    const d = desk();
    d.ask(aCall());
    const tool = aCall().tool;
    if (!tool) throw new Error('the fake call has a tool');
    d.ask(aCall({ tool: { ...tool, pin: 'pin-2' } }));
    d.ask(aCall({ server: { id: 'srv_2', transport: 'stdio', label: 'x' } }));
    d.ask(aCall({ argumentsText: '{"path":"b"}' }));
    expect(d.view().cards).toHaveLength(4);
  });

  test('a flood is one card with a count that cannot be allowed, and deny clears just the flood', async () => {
    const d = desk();
    const all = Array.from({ length: 60 }, (_, i) => d.ask(aCall({ argumentsText: `{"n":${i}}` })));
    const flood = d.view().cards.find((card) => card.state === 'collapsed');
    expect(d.view().cards).toHaveLength(11);
    expect(flood?.count).toBe(50);
    d.look();
    d.press();
    const id = flood?.id ?? '';
    expect(d.answer({ approvalId: id })).toMatchObject({
      ok: false,
      problem: { code: 'collapsed' },
    });
    expect(d.answer({ approvalId: id, answer: 'deny' }).ok).toBe(true);
    await Promise.all(all.slice(10).map((asked) => asked.done));
    expect(all.filter((asked) => asked.outcome?.how === 'flood')).toHaveLength(50);
    expect(d.queue.waiting()).toBe(10);
  });

  test('the next card says what changed since the last approved call of the tool', () => {
    const d = desk();
    d.ask(aCall());
    d.look();
    d.press();
    d.answer();
    d.ask(aCall({ argumentsText: '{"path":"b.txt","content":"hi"}' }));
    expect(d.first().changes).toEqual(['path: "a.txt" → "b.txt"']);
  });
});

describe('grants', () => {
  const give = (d: ReturnType<typeof desk>, over: Partial<ApprovalAnswer>) => {
    d.ask(aCall());
    d.look();
    d.press();
    expect(d.answer(over)).toMatchObject({ ok: true });
  };

  test('an always-grant for a tool covers other arguments, survives a restart and can be revoked', () => {
    const d = desk();
    give(d, { scope: 'tool', duration: 'always' });
    const other = aCall({ argumentsText: '{"path":"z"}' });
    expect(d.grants.find(other, askToWrite, [])).toMatchObject({ answer: 'allow' });
    const after = d.openGrants();
    expect(after.find(other, askToWrite, [])).toMatchObject({ answer: 'allow' });
    after.revoke(after.list()[0]?.id ?? '');
    expect(after.find(other, askToWrite, [])).toBeUndefined();
    expect(d.openGrants().find(other, askToWrite, [])).toBeUndefined();
    expect(d.records).toEqual(['grant.given', 'grant.revoked']);
  });

  test('a session grant ends with the session and does not survive a restart', () => {
    const d = desk();
    give(d, { scope: 'tool', duration: 'session' });
    const elsewhere = aCall({ connection: { id: 'con_1', name: 'files', sessionId: 'ses_9' } });
    expect(d.grants.find(elsewhere, askToWrite, [])).toBeUndefined();
    expect(d.openGrants().find(aCall(), askToWrite, [])).toBeUndefined();
    d.grants.endSession('ses_1');
    expect(d.grants.find(aCall(), askToWrite, [])).toBeUndefined();
  });

  test('a grant dies with the pin, does not reach another server, and dies with the policy', () => {
    const d = desk();
    give(d, { scope: 'tool', duration: 'always' });
    const tool = aCall().tool;
    if (!tool) throw new Error('the fake call has a tool');
    expect(
      d.grants.find(
        aCall({ server: { id: 'srv_2', transport: 'stdio', label: 'x' } }),
        askToWrite,
        [],
      ),
    ).toBeUndefined();
    d.changePolicy();
    expect(d.grants.find(aCall(), askToWrite, [])).toBeUndefined();
    expect(d.grants.list()[0]?.dead).toBe('policy-changed');
    const e = desk();
    give(e, { scope: 'tool', duration: 'always' });
    expect(
      e.grants.find(aCall({ tool: { ...tool, pin: 'pin-2' } }), askToWrite, []),
    ).toBeUndefined();
    expect(e.grants.list()[0]?.dead).toBe('pin-changed');
  });

  test('a wide grant does not cover a graver call or one with a high finding', () => {
    const d = desk();
    give(d, { scope: 'server', duration: 'always' });
    const destroy = { ...askToWrite, risk: { level: 'destroy' as const, reasons: [] } };
    expect(d.grants.find(aCall({ target: 'delete_all' }), destroy, [])).toBeUndefined();
    const high: Finding = { code: 'x', severity: 'high', place: 'a', message: 'm', owasp: 'o' };
    expect(d.grants.find(aCall(), askToWrite, [high])).toBeUndefined();
    expect(d.grants.find(aCall({ target: 'append' }), askToWrite, [])).toMatchObject({
      answer: 'allow',
    });
  });
});
