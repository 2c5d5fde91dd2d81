import { describe, expect, test } from 'vitest';
import { rig, until } from './rig.ts';

const asks = (method: string) =>
  `{"resultType":"input_required","inputRequests":{"q":{"method":"${method}","params":{}}},"requestState":"s"}`;

describe('an answer that asks for input, to a request that nobody judged', () => {
  test.each(['sampling/createMessage', 'elicitation/create'])(
    'does not reach the client where it asks for %s: no policy was asked',
    async (method) => {
      const r = rig();
      r.clientSays('{"id":1,"method":"tools/list"}\n{"id":2,"method":"x/y"}\n');
      await until(() => r.serverHears.lines().length === 2);
      r.serverSays(`{"id":1,"result":${asks(method)}}\n[{"id":2,"result":${asks(method)}}]\n`);
      await until(() => r.clientHears.lines().length === 2);
      expect(r.clientHears.text()).not.toContain(method);
      const errors = r.clientHears.messages().flat();
      expect(errors).toMatchObject([
        { id: 1, error: { message: expect.stringMatching(/could not pass on/) } },
        { id: 2, error: { message: expect.stringMatching(/could not pass on/) } },
      ]);
      expect(r.stopped.map(({ problem }) => problem)).toEqual(['unasked-input', 'unasked-input']);
      // The request is done with: its id is free again.
      r.clientSays('{"id":1,"method":"ping"}\n');
      await until(() => r.serverHears.lines().length === 3);
    },
  );

  test('does not reach it either where two readers see two questions', async () => {
    const r = rig();
    r.clientSays('{"id":1,"method":"ping"}\n');
    await until(() => r.serverHears.lines().length === 1);
    const twice = `{"inputRequests":{},${asks('sampling/createMessage').slice(1)}`;
    r.serverSays(`{"id":1,"result":${twice}}\n`);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()).toMatchObject([{ id: 1, error: {} }]);
  });

  test('passes where it asks for nothing that is governed', async () => {
    const r = rig();
    r.clientSays('{"id":1,"method":"completion/complete"}\n');
    await until(() => r.serverHears.lines().length === 1);
    const answer = `{"id":1,"result":${asks('roots/list')}}\n`;
    r.serverSays(answer);
    await until(() => r.clientHears.text() === answer);
    expect(r.stopped).toEqual([]);
  });
});
