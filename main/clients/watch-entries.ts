import type { Connection } from '../../shared/client.ts';
import type { Client } from './client-record.ts';
import { type ConfigEntry, connectionOf } from './entry.ts';
import type { Hiding } from './masked-text.ts';
import type { ParsedConfig } from './parse.ts';
import { serverIdentity, stdioSource } from './server-identity.ts';

/** A name for a place in a file. */
export const placeKey = (keyPath: readonly string[]): string => JSON.stringify(keyPath);

/** How the entries of a file stand to the connections that the journal has for it. */
export interface Standing {
  /** Connections that an entry leads to, at their place or another. */
  readonly kept: readonly Connection[];
  /** Connections whose place holds an entry that leads elsewhere. */
  readonly drifted: readonly { readonly connection: Connection; readonly entry: ConfigEntry }[];
  /** Connections whose place is empty. */
  readonly removed: readonly Connection[];
  /** Entries at no place of ours that do not lead to Airlock. */
  readonly direct: readonly ConfigEntry[];
}

/** Compares a config with the connections that are active for it. Pure. */
export function standing(
  config: ParsedConfig,
  connections: readonly Connection[],
  bridgeFile: string,
): Standing {
  const ids = new Set<string>();
  const direct = new Map<string, ConfigEntry>();
  const ours = new Set<string>();
  for (const entry of config.entries) {
    const id = connectionOf(entry, bridgeFile);
    if (id === undefined) direct.set(placeKey(entry.keyPath), entry);
    else {
      ids.add(id);
      ours.add(placeKey(entry.keyPath));
    }
  }
  const kept: Connection[] = [];
  const drifted: { connection: Connection; entry: ConfigEntry }[] = [];
  const removed: Connection[] = [];
  for (const connection of connections) {
    const place = placeKey(connection.keyPath);
    const entry = direct.get(place);
    // Whoever copies our entry elsewhere and starts the server directly in its old place has taken it from us.
    if (entry !== undefined) drifted.push({ connection, entry });
    else if (ids.has(connection.id)) kept.push(connection);
    // An entry that leads to another connection of ours has taken its place.
    else if (!ours.has(place)) removed.push(connection);
  }
  const places = new Set(drifted.map(({ connection }) => placeKey(connection.keyPath)));
  return {
    kept,
    drifted,
    removed,
    direct: [...direct].flatMap(([place, entry]) => (places.has(place) ? [] : [entry])),
  };
}

/** The identity of the server an entry leads to; empty where it has none. */
export function serverIdOf(entry: ConfigEntry, client: Client, hiding: Hiding): string {
  const { reading } = entry;
  switch (reading.kind) {
    case 'stdio':
      return serverIdentity(stdioSource(reading, client, hiding.looksSecret), hiding.mask).id;
    case 'remote': {
      const { transport, url } = reading;
      return serverIdentity({ transport, url }, hiding.mask).id;
    }
    case 'unknown':
      return '';
    default:
      return reading satisfies never;
  }
}
