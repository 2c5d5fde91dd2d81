import { describe, expect, test } from 'vitest';
import { rig, settled, toolAnswer, toolCall, until } from './rig.ts';

const ping = '{"id":"p", "method":"ping","n":1.0}';
const byName = (call: { target: string }) =>
  call.target === 'evil' ? 'deny' : call.target === 'ask_me' ? 'ask' : 'allow';
const call = (id: number, name?: string) => toolCall(id, name).trim();
const answer = (id: number) => toolAnswer(id).trim();

describe('a batch of the client', () => {
  test('passes as it is where everything in it may', async () => {
    const r = rig({ decide: byName });
    const line = ` [ ${call(1)} ,${ping},\t{"method":"n"}]\r\n`;
    r.clientSays(line);
    await until(() => r.serverHears.text() === line);
    expect(r.calls).toHaveLength(1);
  });

  test('loses what is refused, which is answered as a batch of one', async () => {
    const r = rig({ decide: byName });
    r.clientSays(`[${call(1)} , ${call(2, 'evil')},${ping},7,{"method":"tools/call"}]\n`);
    await until(() => r.serverHears.text() === `[${call(1)},${ping}]\n`);
    await until(() => r.clientHears.lines().length === 3);
    const answers = r.clientHears.messages();
    expect(answers.every((one) => Array.isArray(one) && one.length === 1)).toBe(true);
    expect(answers.flat()).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ id: 2, result: expect.objectContaining({ isError: true }) }),
        expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32600 }) }),
      ]),
    );
  });

  test('of nothing that may pass is not sent at all', async () => {
    const r = rig({ decide: byName });
    r.clientSays(`[${call(1, 'evil')}]\n{"method":"after"}\n`);
    await until(() => r.serverHears.text() === '{"method":"after"}\n');
  });

  test('goes on without what waits for a person; that follows as a batch of one', async () => {
    const r = rig({ decide: byName });
    r.clientSays(`[${call(1, 'ask_me')},${call(2)}]\n`);
    await until(() => r.serverHears.text() === `[${call(2)}]\n`);
    r.questions[0]?.answer({ answer: 'allow', how: 'person' });
    await until(() => r.serverHears.text() === `[${call(2)}]\n[${call(1, 'ask_me')}]\n`);
    r.serverSays(`[${answer(1)},${answer(2)}]\n`);
    await until(() => r.ends.length === 2);
  });

  test('that is empty is an error', async () => {
    const r = rig();
    r.clientSays('[]\n');
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()[0].error.code).toBe(-32600);
  });

  test('is refused element by element under a kill', async () => {
    const r = rig();
    r.session.refuse('Stopped.');
    r.clientSays(`[${call(1)},${ping},{"method":"n"}]\n`);
    await until(() => r.clientHears.lines().length === 2);
    await settled();
    expect(r.serverHears.text()).toBe('');
  });
});

describe('a batch of the server', () => {
  const redacting = {
    stages: {
      inspection: {
        request: () => [],
        answer: (of: { requestId: string }, given: { bytes: Uint8Array; kind: 'result' }) => ({
          answer:
            of.requestId === '2'
              ? { ...given, bytes: Buffer.from('{"id":2,"result":"…"}') }
              : given,
          findings: [],
        }),
      },
    },
  } as never;

  test('passes as it is where nothing in it changes, after each answer was inspected', async () => {
    const r = rig();
    r.clientSays(toolCall(1) + toolCall(2));
    await until(() => r.serverHears.lines().length === 2);
    const line = `[${answer(2)} , {"method":"n"},${answer(1)}]\r\n`;
    r.serverSays(`${line}{"method":"after"}\n`);
    await until(() => r.clientHears.text() === `${line}{"method":"after"}\n`);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('is rebuilt in order around an answer that inspection changed', async () => {
    const r = rig(redacting);
    r.clientSays(toolCall(1) + toolCall(2));
    await until(() => r.serverHears.lines().length === 2);
    r.serverSays(`[ ${answer(1)}, ${answer(2)},{"method":"n"} ]\n`);
    await until(
      () => r.clientHears.text() === `[${answer(1)},{"id":2,"result":"…"},{"method":"n"}]\n`,
    );
  });

  test('filters a list of tools inside it', async () => {
    const r = rig({
      onToolList: (tools) => tools.map(({ name }, index) => ({ index, name, reason: 'held' })),
    });
    r.clientSays('{"id":1,"method":"tools/list"}\n');
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays('[{"id":1,"result":{"tools":[{"name":"é"}]}},{"method":"é"}]\n');
    await until(() => r.clientHears.text() === '[{"id":1,"result":{"tools":[]}},{"method":"é"}]\n');
  });

  test('loses junk and refused requests, and passes the rest', async () => {
    const r = rig({ decide: () => 'deny' });
    r.serverSays(
      '[{"id":5,"method":"sampling/createMessage","params":{}},"junk",{"method":"n"}]\n',
    );
    await until(() => r.clientHears.text() === '[{"method":"n"}]\n');
    await until(() => r.serverHears.lines().length === 1);
    expect(r.serverHears.messages()[0]).toMatchObject([{ id: 5, error: { code: -31001 } }]);
  });
});
