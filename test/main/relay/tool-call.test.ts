import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../../main/relay/refusal.ts';
import { type Ending, handleCall, type Interruption } from '../../../main/relay/tool-call.ts';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import type { Answer, CallEnd, Stages } from '../../../shared/stages.ts';
import { aCall } from '../../fakes/call.ts';
import { decision } from './rig.ts';

const answer: Answer = { bytes: Buffer.from('{"id":1,"result":{}}'), kind: 'result' };
const yes: ApprovalOutcome = { answer: 'allow', how: 'person', by: 'ada', lookedMs: 900 };

interface Way {
  readonly decide?: () => 'allow' | 'ask' | 'deny';
  readonly mode?: 'enforce' | 'monitor';
  readonly granted?: ApprovalOutcome;
  readonly approval?: ApprovalOutcome;
  readonly killed?: () => string | undefined;
  readonly unchanged?: boolean;
  readonly refusing?: Refusal;
  readonly interruption?: () => Interruption | undefined;
  readonly upstream?: () => ReturnType<Stages['upstream']['call']>;
  /** The step that throws. */
  readonly broken?: string;
}

/** Walks one call through stages that write down their name, and one of which may throw. */
async function walk(way: Way = {}) {
  const steps: string[] = [];
  const ends: CallEnd[] = [];
  const endings: Ending[] = [];
  const step = <T>(name: string, value: T): T => {
    steps.push(name);
    if (name === way.broken) throw new Error(`${name} broke`);
    return value;
  };
  const stages: Stages = {
    audit: {
      open: () =>
        way.broken === 'full'
          ? fail('disk-full', 'The disk is full: make room, then try again.')
          : ok(
              step('open', {
                close: (end: CallEnd) => void ends.push(step('close', end)),
                note: (kind: string) => step(kind, undefined),
              }),
            ),
    },
    kill: { refusal: () => step('kill', way.killed?.()) },
    inspection: {
      request: () => step('inspect request', []),
      answer: (_, given) => step('inspect answer', { answer: given, findings: [] }),
    },
    policy: {
      decide: () => step('decide', decision(way.decide?.() ?? 'allow')),
      mode: () => way.mode ?? 'enforce',
    },
    approval: {
      granted: () => step('granted', way.granted),
      ask: async () => step('ask', way.approval ?? yes),
    },
    upstream: { call: () => step('forward', way.upstream?.() ?? Promise.resolve(ok(answer))) },
  };
  const done = handleCall(aCall(), stages, {
    waitSignal: () => new AbortController().signal,
    flightSignal: new AbortController().signal,
    interruption: way.interruption ?? (() => undefined),
    refusing: () => way.refusing,
    unchanged: () => way.unchanged ?? true,
    waiting() {
      steps.push('waiting');
      return () => steps.push('waited');
    },
    deliver: (ending) => void endings.push(step('deliver', ending)),
  });
  const inFirstTurn = steps.includes('forward');
  await done;
  const [ending] = endings;
  const sentence = ending?.kind === 'refused' ? ending.refusal.sentence : undefined;
  return { steps, ends, ending, sentence, inFirstTurn };
}

describe('the way of a call', () => {
  test('allowed: every stage in order, forwarded before anything is awaited', async () => {
    const { steps, ends, ending, inFirstTurn } = await walk();
    expect(steps).toEqual([
      'open',
      'kill',
      'inspect request',
      'decide',
      'forward',
      'inspect answer',
      'deliver',
      'close',
    ]);
    expect(inFirstTurn).toBe(true);
    expect(ending).toMatchObject({ kind: 'answered' });
    expect(ends[0]).toMatchObject({ outcome: 'ok', bytesOut: answer.bytes.length });
  });

  test('denied: nothing after the decision', async () => {
    const { steps, ends } = await walk({ decide: () => 'deny' });
    expect(steps).toEqual(['open', 'kill', 'inspect request', 'decide', 'deliver', 'close']);
    expect(ends[0]?.outcome).toBe('denied-by-policy');
  });

  test('asked and approved: noted before and after, looked at again, then forwarded', async () => {
    const { steps, ends } = await walk({ decide: () => 'ask' });
    expect(steps.slice(3)).toEqual([
      'decide',
      'granted',
      'call.asked',
      'waiting',
      'ask',
      'waited',
      'call.answered',
      'kill',
      'decide',
      'forward',
      'inspect answer',
      'deliver',
      'close',
    ]);
    expect(ends[0]).toMatchObject({ outcome: 'ok', approval: yes });
  });

  test('granted: nobody is asked, and it is forwarded at once', async () => {
    const grant: ApprovalOutcome = { answer: 'allow', how: 'grant', grantId: 'g' };
    const { steps, ends, inFirstTurn } = await walk({ decide: () => 'ask', granted: grant });
    expect(steps).not.toContain('ask');
    expect(inFirstTurn).toBe(true);
    expect(ends[0]?.approval).toEqual(grant);
  });

  test('killed: not even inspected', async () => {
    const { steps, ends, sentence } = await walk({ killed: () => 'Stopped. Resume in Airlock.' });
    expect(steps).toEqual(['open', 'kill', 'deliver', 'close']);
    expect(ends[0]?.outcome).toBe('denied-by-kill');
    expect(sentence).toBe('Stopped. Resume in Airlock.');
  });

  test('in a session that refuses: not even inspected', async () => {
    const refusing = { outcome: 'refused', code: 'notStarted', sentence: 'No server.' } as const;
    const { steps, ends, ending } = await walk({ refusing });
    expect(steps).toEqual(['open', 'kill', 'deliver', 'close']);
    expect(ends[0]).toMatchObject({ outcome: 'refused', detail: 'No server.' });
    expect(ending).toEqual({ kind: 'refused', refusal: refusing });
  });

  test('without a record: nothing happens at all', async () => {
    const { steps, sentence } = await walk({ broken: 'full' });
    expect(steps).toEqual(['deliver']);
    expect(sentence).toBe('The disk is full: make room, then try again.');
  });
});

describe('a no', () => {
  test.each([
    ['person', 'denied-by-person', /said no/],
    ['timeout', 'denied-by-timeout', /Approve it in Airlock, then call the tool again/],
    ['window-closed', 'refused', /window was closed/],
    ['killed', 'denied-by-kill', /kill switch/],
    ['flood', 'refused', /too many calls/],
    ['unattended', 'refused', /nobody can be asked/],
    ['cancelled', 'cancelled', /cancelled/],
  ] as const)('by %s', async (how, outcome, sentence) => {
    const r = await walk({ decide: () => 'ask', approval: { answer: 'deny', how } });
    expect(r.steps).not.toContain('forward');
    expect(r.ends[0]?.outcome).toBe(outcome);
    expect(r.sentence).toMatch(sentence);
    expect(r.sentence).toContain('rule-ask');
  });
});

describe('what changed while a person thought', () => {
  test('a kill refuses', async () => {
    let looks = 0;
    const killed = () => (++looks > 1 ? 'Stopped.' : undefined);
    const r = await walk({ decide: () => 'ask', killed });
    expect(r.steps).not.toContain('forward');
    expect(r.ends[0]?.outcome).toBe('denied-by-kill');
  });

  test('a policy that now denies refuses', async () => {
    let looks = 0;
    const r = await walk({ decide: () => (++looks > 1 ? 'deny' : 'ask') });
    expect(r.steps).not.toContain('forward');
    expect(r.sentence).toMatch(/changed while it waited/);
  });

  test('another definition of the tool refuses', async () => {
    const r = await walk({ decide: () => 'ask', unchanged: false });
    expect(r.steps).not.toContain('forward');
    expect(r.ends[0]?.outcome).toBe('refused');
  });

  test('an interruption ends it whatever the answer was', async () => {
    const interruption = () => ({ code: 'killed', sentence: 'Stopped.' }) as const;
    const r = await walk({ decide: () => 'ask', interruption });
    expect(r.steps).not.toContain('forward');
    expect(r.ends[0]?.outcome).toBe('denied-by-kill');
    const cancelled = () => ({ code: 'cancelled', sentence: 'Off.' }) as const;
    expect((await walk({ decide: () => 'ask', interruption: cancelled })).ending?.kind).toBe(
      'cancelled',
    );
  });
});

describe('a stage that throws', () => {
  test.each(['kill', 'inspect request', 'decide', 'granted', 'call.asked', 'ask', 'call.answered'])(
    '%s: refused, nothing forwarded, closed as our error',
    async (broken) => {
      const r = await walk({ decide: () => 'ask', broken });
      expect(r.steps).not.toContain('forward');
      expect(r.ends).toMatchObject([{ outcome: 'internal-error', detail: `${broken} broke` }]);
      expect(r.ending?.kind).toBe('refused');
      if (r.steps.includes('waiting')) expect(r.steps).toContain('waited');
    },
  );

  test('open: refused without a record', async () => {
    const r = await walk({ broken: 'open' });
    expect(r.steps).toEqual(['open', 'deliver']);
    expect(r.ending?.kind).toBe('refused');
  });

  test('the answer inspection: withheld, and the model told that the server may have acted', async () => {
    const r = await walk({ broken: 'inspect answer' });
    expect(r.ends[0]?.outcome).toBe('internal-error');
    expect(r.sentence).toMatch(/may have carried the call out/);
  });

  test('the delivery: the record is closed all the same', async () => {
    await expect(walk({ broken: 'deliver' })).rejects.toThrow('deliver broke');
  });
});

describe('monitor mode', () => {
  test.each(['deny', 'ask'] as const)(
    'forwards what policy would %s, and says so',
    async (made) => {
      const r = await walk({ decide: () => made, mode: 'monitor' });
      expect(r.inFirstTurn).toBe(true);
      expect(r.ends[0]).toMatchObject({
        outcome: 'ok',
        monitor: true,
        decision: { decision: made },
      });
    },
  );

  test('does not mark what policy allows', async () => {
    expect((await walk({ mode: 'monitor' })).ends[0]?.monitor).toBeUndefined();
  });

  test('switches off neither the kill switch nor the need for a record', async () => {
    const killed = await walk({ mode: 'monitor', decide: () => 'deny', killed: () => 'Stopped.' });
    expect(killed.ends[0]?.outcome).toBe('denied-by-kill');
    expect((await walk({ mode: 'monitor', broken: 'full' })).steps).toEqual(['deliver']);
  });
});

describe('a server that gives no answer', () => {
  test.each([
    ['server-gone', 'server-gone', 'refused'],
    ['killed', 'denied-by-kill', 'refused'],
    ['unreadable-answer', 'protocol-error', 'refused'],
    ['timeout', 'refused', 'refused'],
    ['cancelled', 'cancelled', 'cancelled'],
  ])('%s ends as %s', async (code, outcome, kind) => {
    const r = await walk({ upstream: async () => fail(code, 'So it is.') });
    expect(r.ends[0]?.outcome).toBe(outcome);
    expect(r.ending?.kind).toBe(kind);
    expect(r.steps).not.toContain('inspect answer');
  });
});
