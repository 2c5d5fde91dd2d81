import type { Kill, KillItem, KillOrigin, KillReport, KillScope } from '../../shared/kill.ts';
import type { AppState } from '../../shared/state.ts';
import { count } from './count.ts';

type Named = Pick<AppState, 'sessions' | 'recent'>;

/**
 * What a kill covers, by name. Names come from live sessions and, once those are gone, from the newest records; an
 * id that neither knows is shown as it is.
 */
export function scopeName(scope: KillScope, known: Named): string {
  const { sessions, recent } = known;
  switch (scope.kind) {
    case 'all':
      return 'Everything';
    case 'client':
      return (
        sessions.find((session) => session.clientId === scope.clientId)?.clientName ??
        recent.find((entry) => entry.agent?.id === scope.clientId)?.agent?.name ??
        scope.clientId
      );
    case 'server':
      return (
        sessions.find((session) => session.serverId === scope.serverId)?.serverLabel ??
        recent.find((entry) => entry.server?.id === scope.serverId)?.server?.label ??
        scope.serverId
      );
    case 'connection':
      return (
        sessions.find((session) => session.connectionId === scope.connectionId)?.connectionName ??
        recent.find((entry) => entry.connection?.id === scope.connectionId)?.connection?.name ??
        scope.connectionId
      );
    default:
      return scope satisfies never;
  }
}

/** Where the switch was pressed. */
export function originWords(origin: KillOrigin): string {
  switch (origin) {
    case 'tray':
      return 'from the tray';
    case 'dashboard':
      return 'from this window';
    case 'shortcut':
      return 'with the keyboard shortcut';
    case 'command-line':
      return 'from the command line';
    case 'approval':
      return 'from the approval window';
    case 'managed':
      return 'by your organisation';
    default:
      return origin satisfies never;
  }
}

/** True where a person at this machine may lift it: IT's kill only IT lifts. */
export const liftable = (kill: Kill): boolean => kill.origin !== 'managed';

const stoppedAs: Readonly<Record<KillItem['kind'], (n: number) => string>> = {
  session: (n) => `${count(n, 'session')} stopped`,
  approval: (n) => `${count(n, 'waiting approval')} denied`,
  call: (n) => `${count(n, 'running call')} cancelled`,
  process: (n) => `${count(n, 'process', 'processes')} ended`,
  'remote-session': (n) => `${count(n, 'remote session')} closed`,
  record: (n) => `${count(n, 'record')} kept`,
};

/** What a kill did, in one sentence that says whether it was proved. */
export function reportSentence(report: KillReport): string {
  const kinds: readonly KillItem['kind'][] = [
    'session',
    'process',
    'remote-session',
    'call',
    'approval',
  ];
  const done = kinds.flatMap((kind) => {
    const stopped = report.items.filter((item) => item.kind === kind && item.stopped).length;
    return stopped === 0 ? [] : [stoppedAs[kind](stopped)];
  });
  const what = done.length === 0 ? 'Nothing was running' : done.join(', ');
  const running = report.survivors.filter((item) => item.kind !== 'record').length;
  const unrecorded = running < report.survivors.length ? ' The kill could not be recorded.' : '';
  if (running > 0) {
    return `${what}; ${count(running, 'thing is', 'things are')} still running.${unrecorded}`;
  }
  return `${what}; ${report.verified ? 'verified, none left' : 'not verified'}.${unrecorded}`;
}

/** What outlived a kill, as it stands in red: by name and process id, or our own record that could not be kept. */
export const survivorWords = (item: KillItem): string =>
  item.kind === 'record' ? `Not recorded: ${item.name}` : `Still running: ${itemName(item)}`;

/** One thing of a report, by name and process id. */
export const itemName = (item: KillItem): string =>
  item.pid === undefined ? item.name : `${item.name} (pid ${item.pid})`;
