import type { KillScope } from '../../shared/kill.ts';
import type { ManagedKill } from '../../shared/managed.ts';
import { fitsServer, type ServerFacts } from './server-match.ts';

/** A kill that IT wants in force. */
export interface WantedKill {
  readonly scope: KillScope;
  readonly reason: string;
}

/** The kills that a bundle wants, for the servers this machine has. Ask again when a server is added. */
export function wantedKills(kill: ManagedKill, servers: readonly ServerFacts[]): WantedKill[] {
  switch (kill.scope) {
    case 'none':
      return [];
    case 'all':
      return [{ scope: { kind: 'all' }, reason: kill.reason }];
    case 'some': {
      const { reason } = kill;
      const named = servers.filter((facts) =>
        kill.servers.some((match) => fitsServer(match, facts)),
      );
      // A server named by its identity is stopped before it is ever seen here.
      const ids = kill.servers.flatMap((match) =>
        match.id !== undefined && Object.keys(match).length === 1 ? [match.id] : [],
      );
      const serverIds = new Set([...named.map(({ id }) => id), ...ids]);
      return [
        ...kill.clients.map((clientId) => ({
          scope: { kind: 'client' as const, clientId },
          reason,
        })),
        ...[...serverIds].map((serverId) => ({
          scope: { kind: 'server' as const, serverId },
          reason,
        })),
      ];
    }
    default:
      return kill satisfies never;
  }
}

/** A kill in force, as far as it matters here. */
export interface StandingKill {
  readonly id: string;
  readonly scope: KillScope;
  readonly origin: string;
}

const keyOf = (scope: KillScope): string => JSON.stringify(Object.entries(scope).sort());

/**
 * What has to be thrown and lifted so that IT's kills in force are the wanted ones. Those of people are left alone.
 */
export function reconcileKills(
  wanted: readonly WantedKill[],
  inForce: readonly StandingKill[],
): { readonly toThrow: readonly WantedKill[]; readonly toLift: readonly string[] } {
  const managed = inForce.filter(({ origin }) => origin === 'managed');
  const standing = new Set(managed.map(({ scope }) => keyOf(scope)));
  const asked = new Set(wanted.map(({ scope }) => keyOf(scope)));
  return {
    toThrow: wanted.filter(({ scope }) => !standing.has(keyOf(scope))),
    toLift: managed.filter(({ scope }) => !asked.has(keyOf(scope))).map(({ id }) => id),
  };
}
