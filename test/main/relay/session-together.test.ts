import { describe, expect, test } from 'vitest';
import type { Call } from '../../../shared/call.ts';
import { fail, ok, type Result } from '../../../shared/outcome.ts';
import type { CallRecord, Stages } from '../../../shared/stages.ts';
import { decision, rig, settled, toolAnswer, toolCall, until } from './rig.ts';

const note = '{"method":"notifications/roots/list_changed"}\n';

/** A session whose trail takes the entries of calls that come together, with what it was asked in order. */
function together(heard: () => string = () => '') {
  const steps: string[] = [];
  let problem: string | undefined;
  let broken = false;
  const record = (call: Call): Result<CallRecord> =>
    ok({
      close: (end) => void steps.push(`close ${call.requestId} ${end.outcome}`),
      note: (kind) => void steps.push(`${kind} ${call.requestId}`),
    });
  const audit: Stages['audit'] = {
    open(call) {
      steps.push(`open ${call.requestId}`);
      return record(call);
    },
    stage(call) {
      steps.push(`stage ${call.requestId}`);
      return record(call);
    },
    commit() {
      steps.push(`commit, server heard ${heard().length}`);
      if (broken) throw new Error('our own mistake');
      return problem === undefined ? ok(null) : fail('disk-full', problem);
    },
  };
  const policy: Stages['policy'] = {
    decide: ({ target }) =>
      decision(target === 'evil' ? 'deny' : target === 'ask_me' ? 'ask' : 'allow'),
    mode: () => 'enforce',
  };
  return Object.assign(rig({ stages: { audit, policy } }), {
    steps,
    fill(sentence: string | undefined) {
      problem = sentence;
    },
    breakDown() {
      broken = true;
    },
  });
}

describe('calls that come in one chunk', () => {
  test('are committed at once before anything of the chunk leaves, and leave as they came', async () => {
    let heard = () => '';
    const r = together(() => heard());
    heard = r.serverHears.text;
    const chunk = toolCall(1) + note + toolCall(2) + toolCall(3);
    r.clientSays(chunk);
    await until(() => r.serverHears.text() === chunk);
    expect(r.steps).toEqual(['stage 1', 'stage 2', 'stage 3', 'commit, server heard 0']);
    r.serverSays(toolAnswer(3) + toolAnswer(1) + toolAnswer(2));
    await until(() => r.clientHears.lines().length === 3);
    expect(r.clientHears.text()).toBe(toolAnswer(3) + toolAnswer(1) + toolAnswer(2));
    expect(r.steps.slice(4)).toEqual(['close 3 ok', 'close 1 ok', 'close 2 ok']);
  });

  test('that is one call alone is opened by itself', async () => {
    const r = together();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    expect(r.steps).toEqual(['open 1']);
  });

  test('are refused where the trail cannot take them; what is no call goes on', async () => {
    const r = together();
    r.fill('The disk is full.');
    r.clientSays(note + toolCall(1) + note + toolCall(2));
    await until(() => r.clientHears.lines().length === 2);
    await settled();
    expect(r.serverHears.text()).toBe(note + note);
    for (const { result } of r.clientHears.messages()) {
      expect(result.isError).toBe(true);
      expect(result.content[0].text).toContain('The disk is full.');
    }
    expect(r.session.inFlight()).toEqual([]);
  });

  test('that were withdrawn leave their ids free', async () => {
    const r = together();
    r.fill('The disk is full.');
    r.clientSays(toolCall(1) + toolCall(2));
    await until(() => r.clientHears.lines().length === 2);
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.text() === toolCall(1));
    r.serverSays(toolAnswer(1, 'again'));
    await until(() => r.clientHears.lines().length === 3);
    expect(r.clientHears.lines()[2]).toBe(toolAnswer(1, 'again').trim());
  });

  test('stop the session and never leave where the commit throws', async () => {
    const r = together();
    r.breakDown();
    r.clientSays(toolCall(1) + toolCall(2));
    expect((await r.session.closed).reason).toBe('failed');
    expect(r.serverHears.text()).toBe('');
  });

  test('are denied or asked about one by one', async () => {
    const r = together();
    r.clientSays(toolCall(1, 'evil') + toolCall(2, 'ask_me') + toolCall(3));
    await until(() => r.serverHears.text() === toolCall(3), 'the third call');
    await until(() => r.clientHears.lines().length === 1, 'the refusal');
    expect(r.clientHears.messages()[0]).toMatchObject({ id: 1, result: { isError: true } });
    r.questions[0]?.answer({ answer: 'allow', how: 'person', by: 'ada' });
    await until(
      () => r.serverHears.text() === toolCall(3) + toolCall(2, 'ask_me'),
      'the second call',
    );
  });

  test('in a batch are opened by themselves, as a batch cannot be taken apart afterwards', async () => {
    const r = together();
    const batch = `[${toolCall(2).trim()}]\n`;
    r.clientSays(toolCall(1) + batch + toolCall(3));
    await until(() => r.serverHears.text() === toolCall(1) + batch + toolCall(3));
    expect(r.steps.slice(0, 3)).toEqual(['stage 1', 'open 2', 'stage 3']);
  });

  test('stay here when a kill falls between their entries and their leaving', async () => {
    let stop: () => void = () => undefined;
    const audit: Stages['audit'] = {
      open: () => fail('unused', 'unused'),
      stage: () => ok({ close: () => undefined, note: () => undefined }),
      commit() {
        stop();
        return ok(null);
      },
    };
    const r = rig({ stages: { audit } });
    stop = () => r.session.refuse('Stopped.');
    r.clientSays(toolCall(1) + toolCall(2));
    await until(() => r.clientHears.lines().length === 2);
    expect(r.serverHears.text()).toBe('');
  });
});
