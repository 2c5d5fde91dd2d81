import { describe, expect, test } from 'vitest';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import type { ToolView } from '../../../shared/server.ts';
import { rig, settled, toolAnswer, toolCall, until } from './rig.ts';

const yes: ApprovalOutcome = { answer: 'allow', how: 'person', by: 'ada' };
const asks = {
  decide: (call: { target: string }) => (call.target === 'ask_me' ? 'ask' : 'allow'),
} as const;

describe('a call that waits for a person', () => {
  test('lets the messages after it pass, and goes out as it came once approved', async () => {
    const r = rig(asks);
    const odd = toolCall(1, 'ask_me').replace('{"path"', '{ "n":1.0, "path"');
    r.clientSays(`${odd}${toolCall(2)}{"method":"n"}\n`);
    await until(() => r.serverHears.text() === `${toolCall(2)}{"method":"n"}\n`);
    r.questions[0]?.answer(yes);
    await until(() => r.serverHears.text() === `${toolCall(2)}{"method":"n"}\n${odd}`);
    r.serverSays(toolAnswer(1));
    await until(() => r.clientHears.text() === toolAnswer(1));
    expect(r.steps.filter((step) => step.startsWith('call'))).toEqual([
      'call.asked',
      'call.answered',
    ]);
  });

  test('is refused after the deadline with what to do', async () => {
    const r = rig(asks);
    r.clientSays(toolCall(1, 'ask_me'));
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer({ answer: 'deny', how: 'timeout' });
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain('Approve it in Airlock, then call the tool again.');
    expect(r.ends[0]?.outcome).toBe('denied-by-timeout');
    expect(r.serverHears.text()).toBe('');
  });

  test('is off when the client cancels it, and the server never hears of it', async () => {
    const r = rig(asks);
    r.clientSays(toolCall(1, 'ask_me'));
    await until(() => r.questions.length === 1);
    r.clientSays('{"method":"notifications/cancelled","params":{"requestId":1,"reason":"x"}}\n');
    await until(() => r.ends.length === 1);
    expect(r.questions[0]?.signal.aborted).toBe(true);
    expect(r.ends[0]?.outcome).toBe('cancelled');
    await settled();
    expect(r.serverHears.text()).toBe('');
    expect(r.clientHears.text()).toBe('');
    // Its id is free again, and what the server says of it now is nobody's answer.
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.text() === toolCall(1));
  });

  test('is off when the yes crosses the cancellation', async () => {
    const r = rig(asks);
    r.clientSays(toolCall(1, 'ask_me'));
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer(yes);
    r.client.in.emit(
      'data',
      Buffer.from('{"method":"notifications/cancelled","params":{"requestId":1}}\n'),
    );
    await until(() => r.ends.length === 1);
    expect(r.ends[0]?.outcome).toBe('cancelled');
    expect(r.serverHears.text()).toBe('');
  });

  test('is refused where its tool became another one meanwhile', async () => {
    let pin = 'one';
    const view = (): ToolView => ({
      serverId: 'srv_1',
      name: 'ask_me',
      annotations: {},
      pin,
      state: 'accepted',
      findings: [],
    });
    const r = rig({ ...asks, tools: () => ({ ask_me: view() }) });
    r.clientSays(toolCall(1, 'ask_me'));
    await until(() => r.questions.length === 1);
    pin = 'two';
    r.questions[0]?.answer(yes);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain('changed while it waited');
    expect(r.serverHears.text()).toBe('');
  });
});

describe('while a person thinks', () => {
  test('a client that gave a progress token hears that its call lives', async () => {
    const r = rig(asks);
    r.clientSays(toolCall(1, 'ask_me', ',"_meta":{"progressToken":12345678901234567890}'));
    await until(() => r.questions.length === 1);
    expect(r.fire(5_000)).toBe(1);
    expect(r.fire(5_000)).toBe(1);
    await until(() => r.clientHears.lines().length === 2);
    expect(r.clientHears.lines()[0]).toContain('"progressToken":12345678901234567890,');
    const progress = r.clientHears.messages().map(({ method, params }) => {
      expect(method).toBe('notifications/progress');
      expect(params.message).toBe('Waiting for approval in Airlock');
      return params.progress;
    });
    expect(progress).toEqual([0.000001, 0.000002]);
    r.questions[0]?.answer(yes);
    await until(() => r.serverHears.lines().length === 1);
    expect(r.fire(5_000)).toBe(0);
  });

  test('one without a token, or with one that is none, hears nothing', async () => {
    const r = rig(asks);
    r.clientSays(toolCall(1, 'ask_me') + toolCall(2, 'ask_me', ',"_meta":{"progressToken":{}}'));
    await until(() => r.questions.length === 2);
    expect(r.fire(5_000)).toBe(0);
  });
});

describe('cancelling what is in flight', () => {
  const cancel = '{"method":"notifications/cancelled","params":{"requestId":1}}\n';

  test('is for the server, and its late answer still passes inspection', async () => {
    const r = rig();
    r.clientSays(toolCall(1) + cancel);
    await until(() => r.serverHears.text() === toolCall(1) + cancel);
    r.serverSays(toolAnswer(1));
    await until(() => r.clientHears.text() === toolAnswer(1));
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  test('closes the record after a time, without a word to the client', async () => {
    const r = rig();
    r.clientSays(toolCall(1) + cancel + cancel);
    await until(() => r.serverHears.lines().length === 3);
    expect(r.fire(30_000)).toBe(1);
    await until(() => r.ends.length === 1);
    expect(r.ends[0]?.outcome).toBe('cancelled');
    expect(r.clientHears.text()).toBe('');
    // Later still it is the answer to no call that was recorded, so nobody would inspect it.
    r.serverSays(toolAnswer(1));
    await until(() => r.stopped.length === 1);
    expect(r.stopped[0]).toMatchObject({ from: 'server', problem: 'unexpected-answer' });
    expect(r.clientHears.text()).toBe('');
  });

  test('forgets a request that nobody governs as well', async () => {
    const r = rig();
    r.clientSays(`{"id":1,"method":"ping"}\n${cancel}`);
    await until(() => r.serverHears.lines().length === 2);
    r.fire(30_000);
    r.clientSays('{"id":1,"method":"ping"}\n');
    await until(() => r.serverHears.lines().length === 3);
  });
});
