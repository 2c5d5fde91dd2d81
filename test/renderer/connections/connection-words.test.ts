import { describe, expect, test } from 'vitest';
import {
  changeWords,
  coverageOf,
  coverageWords,
  entryState,
  fileScope,
  howReached,
  sessionLines,
  sessionWords,
  transportWords,
} from '../../../renderer/connections/connection-words.ts';
import { EntryView, FileChange, FileView, RouteState } from '../../../shared/client.ts';
import { SessionView } from '../../../shared/state.ts';
import { aSession } from '../../fakes/state.ts';

const anEntryView = (over: Partial<EntryView> = {}): EntryView => ({
  name: 'files',
  transport: 'stdio',
  command: 'npx',
  args: ['server', '/tmp'],
  disabled: false,
  protected: true,
  routeState: 'routed',
  secrets: [],
  server: 'srv_1',
  ...over,
});

const aClient = (...entries: EntryView[]) => ({
  id: 'c',
  name: 'C',
  reload: 'Restart.',
  files: [{ path: '/c', scope: 'user' as const, format: 'json' as const, entries }],
});

describe('how an entry stands', () => {
  test('only a call that was seen makes it protected for certain', () => {
    const texts = RouteState.options.map(
      (routeState) => entryState(anEntryView({ routeState })).text,
    );
    expect(texts.filter((text) => text === 'Protected')).toHaveLength(1);
    expect(entryState(anEntryView({ routeState: 'unknown' }))).toMatchObject({
      text: 'Protected, no call yet',
      tone: 'info',
    });
  });

  test('an entry that goes around Airlock is shown in red', () => {
    const direct = anEntryView({ protected: false, routeState: 'direct' });
    expect(entryState(direct)).toMatchObject({ text: 'Not protected', tone: 'danger' });
    expect(entryState({ ...direct, routeState: 'unknown' }).tone).toBe('warn');
  });

  test('one that cannot be governed says why', () => {
    const notGovernable = 'It speaks WebSocket.';
    expect(entryState(anEntryView({ notGovernable })).means).toBe(notGovernable);
  });

  test('a rule that blocks it and a kill are told apart, the rule with its reason', () => {
    const notGovernable = 'The list of denied servers names it.';
    const ruled = anEntryView({ protected: false, routeState: 'blocked', notGovernable });
    expect(entryState(ruled)).toEqual({ text: 'Blocked', tone: 'neutral', means: notGovernable });
    const killed = entryState(anEntryView({ routeState: 'blocked' }));
    expect(killed).toMatchObject({ text: 'Stopped', tone: 'danger' });
    expect(killed.means).toContain('kill switch');
  });

  test('an entry of ours that leads nowhere is not called protected', () => {
    const notGovernable = 'This machine does not know the connection it names.';
    expect(entryState(anEntryView({ notGovernable, routeState: 'unknown' }))).toMatchObject({
      text: 'Does not work',
      means: notGovernable,
    });
  });

  test('every remote transport is named, and only those', () => {
    const named = EntryView.shape.transport.options.map(transportWords);
    expect(named.filter((words) => words !== undefined)).toEqual([
      'remote, over HTTP',
      'remote, over SSE',
      'remote, over WebSocket',
    ]);
  });

  test('is reached by its address or its command line', () => {
    expect(howReached(anEntryView())).toBe('npx server /tmp');
    expect(howReached(anEntryView({ url: 'https://x/mcp' }))).toBe('https://x/mcp');
  });
});

describe('how much is covered', () => {
  const open = anEntryView({ protected: false, routeState: 'direct' });
  const never = anEntryView({ protected: false, notGovernable: 'no' });

  test('what cannot be governed is counted, but is nothing to protect', () => {
    const coverage = coverageOf([aClient(anEntryView(), open, never), aClient(open)]);
    expect(coverage).toEqual({ all: 4, protected: 1, open: 2 });
    expect(coverageWords(coverage)).toBe('1 of 4 servers protected');
  });

  test('says all only of all', () => {
    expect(coverageWords(coverageOf([aClient(anEntryView())]))).toBe('1 server, all protected');
    expect(coverageWords(coverageOf([aClient()]))).toBe('No servers');
  });
});

describe('what was done to a file', () => {
  const change = (over: Partial<FileChange>): FileChange => ({
    clientId: 'c',
    clientName: 'C',
    path: '/c',
    result: 'changed',
    entries: ['a'],
    ...over,
  });

  test('agrees in number', () => {
    expect(changeWords(change({})).text).toBe('1 server now goes through Airlock');
    expect(changeWords(change({ entries: ['a', 'b'] })).text).toBe(
      '2 servers now go through Airlock',
    );
  });

  test('each result has words of its own, and a refusal is a warning', () => {
    const results = FileChange.shape.result.options.map((result) =>
      changeWords(change({ result })),
    );
    expect(new Set(results.map(({ text }) => text)).size).toBe(results.length);
    expect(changeWords(change({ result: 'refused' })).tone).toBe('warn');
  });
});

describe('what runs through an entry', () => {
  test('sessions that are well share a line, and each trouble has its own sentence', () => {
    const sessions = [
      aSession({ sessionId: 'a', calls: 3 }),
      aSession({ sessionId: 'b', state: 'failed', detail: 'It ended at once.' }),
      aSession({ sessionId: 'c', calls: 4 }),
    ];
    expect(sessionLines(sessions)).toMatchObject([
      { text: '2 live, 7 calls', tone: 'ok', means: '' },
      { text: 'Failed', tone: 'danger', means: 'It ended at once.' },
    ]);
  });

  test('one is said as before, none not at all', () => {
    expect(sessionLines([aSession({ calls: 1 })])).toMatchObject([{ text: 'Live, 1 call' }]);
    expect(sessionLines([])).toEqual([]);
  });
});

test('every file scope and session state has words of its own', () => {
  const scopes = FileView.shape.scope.options.map(fileScope);
  expect(new Set(scopes).size).toBe(scopes.length);
  const states = SessionView.shape.state.options.map(
    (state) => sessionWords(aSession({ state, calls: 1 })).text,
  );
  expect(states).toEqual(['Starting', 'Live, 1 call', 'Paused', 'Failed', 'Stopped']);
});
