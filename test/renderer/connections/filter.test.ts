import { describe, expect, test } from 'vitest';
import {
  type AroundOf,
  countStates,
  filterClients,
  filterUngoverned,
  isProblem,
  type StateFilter,
} from '../../../renderer/connections/filter.ts';
import type { ClientView } from '../../../shared/client.ts';
import { aSession } from '../../fakes/state.ts';
import { largeScan, remoteScan, signIns, ungoverned } from '../pages/connection-answers.ts';

const statuses = new Map(signIns().map(({ connectionId, status }) => [connectionId, status]));
const aroundOf: AroundOf = ({ connectionId = '' }) => ({
  sessions: connectionId === 'con_notion' ? [aSession({ state: 'failed' })] : [],
  signIn: statuses.get(connectionId),
});
const broken: ClientView = {
  id: 'broken',
  name: 'Broken',
  reload: '',
  files: [
    {
      path: '/home/ada/broken.json',
      scope: 'user',
      format: 'json',
      error: 'No JSON.',
      entries: [],
    },
  ],
};
const clients = [...remoteScan().clients, broken];
const names = (text: string, state: StateFilter = 'all') =>
  filterClients(clients, { text, state }, aroundOf).flatMap((client) =>
    client.files.flatMap((file) =>
      file.entries.length === 0
        ? [`${client.name}: ${file.path}`]
        : file.entries.map((entry) => `${client.name}: ${entry.name}`),
    ),
  );

describe('by state', () => {
  test('a problem is what keeps a server from working; a file that cannot be read is one', () => {
    expect(names('', 'problem')).toEqual([
      'Cursor: github',
      'Cursor: notion',
      'Cursor: sentry',
      'Cursor: shell',
      'Broken: /home/ada/broken.json',
    ]);
  });

  test('what a rule blocks does not go around Airlock', () => {
    expect(names('', 'open')).toEqual([]);
    const { clients: many } = largeScan();
    expect(filterClients(many, { text: '', state: 'open' }, aroundOf)).toHaveLength(10);
  });

  test('the counts are those of the lists', () => {
    const counts = countStates(clients, aroundOf);
    expect(counts).toEqual({ all: 6, open: 0, problem: names('', 'problem').length });
  });

  test('a live session is no problem, a paused one is', () => {
    const [entry] = remoteScan().clients[1]?.files[0]?.entries ?? [];
    if (!entry) throw new Error('the scan has an entry');
    const beside = (state: 'ready' | 'starting' | 'paused') =>
      isProblem(entry, { sessions: [aSession({ state })], signIn: undefined });
    expect([beside('ready'), beside('starting'), beside('paused')]).toEqual([false, false, true]);
  });
});

describe('by text', () => {
  test('a server is found by name and by address, in whatever case', () => {
    expect(names('LINEAR.app')).toEqual(['Cursor: linear']);
    expect(names('githubcopilot')).toEqual(['Cursor: github', 'Claude Code: hub']);
  });

  test('a client or a file that fits keeps all of its servers', () => {
    expect(names('claude')).toEqual(['Claude Code: hub']);
    expect(names('/.cursor/')).toHaveLength(5);
    expect(names('broken.json')).toEqual(['Broken: /home/ada/broken.json']);
  });

  test('all words must fit, and both filters hold at once', () => {
    expect(names('mcp sentry')).toEqual(['Cursor: sentry']);
    expect(names('cursor', 'problem')).toHaveLength(4);
    expect(names('nothing like it')).toEqual([]);
  });
});

test('what cannot be governed is found by its text, and is no problem of ours', () => {
  expect(filterUngoverned(ungoverned(), { text: 'pdf', state: 'all' })).toHaveLength(1);
  expect(filterUngoverned(ungoverned(), { text: '', state: 'open' })).toHaveLength(2);
  expect(filterUngoverned(ungoverned(), { text: '', state: 'problem' })).toEqual([]);
});
