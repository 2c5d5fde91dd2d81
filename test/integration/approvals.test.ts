import { describe, expect, test } from 'vitest';
import { aHome } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

/** A greeted client of a recording server under a running app. */
async function aDesk(first: Parameters<typeof startApp>[1] = {}) {
  const home = aHome();
  const { id } = home.record('notes');
  const app = await startApp(home, first);
  const bridge = aBridge(home, id);
  await bridge.greet();
  const writes = () => home.received('notes').filter((line) => line.includes('write_note'));
  return { home, app, bridge, writes };
}

describe('a call that writes', () => {
  test('reaches the server once, when a person has looked and pressed', async () => {
    const { app, bridge, writes } = await aDesk();
    const said = bridge.call('write_note', { text: 'one' });
    const card = await app.card('write_note');
    expect(card).toMatchObject({ clientName: 'Cursor', connectionName: 'notes', count: 1 });
    expect(app.state()).toMatchObject({ waiting: 1, protection: 'attention' });
    expect(app.window.asked).toBe(1);
    expect(writes()).toEqual([]);

    expect(await app.press(card, 'allow')).toMatchObject({ ok: true });
    expect(await said).toEqual({ text: 'write_note {"text":"one"}', isError: false });
    expect(writes()).toHaveLength(1);
    await until(() => app.entries('call.closed').length === 1);
    expect(app.entries('call.closed')[0]).toMatchObject({
      outcome: 'ok',
      approver: { by: app.state().person, how: 'person' },
      decision: { decision: 'ask' },
    });
    expect(app.entries('call.closed')[0]?.approver?.lookedMs).toBeGreaterThanOrEqual(600);
    expect(app.state().waiting).toBe(0);
  });

  test('is not let through by an answer that nobody pressed for', async () => {
    const { app, bridge, writes } = await aDesk();
    bridge.send('tools/call', { name: 'write_note' });
    const card = await app.card('write_note');
    const words = { approvalId: card.id, cardRevision: card.revision, answer: 'allow' } as const;
    app.approvalsShown(app.approvals().revision);
    const answered = () => app.answerApproval({ ...words, scope: 'arguments', duration: 'once' });
    expect(answered()).toMatchObject({ ok: false, problem: { code: 'too-soon' } });
    await until(() => {
      const result = answered();
      return !result.ok && result.problem.code === 'no-real-input';
    });
    expect(writes()).toEqual([]);
    expect(app.state().waiting).toBe(1);
  });

  test('is refused with the rule when the person says no', async () => {
    const { app, bridge, writes } = await aDesk();
    const said = bridge.call('write_note');
    expect(await app.press(await app.card('write_note'), 'deny')).toMatchObject({ ok: true });
    const { text, isError } = await said;
    expect(isError).toBe(true);
    expect(text).toMatch(/^Airlock refused write_note: the person at this machine said no\./);
    expect(text).toContain('Tools that write ask first.');
    expect(writes()).toEqual([]);
    await until(() => app.entries('call.closed')[0]?.outcome === 'denied-by-person');
  });

  test('is refused when nobody answers, and a late yes holds for exactly that call', async () => {
    const { app, bridge, writes } = await aDesk({ approvalSeconds: 0.3 });
    expect(await bridge.call('write_note', { text: 'late' })).toMatchObject({ isError: true });
    await until(() => app.entries('call.closed')[0]?.outcome === 'denied-by-timeout');
    const card = await app.card('write_note');
    expect(card.state).toBe('expired');
    expect(app.state().waiting).toBe(0);
    expect(await app.press(card, 'allow')).toMatchObject({ ok: true });
    expect(writes()).toEqual([]);

    expect(await bridge.call('write_note', { text: 'other' })).toMatchObject({ isError: true });
    expect(await bridge.call('write_note', { text: 'late' })).toMatchObject({ isError: false });
    expect(await bridge.call('write_note', { text: 'late' })).toMatchObject({ isError: true });
    expect(writes()).toHaveLength(1);
    await until(() => app.entries('call.closed').length === 4);
    const granted = app.entries('call.closed').filter((entry) => entry.outcome === 'ok');
    expect(granted).toMatchObject([{ approver: { how: 'grant' } }]);
  });

  test('is refused when the window is lost, and when it cannot be brought up', async () => {
    const { app, bridge, writes } = await aDesk();
    const said = bridge.call('write_note');
    await app.card('write_note');
    app.windowLost();
    expect(await said).toMatchObject({
      isError: true,
      text: expect.stringContaining('the approval window was closed'),
    });
    app.window.opens = false;
    expect(await bridge.call('write_note')).toMatchObject({
      isError: true,
      text: expect.stringContaining('the approval window was closed'),
    });
    expect(writes()).toEqual([]);
    expect(app.state().waiting).toBe(0);
  });

  test('is asked for no longer once its client has left', async () => {
    const { app, bridge, writes } = await aDesk();
    bridge.send('tools/call', { name: 'write_note', arguments: {} });
    await app.card('write_note');
    await bridge.leave();
    await until(() => app.state().waiting === 0);
    await until(() => app.entries('call.closed')[0]?.outcome === 'cancelled');
    expect(app.approvals().cards).toEqual([]);
    expect(writes()).toEqual([]);
  });

  test('runs unasked under a grant for the tool, until that is revoked', async () => {
    const { app, bridge, writes } = await aDesk();
    const said = bridge.call('write_note', { n: 1 });
    const wide = { scope: 'tool', duration: 'always' } as const;
    expect(await app.press(await app.card('write_note'), 'allow', wide)).toMatchObject({
      ok: true,
    });
    await said;
    expect(await bridge.call('write_note', { n: 2 })).toMatchObject({ isError: false });
    expect(writes()).toHaveLength(2);
    const [grant] = app.grants();
    app.revokeGrant(grant?.id ?? '');
    bridge.send('tools/call', { name: 'write_note', arguments: { n: 3 } });
    await app.card('write_note');
    expect(writes()).toHaveLength(2);
  });
});

test('a flood is one card, and pausing the connection ends it and its server', async () => {
  const { home, app, bridge, writes } = await aDesk();
  const ids = Array.from({ length: 12 }, (_, n) =>
    bridge.send('tools/call', { name: 'write_note', arguments: { n } }),
  );
  await until(() => app.state().waiting === ids.length);
  const cards = app.approvals().cards;
  expect(cards.length).toBeLessThan(ids.length);
  expect(cards.some((card) => card.state === 'collapsed')).toBe(true);
  app.pauseConnection('con_notes');
  for (const id of ids) {
    const { result } = await bridge.answer(id);
    expect(result).toMatchObject({ isError: true });
    expect(result?.content?.[0]?.text).toMatch(/kill switch stopped/);
  }
  expect(writes()).toEqual([]);
  await until(() => app.state().lastKill?.verified === true);
  expect(app.state()).toMatchObject({ waiting: 0, protection: 'stopped' });

  // Another connection is not touched.
  home.record('others');
  const other = aBridge(home, 'con_others');
  await other.greet();
  expect(await other.call('get_note')).toMatchObject({ isError: false });
});
