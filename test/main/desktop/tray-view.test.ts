import { describe, expect, test } from 'vitest';
import { type TrayItem, trayView } from '../../../main/desktop/tray-view.ts';
import type { Kill } from '../../../shared/kill.ts';
import { aSession, aState } from '../../fakes/state.ts';

const flat = (items: readonly TrayItem[]): TrayItem[] =>
  items.flatMap((item) => (item.kind === 'submenu' ? [item, ...flat(item.items)] : [item]));

const labels = (items: readonly TrayItem[]) =>
  flat(items).flatMap((item) => ('label' in item ? [item.label] : []));

describe('the tray', () => {
  test('says it is protected and how many connections live', () => {
    const view = trayView(aState({ sessions: [aSession(), aSession({ sessionId: 'ses_2' })] }));
    expect(view.icon).toBe('protected');
    expect(view.tooltip).toBe('Airlock: Protected: 2 connections live');
  });

  test('does not count a connection that failed a while ago', () => {
    const failed = aSession({ sessionId: 'ses_2', state: 'failed' });
    const view = trayView(aState({ protection: 'protected', sessions: [aSession(), failed] }));
    expect(view.tooltip).toBe('Airlock: Protected: 1 connection live');
  });

  test('counts what waits and leads to it', () => {
    const view = trayView(
      aState({
        protection: 'attention',
        waiting: 2,
        attention: [{ id: 'a', kind: 'approval', text: '2 calls wait' }],
      }),
    );
    expect(labels(view.menu)).toContain('2 calls waiting for you…');
    expect(view.tooltip).toBe('Airlock: Needs attention (1)');
  });

  test('offers to stop everything, one client, or one server, each once', () => {
    const view = trayView(aState({ sessions: [aSession(), aSession({ sessionId: 'ses_2' })] }));
    const kills = flat(view.menu).flatMap((item) =>
      item.kind === 'action' && item.action.kind === 'kill' ? [item.action.scope] : [],
    );
    expect(kills).toEqual([
      { kind: 'all' },
      { kind: 'client', clientId: 'cursor' },
      { kind: 'server', serverId: 'srv_1' },
    ]);
  });

  test('tells a full stop from a stop in part', () => {
    const kill: Kill = { id: 'k', scope: { kind: 'all' }, origin: 'tray', by: 'ada', at: 1 };
    expect(trayView(aState({ protection: 'stopped', kills: [kill] })).tooltip).toContain(
      'every agent call',
    );
    const part: Kill = { ...kill, scope: { kind: 'client', clientId: 'cursor' } };
    expect(trayView(aState({ protection: 'stopped', kills: [part] })).tooltip).toContain('in part');
  });

  test('can never approve or resume, whatever the state', () => {
    for (const protection of ['protected', 'attention', 'monitor', 'stopped'] as const) {
      const view = trayView(aState({ protection, waiting: 3, sessions: [aSession()] }));
      const actions = flat(view.menu).flatMap((item) =>
        item.kind === 'action' ? [item.action.kind] : [],
      );
      expect(new Set(actions)).toEqual(
        new Set(['open-approvals', 'open-dashboard', 'kill', 'quit']),
      );
    }
  });

  test('keeps long names of servers on one line', () => {
    const view = trayView(aState({ sessions: [aSession({ serverLabel: 'x'.repeat(300) })] }));
    for (const label of labels(view.menu)) expect(label.length).toBeLessThanOrEqual(60);
  });
});
