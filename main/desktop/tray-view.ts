import type { KillScope } from '../../shared/kill.ts';
import type { AppState } from '../../shared/state.ts';

/** What a menu line does when it is chosen. */
export type TrayAction =
  | { readonly kind: 'open-approvals' }
  | { readonly kind: 'open-dashboard' }
  | { readonly kind: 'kill'; readonly scope: KillScope }
  | { readonly kind: 'quit' };

/** One line of the tray menu. */
export type TrayItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly kind: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

/** The tray as data: which icon, what it says on hover, and its menu. */
export interface TrayView {
  readonly icon: AppState['protection'];
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

const headline = (state: AppState): string => {
  switch (state.protection) {
    case 'stopped':
      return state.kills.some((kill) => kill.scope.kind === 'all')
        ? 'Stopped: every agent call is refused'
        : `Stopped in part: ${state.kills.length} kill${state.kills.length === 1 ? '' : 's'} in force`;
    case 'attention':
      return `Needs attention (${state.attention.length})`;
    case 'monitor':
      return 'Monitor mode: calls are recorded, not stopped';
    case 'protected': {
      // A session that failed stays in the state for a while, so that its reason can be read; it is not live.
      const live = state.sessions.filter(({ state: is }) => is !== 'failed' && is !== 'stopped');
      return `Protected: ${live.length} connection${live.length === 1 ? '' : 's'} live`;
    }
    default:
      return state.protection satisfies never;
  }
};

const unique = <T>(items: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

function killItems(state: AppState): TrayItem[] {
  const all: TrayItem = {
    kind: 'action',
    label: 'Stop everything now',
    action: { kind: 'kill', scope: { kind: 'all' } },
  };
  const clients = unique(state.sessions, (session) => session.clientId).map<TrayItem>(
    (session) => ({
      kind: 'action',
      label: short(`Stop ${session.clientName}`),
      action: { kind: 'kill', scope: { kind: 'client', clientId: session.clientId } },
    }),
  );
  const servers = unique(state.sessions, (session) => session.serverId).map<TrayItem>(
    (session) => ({
      kind: 'action',
      label: short(`Stop ${session.connectionName} (${session.serverLabel})`),
      action: { kind: 'kill', scope: { kind: 'server', serverId: session.serverId } },
    }),
  );
  const rest: TrayItem[] =
    clients.length > 0
      ? [
          {
            kind: 'submenu',
            label: 'Stop one client or server',
            items: [...clients, { kind: 'separator' }, ...servers],
          },
        ]
      : [];
  return [all, ...rest];
}

/**
 * The tray for a state. It can open, tighten and quit; nothing in it approves or resumes, since a menu can be
 * driven by any program of the same user.
 */
export function trayView(state: AppState): TrayView {
  const waiting: TrayItem[] =
    state.waiting > 0
      ? [
          {
            kind: 'action',
            label: `${state.waiting} call${state.waiting === 1 ? '' : 's'} waiting for you…`,
            action: { kind: 'open-approvals' },
          },
        ]
      : [];
  const attention = state.attention
    .filter((item) => item.kind !== 'approval')
    .slice(0, 4)
    .map<TrayItem>((item) => ({
      kind: 'action',
      label: short(item.text),
      action: { kind: 'open-dashboard' },
    }));
  return {
    icon: state.protection,
    tooltip: `Airlock: ${headline(state)}`,
    menu: [
      { kind: 'text', label: headline(state) },
      ...waiting,
      ...attention,
      { kind: 'separator' },
      { kind: 'action', label: 'Open Airlock', action: { kind: 'open-dashboard' } },
      { kind: 'separator' },
      ...killItems(state),
      { kind: 'separator' },
      {
        kind: 'action',
        label: 'Quit Airlock (agents lose their servers)',
        action: { kind: 'quit' },
      },
    ],
  };
}
