import { expect, test } from 'vitest';
import { fakeMain } from './page-api.ts';
import { aState } from './state.ts';

test('a call of another role, a malformed request and a malformed reply all throw', async () => {
  const main = fakeMain('approval', { getApprovals: () => ({ revision: 'x' }) as never });
  await expect(main.call('getState', {})).rejects.toThrow('not for this window');
  await expect(main.call('answerApproval', { approvalId: 1 })).rejects.toThrow();
  await expect(main.call('getApprovals', {})).rejects.toThrow();
  await expect(main.call('approvalsShown', { revision: 1 })).rejects.toThrow('no answer');
});

test('the dashboard cannot answer an approval, and a push is parsed', async () => {
  const main = fakeMain('dashboard', { getState: () => aState() });
  expect(main.names).not.toContain('answerApproval');
  await expect(main.call('answerApproval', {})).rejects.toThrow('not for this window');
  expect(await main.call('getState', {})).toMatchObject({ revision: 1 });
  expect(main.requests('getState')).toEqual([{}]);
  expect(() => main.push('state', { revision: 1 })).toThrow();
});
