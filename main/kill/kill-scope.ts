import type { Kill, KillScope } from '../../shared/kill.ts';

/** What a kill may cover: a session, a call, or a connection about to be opened. */
export interface KillTarget {
  readonly connectionId: string;
  readonly clientId: string;
  readonly serverId: string;
}

/** The id of the kill that stands in for a saved state that could not be read. */
export const unreadableKillId = 'saved-state-unreadable';

/** True when `scope` covers `target`. Pure. */
export function covers(scope: KillScope, target: KillTarget): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'client':
      return scope.clientId === target.clientId;
    case 'server':
      return scope.serverId === target.serverId;
    case 'connection':
      return scope.connectionId === target.connectionId;
    default:
      return scope satisfies never;
  }
}

/** What a scope is called in a sentence. Pure. */
export function scopeText(scope: KillScope): string {
  switch (scope.kind) {
    case 'all':
      return 'everything';
    case 'client':
      return 'this client';
    case 'server':
      return 'this server';
    case 'connection':
      return 'this connection';
    default:
      return scope satisfies never;
  }
}

/** The sentence a call is refused with while this kill is in force. Pure. */
export function refusalSentence(kill: Kill): string {
  if (kill.id === unreadableKillId) {
    return 'Airlock could not read which kills are in force, so everything stays stopped. Do not try again; a person can resume it in the Airlock dashboard.';
  }
  return kill.origin === 'managed'
    ? `The kill switch stopped ${scopeText(kill.scope)} (thrown by IT). Do not try again; only IT can resume it.`
    : `The kill switch stopped ${scopeText(kill.scope)} (thrown by ${kill.by}). Do not try again; a person can resume it in the Airlock dashboard.`;
}

/**
 * Prepares the question of every call: the sentence to refuse with, or undefined. Each kill's sentence is made once and
 * found by at most four look-ups, however many kills there are. Where several cover a call, IT's speaks. Pure.
 */
export function refusals(kills: readonly Kill[]): (target: KillTarget) => string | undefined {
  let all: string | undefined;
  const clients = new Map<string, string>();
  const servers = new Map<string, string>();
  const connections = new Map<string, string>();
  const managedLast = [...kills].sort(
    (a, b) => Number(a.origin === 'managed') - Number(b.origin === 'managed'),
  );
  for (const kill of managedLast) {
    const sentence = refusalSentence(kill);
    const { scope } = kill;
    if (scope.kind === 'all') all = sentence;
    else if (scope.kind === 'client') clients.set(scope.clientId, sentence);
    else if (scope.kind === 'server') servers.set(scope.serverId, sentence);
    else connections.set(scope.connectionId, sentence);
  }
  return ({ clientId, serverId, connectionId }) =>
    all ?? clients.get(clientId) ?? servers.get(serverId) ?? connections.get(connectionId);
}
