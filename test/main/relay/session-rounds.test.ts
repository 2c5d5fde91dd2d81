import { describe, expect, test } from 'vitest';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import type { ToolView } from '../../../shared/server.ts';
import { rig, settled, until } from './rig.ts';

const yes: ApprovalOutcome = { answer: 'allow', how: 'person', by: 'ada', lookedMs: 900 };
const meta = (capabilities: object = { elicitation: {} }) =>
  `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":${JSON.stringify(capabilities)}}`;

/** A round of the call that asks, by a client of 2026-07-28. */
const round = (id: number, more = '', path = 'a.txt', capabilities?: object): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"ask_me","arguments":{"path":"${path}"},${meta(capabilities)}${more}}}\n`;
const question = '{"method":"elicitation/create","params":{"mode":"form","message":"Which?"}}';
const wants = (id: number, state = '"s1"', asked = `"color":${question}`): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"input_required","inputRequests":{${asked}},"requestState":${state}}}\n`;
const done = (id: number): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[]}}\n`;
const answers = (state = '"s1"', key = 'color') =>
  `,"requestState":${state},"inputResponses":{"${key}":{"action":"accept","content":{"c":"red"}}}`;
const decide = ({ target, method }: { target: string; method: string }) =>
  target === 'ask_me' && method === 'tools/call' ? ('ask' as const) : ('allow' as const);

/** A session whose first round was approved and is answered by a wish for input. */
async function approvedRound(view?: () => ToolView) {
  const r = rig({ decide, ...(view && { tools: () => ({ ask_me: view() }) }) });
  r.clientSays(round(1));
  await until(() => r.questions.length === 1);
  r.questions[0]?.answer(yes);
  await until(() => r.serverHears.lines().length === 1);
  r.serverSays(wants(1));
  await until(() => r.clientHears.text() === wants(1));
  return r;
}

describe('the further rounds of an approved call', () => {
  test('go on without asking again, byte for byte, and the trail joins them', async () => {
    const r = await approvedRound();
    const second = round(2, answers());
    r.clientSays(second);
    await until(() => r.serverHears.text() === round(1) + second);
    r.serverSays(wants(2, '"s2"'));
    await until(() => r.clientHears.lines().length === 2);
    const third = round(3, answers('"s2"'));
    r.clientSays(third);
    await until(() => r.serverHears.text() === round(1) + second + third);
    r.serverSays(done(3));
    await until(() => r.clientHears.text().endsWith(done(3)));
    expect(r.questions).toHaveLength(1);
    const ofRounds = r.ends.filter(({ decision }) => decision?.decision === 'ask');
    expect(ofRounds.map(({ approval }) => approval)).toEqual([yes, yes, yes]);
    const ids = r.calls.filter(({ method }) => method === 'tools/call').map(({ id }) => id);
    expect(ofRounds.map(({ detail }) => detail)).toEqual([
      undefined,
      `It is a further round of the call ${ids[0]}.`,
      `It is a further round of the call ${ids[1]}.`,
    ]);
  });

  test.each([
    ['with other arguments', round(2, answers(), 'b.txt')],
    ['with a state that the server did not give', round(2, answers('"s9"'))],
    ['with no state', round(2, answers('"s1"').replace(',"requestState":"s1"', ''))],
    ['with a state that is no text', round(2, answers('["s1"]'))],
    ['with an answer to what was not asked', round(2, answers('"s1"', 'other'))],
    ['with answers that are no object', round(2, ',"requestState":"s1","inputResponses":[]')],
    ['with something else in its params', round(2, `${answers()},"task":{"ttl":1}`)],
    ['as a new call', round(2)],
  ])('ask anew %s', async (_, line) => {
    const r = await approvedRound();
    r.clientSays(line);
    await until(() => r.questions.length === 2);
    expect(r.serverHears.lines()).toHaveLength(1);
  });

  test('are refused where their params can be read in two ways', async () => {
    const r = await approvedRound();
    r.clientSays(round(2, `${answers()},"requestState":"s1"`));
    await until(() => r.stopped.length === 1);
    r.clientSays(round(3, answers().replace('requestState', 'RequestState')));
    await until(() => r.stopped.length === 2);
    expect(r.stopped.map(({ problem }) => problem)).toEqual(['ambiguous', 'ambiguous']);
    expect(r.serverHears.lines()).toHaveLength(1);
  });

  test('use their yes up: the same round again asks', async () => {
    const r = await approvedRound();
    r.clientSays(round(2, answers()));
    await until(() => r.serverHears.lines().length === 2);
    r.clientSays(round(3, answers()));
    await until(() => r.questions.length === 2);
  });

  test('ask anew where the tool became another one', async () => {
    let pin = 'one';
    const r = await approvedRound(() => ({
      serverId: 'srv_1',
      name: 'ask_me',
      annotations: {},
      pin,
      state: 'accepted',
      findings: [],
    }));
    pin = 'two';
    r.clientSays(round(2, answers()));
    await until(() => r.questions.length === 2);
  });

  test('still stop where policy now denies', async () => {
    let now: 'ask' | 'deny' = 'ask';
    const r = rig({ decide: (call) => (decide(call) === 'ask' ? now : 'allow') });
    r.clientSays(round(1));
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer(yes);
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays(wants(1));
    await until(() => r.clientHears.lines().length === 1);
    now = 'deny';
    r.clientSays(round(2, answers()));
    await until(() => r.clientHears.lines().length === 2);
    expect(r.ends.at(-1)?.outcome).toBe('denied-by-policy');
    expect(r.serverHears.lines()).toHaveLength(1);
  });
});

describe('a call that nobody approved in time', () => {
  const late = { answer: 'deny', how: 'timeout' } as const;
  /** The line that brings the call back as the SDK does: the params as they were, our state, and what was answered. */
  const back = (id: number, state: string, action = 'accept', path = 'a.txt') =>
    round(
      id,
      `,"inputResponses":{"airlock":{"action":"${action}","content":{}}},"requestState":${JSON.stringify(state)}`,
      path,
    );

  /** A session in which the form stands in the client, and the state that the form carries. */
  async function form() {
    const r = rig({ decide });
    r.clientSays(round(1));
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer(late);
    await until(() => r.clientHears.lines().length === 1);
    const { id, result } = r.clientHears.messages()[0];
    expect(id).toBe(1);
    return { r, result, state: String(result.requestState) };
  }

  test('is answered by a form that says where to approve it, and holds nothing to fill in', async () => {
    const { r, result } = await form();
    expect(result.resultType).toBe('input_required');
    const { method, params } = result.inputRequests.airlock;
    expect(method).toBe('elicitation/create');
    expect(params.message).toContain('Waiting for approval in Airlock: ask_me.');
    expect(params.message).toContain('Accepting here approves nothing.');
    expect(params.requestedSchema).toEqual({ type: 'object', properties: {} });
    expect(r.ends[0]?.outcome).toBe('denied-by-timeout');
    expect(r.serverHears.text()).toBe('');
  });

  test('comes back as the very call it was: a person is asked, and only their yes sends it, once', async () => {
    const { r, state } = await form();
    r.clientSays(back(2, state));
    await until(() => r.questions.length === 2);
    const [first, second] = r.questions.map(({ call }) => call);
    expect(second?.argumentsHash).toBe(first?.argumentsHash);
    await settled();
    expect(r.serverHears.text()).toBe('');
    r.questions[1]?.answer(yes);
    await until(() => r.serverHears.text() === round(2));
    r.serverSays(done(2));
    await until(() => r.clientHears.text().endsWith(done(2)));
    expect(r.ends.at(-1)?.detail).toBe(`It is a further round of the call ${first?.id}.`);
    expect(r.serverHears.lines()).toHaveLength(1);
  });

  test('goes through at once with the late yes that a person gave meanwhile', async () => {
    let grants = 0;
    const r = rig({
      decide,
      stages: {
        approval: {
          granted: () => {
            if (grants === 0) return undefined;
            grants -= 1;
            return { answer: 'allow', how: 'grant', by: 'ada', grantId: 'g1' };
          },
          ask: async () => late,
        },
      },
    });
    r.clientSays(round(1));
    await until(() => r.clientHears.lines().length === 1);
    const state = String(r.clientHears.messages()[0].result.requestState);
    grants = 1;
    r.clientSays(back(2, state));
    await until(() => r.serverHears.text() === round(2));
    // The state gives nothing by itself: without another yes the call waits again.
    r.clientSays(back(3, state));
    await until(() => r.clientHears.lines().length === 2);
    expect(r.clientHears.messages()[1].result.resultType).toBe('input_required');
    expect(r.serverHears.text()).toBe(round(2));
  });

  test.each(['decline', 'cancel', 'yes'])('is given up by "%s" in the form', async (action) => {
    const { r, state } = await form();
    r.clientSays(back(2, state, action));
    await until(() => r.clientHears.lines().length === 2);
    expect(r.clientHears.messages()[1].result).toMatchObject({ isError: true });
    expect(r.ends.at(-1)?.outcome).toBe('denied-by-person');
    expect(r.questions).toHaveLength(1);
    expect(r.serverHears.text()).toBe('');
  });

  test('is refused where the state was given to another call, or is none of ours', async () => {
    const { r, state } = await form();
    const forged = [
      back(2, state, 'accept', 'b.txt'),
      back(3, `${state}x`),
      back(4, state.replace(/\.[^.]+$/, '.')),
      back(5, 'airlock-wait.1.'),
      back(6, state.replace('airlock-wait.1.', 'airlock-wait.1.1')),
    ];
    for (const [index, line] of forged.entries()) {
      r.clientSays(line);
      await until(() => r.clientHears.lines().length === index + 2);
      expect(r.clientHears.messages().at(-1).result.isError).toBe(true);
    }
    expect(r.ends.slice(1).map(({ outcome }) => outcome)).toEqual(forged.map(() => 'refused'));
    expect(r.questions).toHaveLength(1);
    expect(r.serverHears.text()).toBe('');
  });

  test.each([
    ['a client without forms', round(1, '', 'a.txt', { elicitation: { url: {} } })],
    ['a client that cannot be asked', round(1, '', 'a.txt', {})],
    ['a client of before 2026-07-28', round(1).replace(meta(), '"_meta":{}')],
    ['a further round', round(1, ',"requestState":"s1"')],
    ['a batch', `[${round(1).trim()}]\n`],
  ])('is refused in words to %s', async (_, line) => {
    const r = rig({ decide });
    r.clientSays(line);
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer(late);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).toContain('Approve it in Airlock, then call the tool again.');
  });

  test('is refused in words where forms are not wanted', async () => {
    const r = rig({ decide, comeBack: () => false });
    r.clientSays(round(1));
    await until(() => r.questions.length === 1);
    r.questions[0]?.answer(late);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()[0].result.isError).toBe(true);
  });
});

describe('what a server asks for in an input_required result', () => {
  const sample =
    '"s":{"method":"sampling/createMessage","params":{"maxTokens":5,"messages":[{"role":"user"}]}}';

  test('is judged, recorded and inspected like a request of its own', async () => {
    const inspected: string[] = [];
    const r = rig({
      stages: {
        inspection: {
          request(call) {
            inspected.push(`${call.action} ${call.argumentsText}`);
            return [];
          },
          answer: (_, answer) => ({ answer, findings: [] }),
        },
      },
    });
    r.clientSays(round(1));
    await until(() => r.serverHears.lines().length === 1);
    const both = wants(1, '"s1"', `"color":${question},"r":{"method":"roots/list"},${sample}`);
    r.serverSays(both);
    await until(() => r.clientHears.text() === both);
    expect(inspected.slice(1)).toEqual([
      'elicit {"mode":"form","message":"Which?"}',
      'sample {"maxTokens":5,"messages":[{"role":"user"}]}',
    ]);
    expect(r.steps.filter((step) => step.startsWith('close'))).toHaveLength(3);
  });

  test('keeps the result back where policy denies it', async () => {
    const r = rig({ decide: ({ action }) => (action === 'sample' ? 'deny' : 'allow') });
    r.clientSays(round(1));
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays(wants(1, '"s1"', `"color":${question},${sample}`));
    await until(() => r.clientHears.lines().length === 1);
    const { result } = r.clientHears.messages()[0];
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toContain('rule-deny');
    expect(r.ends.map(({ outcome }) => outcome)).toContain('denied-by-policy');
    // Nothing of it was asked, so nothing of it goes on either.
    r.clientSays(round(2, answers()));
    await until(() => r.serverHears.lines().length === 2);
    expect(r.ends.at(-1)?.detail).not.toContain('further round');
  });

  test('waits for a person where policy asks, while what comes after passes', async () => {
    const r = rig({ decide: ({ action }) => (action === 'elicit' ? 'ask' : 'allow') });
    r.clientSays(round(1) + round(2));
    await until(() => r.serverHears.lines().length === 2);
    r.serverSays(wants(1) + done(2));
    await until(() => r.clientHears.text() === done(2));
    expect(r.questions[0]?.call).toMatchObject({ action: 'elicit', method: 'elicitation/create' });
    r.questions[0]?.answer(yes);
    await until(() => r.clientHears.text() === done(2) + wants(1));
  });

  test('is off when a kill comes meanwhile', async () => {
    const r = rig({ decide: ({ action }) => (action === 'elicit' ? 'ask' : 'allow') });
    r.clientSays(round(1));
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays(wants(1));
    await until(() => r.questions.length === 1);
    r.session.refuse('Killed.');
    await until(() => r.ends.length === 2);
    expect(r.questions[0]?.signal.aborted).toBe(true);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['denied-by-kill', 'denied-by-kill']);
    expect(r.clientHears.text()).not.toContain('Which?');
  });

  test.each([
    ['asked twice under one name', wants(1, '"s"', `"color":${question},"color":${question}`)],
    [
      'a method that readers may read in two ways',
      wants(1, '"s"', '"a":{"method":"roots/list","Method":"sampling/createMessage"}'),
    ],
    ['a look-alike method', wants(1, '"s"', '"a":{"method":"Sampling/createMessage"}')],
    ['a question that is none', wants(1, '"s"', '"a":7')],
    ['two lists of questions', wants(1, '"s","inputRequests":{"a":{"method":"roots/list"}}')],
    [
      'a large result',
      wants(1, `"${'s'.repeat(40_000)}"`, `"color":${question},"color":${question}`),
    ],
    [
      'a large result that says elsewhere that it is complete',
      wants(1, `"${'s'.repeat(40_000)}","resultType":"complete"`, '"a":7'),
    ],
  ])('is withheld with %s', async (_, line) => {
    const r = rig();
    r.clientSays(round(1));
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays(line);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.text()).not.toContain('input_required');
    expect(r.ends[0]?.outcome).toBe('protocol-error');
  });
});
