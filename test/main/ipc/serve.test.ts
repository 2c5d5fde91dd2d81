import { describe, expect, test } from 'vitest';
import { type Handlers, roleOf, type Sender, serve } from '../../../main/ipc/serve.ts';
import { type CallName, channel, ipc, type Role } from '../../../shared/ipc.ts';

const page = (id: number, over: Partial<NonNullable<Sender['senderFrame']>> = {}): Sender => ({
  sender: { id },
  senderFrame: { parent: null, origin: 'app://local', ...over },
});

/** The whole contract served with handlers that only note that they ran. */
function served() {
  const roles = new Map<number, Role>([
    [1, 'dashboard'],
    [2, 'approval'],
  ]);
  const ran: string[] = [];
  const reports: string[] = [];
  const channels = new Map<string, (event: Sender, request: unknown) => Promise<unknown>>();
  const handlers = Object.fromEntries(
    Object.keys(ipc).map((name) => [
      name,
      () => {
        ran.push(name);
        return name === 'answerApproval' ? { ok: true, value: null } : undefined;
      },
    ]),
  ) as unknown as Handlers;
  serve({ handle: (name, listener) => channels.set(name, listener) }, handlers, roles, (sentence) =>
    reports.push(sentence),
  );
  const call = (name: CallName, event: Sender, request: unknown) => {
    const listener = channels.get(channel(name));
    if (!listener) throw new Error(`${name} is not served`);
    return listener(event, request);
  };
  return { ran, reports, call, roles };
}

const yes = { approvalId: 'card-1', cardRevision: 1, answer: 'allow' };

describe('who may call what', () => {
  test('the approval window can answer an approval', async () => {
    const s = served();
    await expect(s.call('answerApproval', page(2), yes)).resolves.toEqual({
      ok: true,
      value: null,
    });
    expect(s.ran).toEqual(['answerApproval']);
  });

  test('the dashboard cannot answer an approval, and the attempt is reported', async () => {
    const s = served();
    await expect(s.call('answerApproval', page(1), yes)).rejects.toThrow('not for this window');
    expect(s.ran).toEqual([]);
    expect(s.reports).toHaveLength(1);
  });

  test.each([
    ['a frame inside our page', page(2, { parent: {} })],
    ['a page from elsewhere in our window', page(2, { origin: 'https://evil.example' })],
    ['a file page', page(2, { origin: 'file://' })],
    ['a window that is not ours', page(9)],
    ['a frame that is gone', { sender: { id: 2 }, senderFrame: null }],
  ])('%s has no role', async (_who, event) => {
    const s = served();
    expect(roleOf(s.roles, event)).toBeUndefined();
    await expect(s.call('answerApproval', event, yes)).rejects.toThrow('not for this window');
    expect(s.ran).toEqual([]);
  });

  test('no role but approval is served the answer to an approval', () => {
    expect(ipc.answerApproval.roles).toEqual(['approval']);
  });

  test('every call of the contract is served and refuses a stranger', async () => {
    const s = served();
    for (const name of Object.keys(ipc) as CallName[]) {
      await expect(s.call(name, page(9), {})).rejects.toThrow('not for this window');
    }
    expect(s.ran).toEqual([]);
  });
});

describe('what may be said', () => {
  test.each([
    ['nothing', undefined],
    ['an unknown answer', { ...yes, answer: 'maybe' }],
    ['a missing revision', { approvalId: 'a', answer: 'allow' }],
    ['text', 'allow'],
  ])('%s is refused before the handler runs', async (_what, request) => {
    const s = served();
    await expect(s.call('answerApproval', page(2), request)).rejects.toThrow('malformed');
    expect(s.ran).toEqual([]);
    expect(s.reports[0]).toContain('malformed answerApproval');
  });

  test('a resume without a reason is refused', async () => {
    const s = served();
    await expect(s.call('resume', page(1), { killId: 'k', reason: '  ' })).rejects.toThrow(
      'malformed',
    );
  });

  test('a reply of the wrong shape does not leave main', async () => {
    const s = served();
    await expect(s.call('getState', page(1), {})).rejects.toThrow();
  });
});
