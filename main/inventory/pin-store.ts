import type { Finding } from '../../shared/finding.ts';
import type { PinState } from '../../shared/server.ts';

/** One tool of one server as it is kept: what is accepted, what waits, and since when. */
export interface PinRow {
  readonly serverId: string;
  readonly serverLabel: string;
  readonly tool: string;
  /** A row that says `unlisted` is read as if it were not there; none is ever saved. */
  readonly state: PinState;
  /** Hex SHA-256 of the accepted definition; empty where none is. */
  readonly acceptedHash: string;
  /** RFC 8785 form of the accepted definition; empty where none is. */
  readonly acceptedText: string;
  /** The definition that waits for a person; empty while `state` is `accepted`. */
  readonly heldHash: string;
  readonly heldText: string;
  /** What the inspection saw in the definition that waits, or else in the accepted one. */
  readonly findings: readonly Finding[];
  /** Unix milliseconds. */
  readonly firstSeenAt: number;
  /** When the state or the waiting definition last changed; Unix milliseconds. */
  readonly changedAt: number;
  /** When the accepted definition was accepted; absent where none is. */
  readonly acceptedAt?: number | undefined;
  /** Who accepted it: a person, or `first-sight`; absent where none is. */
  readonly acceptedBy?: string | undefined;
}

/** Where pins are kept. Synchronous; a failure throws, and the list or acceptance that caused it fails with it. */
export interface PinStore {
  /** Every row of one server. */
  load(serverId: string): readonly PinRow[];
  /** Inserts or replaces the row of (serverId, tool). */
  save(row: PinRow): void;
  /** Every row of every server. */
  all(): readonly PinRow[];
}
