import type { Connection } from '../../shared/client.ts';
import type { ClientPorts } from './ports.ts';

/** What is done about an entry of ours that no longer leads here. */
export type DriftAction = 'reapply' | 'leave' | 'ask';

/** What is done about a server that came into a config beside Airlock. `block`: routed, and no call of it let through. */
export type NewEntryAction = 'route' | 'block' | 'leave' | 'ask';

/** An entry as the watch saw it; everything in it may be shown. */
export interface WatchedEntry {
  /** `restored-by-hand`: the whole file is byte for byte what it was before Airlock came. */
  readonly kind: 'drifted' | 'restored-by-hand' | 'new-entry';
  readonly clientId: string;
  readonly clientName: string;
  /** The path the file is known by. */
  readonly file: string;
  readonly entry: string;
  readonly keyPath: readonly string[];
  /** Identity of the server it now leads to; empty where it has none. */
  readonly serverId: string;
  /** True where that is the server Airlock stood in front of; always false for a new entry. */
  readonly sameServer: boolean;
  /** The connection that it led to; absent for a new entry. */
  readonly connectionId?: string;
}

/**
 * What the watch noticed or did. `drifted` and `restored-by-hand`: an entry of ours starts its server directly again.
 * `removed`: an entry of ours is gone; it starts nothing, so it is never put back, and its connection stays in case
 * the client brings it back. `unreadable`: the file can no longer be read as its client reads it, or is gone.
 * `reapplied` and `routed`: it leads to Airlock now. `refused`: that could not be done. `gave-up`: the file was
 * written too often in turns with its client; Airlock keeps out of it until it lies still, or a person decides.
 */
export interface WatchEvent {
  readonly kind:
    | WatchedEntry['kind']
    | 'removed'
    | 'unreadable'
    | 'reapplied'
    | 'routed'
    | 'refused'
    | 'gave-up';
  readonly clientId: string;
  readonly clientName: string;
  readonly file: string;
  /** Absent where it is about the whole file. */
  readonly entry?: string;
  readonly keyPath?: readonly string[];
  readonly connectionId?: string;
  /** What is done about it; `ask` waits for `decide`. Only with what was noticed about an entry. */
  readonly action?: DriftAction | NewEntryAction;
  /** What happened and what to do, for the person. */
  readonly sentence: string;
  /** Unix milliseconds. */
  readonly detectedAt: number;
}

/** Everything that watching needs from outside. */
export interface WatchPorts {
  /** Those of protect and restore. */
  readonly configs: ClientPorts;
  /** Runs work alone among everything that writes configs and journal. Not entered again from inside. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onEvent: (event: WatchEvent) => void;
  /** What goes wrong by our own fault; the watch goes on. */
  readonly onError: (error: unknown) => void;
  /** Absent: `reapply`. */
  readonly onDrift?: (entry: WatchedEntry) => DriftAction;
  /** Absent: `ask`. Never asked about an entry that cannot be routed. */
  readonly onNewEntry?: (entry: WatchedEntry) => NewEntryAction;
  /** Stops all calls of a connection before it is served; absent: `block` asks instead. */
  readonly block?: (connection: Connection) => void;
  /** Milliseconds that never go back, for limits; absent: those of the process. */
  readonly clock?: () => number;
}
