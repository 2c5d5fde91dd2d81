import { describe, expect, test } from 'vitest';
import {
  liftable,
  originWords,
  reportSentence,
  scopeName,
  survivorWords,
} from '../../../renderer/components/kill-words.ts';
import { type KillItem, KillOrigin, type KillReport } from '../../../shared/kill.ts';
import { callEntries } from '../../fakes/entry.ts';
import { aSession } from '../../fakes/state.ts';

const item = (kind: KillItem['kind'], stopped = true, pid?: number): KillItem => ({
  kind,
  id: `${kind} ${Math.random()}`,
  name: `a ${kind}`,
  stopped,
  detail: '',
  ...(pid === undefined ? {} : { pid }),
});

const report = (over: Partial<KillReport>): KillReport => ({
  kill: { id: 'k', scope: { kind: 'all' }, origin: 'tray', by: 'ada', at: 1 },
  items: [],
  survivors: [],
  verified: true,
  forwardingStoppedMs: 1,
  processesGoneMs: 1,
  ...over,
});

describe('the name of what a kill covers', () => {
  const known = { sessions: [aSession()], recent: callEntries(1, 't') };
  const gone = { ...known, sessions: [] };
  const nothing = { sessions: [], recent: [] };

  test.each([
    [{ kind: 'all' } as const, ['Everything', 'Everything', 'Everything']],
    [{ kind: 'client', clientId: 'cursor' } as const, ['Cursor', 'Cursor', 'cursor']],
    [{ kind: 'connection', connectionId: 'con_1' } as const, ['files', 'files', 'con_1']],
    [
      { kind: 'server', serverId: 'srv_1' } as const,
      [
        'npx @modelcontextprotocol/server-filesystem',
        'npx -y @modelcontextprotocol/server-filesystem /home/ada/reports',
        'srv_1',
      ],
    ],
  ])('%o: from sessions, else from records, else its id', (scope, names) => {
    expect([known, gone, nothing].map((from) => scopeName(scope, from))).toEqual(names);
  });
});

describe('what a kill did', () => {
  test('is summed by kind, and says that nothing was left', () => {
    const items = [item('session'), item('session'), item('process', true, 7), item('approval')];
    expect(reportSentence(report({ items }))).toBe(
      '2 sessions stopped, 1 process ended, 1 waiting approval denied; verified, none left.',
    );
  });

  test('never claims that nothing was left when something was', () => {
    const survivors = [item('process', false, 7)];
    const text = reportSentence(report({ items: survivors, survivors, verified: false }));
    expect(text).toBe('Nothing was running; 1 thing is still running.');
    expect(survivors.map(survivorWords)).toEqual(['Still running: a process (pid 7)']);
  });

  test('never claims to be verified when it was not', () => {
    expect(reportSentence(report({ verified: false }))).toBe('Nothing was running; not verified.');
  });

  test('says when the kill itself could not be recorded, which is nothing that runs', () => {
    const survivors = [item('record', false)];
    expect(reportSentence(report({ survivors, verified: false }))).toBe(
      'Nothing was running; not verified. The kill could not be recorded.',
    );
    expect(survivors.map(survivorWords)).toEqual(['Not recorded: a record']);
  });
});

describe('who may lift a kill', () => {
  test('everyone but for one of the organisation', () => {
    const { kill } = report({});
    expect(KillOrigin.options.filter((origin) => !liftable({ ...kill, origin }))).toEqual([
      'managed',
    ]);
  });

  test('each origin has words of its own', () => {
    expect(new Set(KillOrigin.options.map(originWords)).size).toBe(KillOrigin.options.length);
  });
});
