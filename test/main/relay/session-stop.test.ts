import { describe, expect, test } from 'vitest';
import { rig, settled, toolAnswer, toolCall, until } from './rig.ts';

const stopSentence = 'Airlock stopped all calls. Resume in Airlock, then try again.';

describe('a refusal of everything', () => {
  test('forwards not one more byte, and answers who waits and who asks', async () => {
    const r = rig({ decide: (call) => (call.target === 'ask_me' ? 'ask' : 'allow') });
    r.clientSays(`${toolCall(1)}${toolCall(2, 'ask_me')}{"id":3,"method":"resources/list"}\n`);
    await until(() => r.serverHears.lines().length === 2 && r.questions.length === 1);
    const before = r.serverHears.text();
    expect(r.session.inFlight().map(({ call, forwarded }) => [call.target, forwarded])).toEqual([
      ['write_file', true],
      ['ask_me', false],
    ]);

    r.session.refuse(stopSentence);
    r.clientSays(
      `${toolCall(4)}{"id":5,"method":"ping"}\n{"method":"n"}\n{"id":9,"result":1}\n[${toolCall(6).trim()}]\n`,
    );
    r.serverSays(
      `${toolAnswer(1)}{"id":3,"result":1}\n{"method":"n"}\n{"id":8,"method":"roots/list"}\n`,
    );
    await until(() => r.clientHears.lines().length === 6);
    await settled();

    const answers = r.clientHears.messages().flat();
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const answer of answers) expect(JSON.stringify(answer)).toContain(stopSentence);
    expect(r.serverHears.text().slice(before.length)).toContain('"id":8,"error"');
    expect(r.serverHears.lines()).toHaveLength(3);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(Array(4).fill('denied-by-kill'));
    expect(r.questions[0]?.signal.aborted).toBe(true);
    expect(r.session.inFlight()).toEqual([]);
  });

  test('takes back what a slow server has not read yet', async () => {
    const r = rig({ deaf: true });
    const line = (n: number) => `{"method":"n/${n}","x":"${'x'.repeat(6_000)}"}\n`;
    r.client.in.emit('data', Buffer.from(Array.from({ length: 20 }, (_, n) => line(n)).join('')));
    r.session.refuse(stopSentence);
    let heard = '';
    r.server.in.on('data', (chunk) => {
      heard += String(chunk);
    });
    await settled();
    // The stream's own buffer (16 KiB and the line that filled it) is beyond recall; the rest is not.
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.length).toBeLessThan(32 * 1024);
    expect(heard.endsWith('\n')).toBe(true);
  });

  test('can be lifted; what was refused stays so, and late answers to it are dropped', async () => {
    const r = rig();
    r.clientSays(`${toolCall(1)}{"id":2,"method":"ping"}\n`);
    await until(() => r.serverHears.lines().length === 2);
    r.session.refuse(stopSentence);
    await until(() => r.clientHears.lines().length === 2);
    r.session.resume();
    r.serverSays(`${toolAnswer(1)}{"id":2,"result":{}}\n{"method":"n"}\n`);
    await until(() => r.clientHears.lines().length === 3);
    expect(r.clientHears.lines()[2]).toBe('{"method":"n"}');
    r.clientSays(toolCall(3));
    await until(() => r.serverHears.lines().length === 3);
  });

  test('answers an inspected result with the refusal where the kill came in between', async () => {
    const r = rig({
      stages: {
        inspection: {
          request: () => [],
          answer(_, answer) {
            r.session.refuse(stopSentence);
            return { answer, findings: [] };
          },
        },
      },
    });
    r.clientSays(toolCall(1));
    r.serverSays(toolAnswer(1));
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain(stopSentence);
  });

  test('by a kill stage holds for calls though the session was not told', async () => {
    const r = rig();
    r.kill('Stopped for this server.');
    r.clientSays(toolCall(1));
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain('Stopped for this server.');
    expect(r.serverHears.text()).toBe('');
  });
});

describe('a server that could not be started', () => {
  test('leaves its sentence as the answer to everything', async () => {
    const r = rig();
    r.session.refuse('The command "npx" was not found. Install it, then try again.', 'not-started');
    r.clientSays(`{"id":0,"method":"initialize","params":{}}\n{"method":"n"}\n${toolCall(1)}`);
    await until(() => r.clientHears.lines().length === 2);
    for (const { error } of r.clientHears.messages()) {
      expect(error.code).toBe(-31003);
      expect(error.message).toContain('was not found');
    }
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(r.serverHears.text()).toBe('');
  });
});

describe('a trail that cannot be written', () => {
  test('refuses every call with its sentence', async () => {
    const r = rig();
    r.breakAudit('The audit trail cannot be written: the disk is full.');
    r.clientSays(toolCall(1));
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain('the disk is full');
    expect(r.serverHears.text()).toBe('');
  });
});

describe('when the server goes', () => {
  test('every waiting request hears it, and the client sees the end', async () => {
    const r = rig({ decide: (call) => (call.target === 'ask_me' ? 'ask' : 'allow') });
    r.clientSays(
      `{"id":0,"method":"initialize","params":{}}\n${toolCall(1)}${toolCall(2, 'ask_me')}`,
    );
    await until(() => r.serverHears.lines().length === 2 && r.questions.length === 1);
    r.session.serverGone('The server "files" exited with code 1. Restart it, then try again.');
    r.serverSays('{"method":"last/words"}\n');
    r.server.out.end();
    const end = await r.session.closed;
    expect(end).toEqual({
      reason: 'server-gone',
      sentence: 'The server "files" exited with code 1. Restart it, then try again.',
    });
    await until(() => r.client.out.writableFinished);
    const [last, ...answers] = r.clientHears.messages();
    expect(last).toEqual({ method: 'last/words' });
    expect(answers.map(({ id, error }) => [id, error.code]).sort()).toEqual([
      [0, -31002],
      [1, -31002],
      [2, -31002],
    ]);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['server-gone', 'server-gone']);
  });

  test('a moment is left for the reason to come', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.server.out.end();
    await settled();
    expect(r.clientHears.text()).toBe('');
    r.session.serverGone('It exited with signal SIGSEGV.');
    expect(r.fire(500)).toBe(1);
    await r.session.closed;
    expect(r.clientHears.text()).toContain('SIGSEGV');
  });

  test('output that somebody else holds open is not waited for forever', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.session.serverGone('It exited.');
    r.fire(5_000);
    expect((await r.session.closed).reason).toBe('server-gone');
  });
});

describe('when the client goes', () => {
  test('the server hears it, may finish what it does, and waiting questions are off', async () => {
    const r = rig({ decide: (call) => (call.target === 'ask_me' ? 'ask' : 'allow') });
    r.clientSays(toolCall(1) + toolCall(2, 'ask_me'));
    await until(() => r.serverHears.lines().length === 1 && r.questions.length === 1);
    r.client.in.end();
    await until(() => r.server.in.writableFinished);
    expect(r.questions[0]?.signal.aborted).toBe(true);
    r.serverSays(toolAnswer(1));
    await until(() => r.clientHears.text() === toolAnswer(1));
    r.server.out.end();
    expect((await r.session.closed).reason).toBe('client-closed');
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['cancelled', 'ok']);
  });

  test('a server that does not stop is not waited for beyond a time', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.client.in.end();
    await until(() => r.server.in.writableFinished);
    r.fire(5_000);
    expect((await r.session.closed).reason).toBe('client-closed');
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  test('a broken pipe to it counts as well', async () => {
    const r = rig();
    r.client.out.destroy(new Error('EPIPE'));
    await until(() => r.server.in.writableFinished);
    r.server.out.end();
    expect((await r.session.closed).reason).toBe('client-closed');
  });
});

describe('stopping', () => {
  test('closes every record and both sides, without a word', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.session.stop();
    expect((await r.session.closed).reason).toBe('stopped');
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['cancelled']);
    await until(() => r.client.out.writableFinished);
    expect(r.clientHears.text()).toBe('');
    expect(r.server.in.destroyed).toBe(true);
  });

  test('after a refusal lets the refusals out first', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.session.refuse(stopSentence);
    r.session.stop();
    await r.session.closed;
    await until(() => r.client.out.writableFinished);
    expect(r.clientHears.text()).toContain(stopSentence);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['denied-by-kill']);
  });

  test('comes of itself where a part of ours throws outside a call', async () => {
    const r = rig({
      onToolList: () => {
        throw new Error('the inventory broke');
      },
    });
    r.clientSays(`{"id":1,"method":"tools/list"}\n${toolCall(2)}`);
    r.serverSays('{"id":1,"result":{"tools":[]}}\n');
    expect(await r.session.closed).toEqual({ reason: 'failed', sentence: 'the inventory broke' });
    await until(() => r.client.out.writableFinished);
    expect(r.clientHears.messages().map(({ id }) => id)).toEqual([1, 2]);
    expect(r.clientHears.text()).toContain('one of its own parts failed');
    expect(r.clientHears.text()).not.toContain('"tools"');
  });
});
