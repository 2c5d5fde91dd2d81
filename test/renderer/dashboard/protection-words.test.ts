import { describe, expect, test } from 'vitest';
import { protectionWords, remedy } from '../../../renderer/dashboard/protection-words.ts';
import { AppState, Attention } from '../../../shared/state.ts';
import { aSession, aState } from '../../fakes/state.ts';

const kill = (scope: AppState['kills'][number]['scope']): AppState['kills'][number] => ({
  id: 'k',
  scope,
  origin: 'tray',
  by: 'ada',
  at: 1,
});

describe('the headline', () => {
  test('only a state without any matter looks well', () => {
    const tones = AppState.shape.protection.options.map(
      (protection) => [protection, protectionWords(aState({ protection })).tone] as const,
    );
    expect(tones.filter(([, tone]) => tone === 'ok')).toEqual([['protected', 'ok']]);
  });

  test('counts what wants attention', () => {
    const attention = [{ id: 'a', kind: 'policy' as const, text: 'x' }];
    expect(protectionWords(aState({ protection: 'attention', attention })).text).toBe(
      'Needs attention (1)',
    );
  });

  test('tells a stop of everything from one in part', () => {
    const stopped = (scope: Parameters<typeof kill>[0]) =>
      protectionWords(aState({ protection: 'stopped', kills: [kill(scope)] }));
    expect(stopped({ kind: 'all' }).text).toBe('Stopped');
    expect(stopped({ kind: 'server', serverId: 's' })).toMatchObject({
      text: 'Stopped in part',
      means: '1 stop in force.',
    });
  });

  test('a session that failed is not live any more', () => {
    const sessions = [aSession(), aSession({ sessionId: 'ses_2', state: 'failed' })];
    expect(protectionWords(aState({ sessions })).means).toContain('1 connection live');
  });

  test('monitor mode never claims that calls are stopped', () => {
    expect(protectionWords(aState({ protection: 'monitor' })).means).toContain('not stopped');
  });
});

test('every kind of matter leads somewhere', () => {
  const places = Attention.shape.kind.options.map((kind) => [kind, remedy(kind).at]);
  expect(Object.fromEntries(places)).toEqual({
    approval: 'approvals',
    'held-tool': 'screen',
    config: 'screen',
    delivery: 'screen',
    keychain: 'screen',
    policy: 'screen',
    'sign-in': 'screen',
    audit: 'banner',
    kill: 'banner',
    monitor: 'banner',
  });
});
