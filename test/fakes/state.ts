import { defaultSettings, type Settings } from '../../shared/settings.ts';
import { AppState, type SessionView } from '../../shared/state.ts';

/** A live session as the tray and the dashboard see it. */
export const aSession = (over: Partial<SessionView> = {}): SessionView => ({
  sessionId: 'ses_1',
  connectionId: 'con_1',
  connectionName: 'files',
  clientId: 'cursor',
  clientName: 'Cursor',
  serverId: 'srv_1',
  serverLabel: 'npx @modelcontextprotocol/server-filesystem',
  reportedServer: 'filesystem 1.0.0',
  state: 'ready',
  detail: '',
  since: 1,
  calls: 0,
  ...over,
});

/** The settings of somebody who has seen the introduction. */
export const knownSettings: Settings = { ...defaultSettings, introduced: true };

/** A state in which everything is well; parsed, so that the fake cannot drift from the contract. */
export const aState = (over: Partial<AppState> = {}): AppState =>
  AppState.parse({
    revision: 1,
    version: '0.1.0',
    person: 'ada',
    protection: 'protected',
    attention: [],
    waiting: 0,
    kills: [],
    sessions: [],
    heldTools: [],
    trail: { chain: 'c', sequence: 0, writable: true, problem: '' },
    delivery: { state: 'off', endpoint: '', pending: 0, deliveredThrough: 0, setAside: 0 },
    keychain: { available: true, problem: '' },
    policy: { rules: 5, userFile: '/home/ada/policy.cedar', problems: [] },
    settings: knownSettings,
    holds: {},
    managed: { state: 'not-managed', organisation: '', notices: [], problems: [] },
    signedIn: {
      person: { kind: 'os', name: 'ada', groups: [] },
      status: { state: 'not-offered' },
    },
    configChanges: [],
    recent: [],
    ...over,
  });
