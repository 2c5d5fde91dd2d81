import type { EntryInput } from '../../shared/audit.ts';
import type { Kill, KillItem } from '../../shared/kill.ts';
import type { KillTarget } from './kill-scope.ts';

/** A live session as the kill switch takes hold of it. Whatever throws or rejects is reported and passed over. */
export interface KillSession extends KillTarget {
  readonly sessionId: string;
  /** The entry's key, for people. */
  readonly name: string;
  readonly pid?: number;
  /** True where the server is reached over the network and has no process here. */
  readonly remote: boolean;
  /** From this call on nothing is forwarded in either direction; must not wait for anything. */
  refuse(sentence: string): void;
  /** Cancels the calls in flight and names them. */
  cancelInFlight(): readonly KillItem[];
  /** Ends the server's processes, or closes the remote session, and names each. */
  stopServer(): Promise<readonly KillItem[]>;
}

/** What the kill switch needs from outside. */
export interface KillPorts {
  /** Every session of which anything may still run, also one that just starts or has failed. */
  readonly sessions: () => readonly KillSession[];
  /** Denies the approvals that wait for what `covered` says yes to, and names them. */
  readonly denyWaiting: (
    covered: (target: KillTarget) => boolean,
    sentence: string,
  ) => readonly KillItem[];
  /** Who of these sessions still runs. Rejects when that cannot be told. */
  readonly survivors: (sessionIds: readonly string[]) => Promise<readonly KillItem[]>;
  /** Sends SIGKILL at once to whoever of these sessions still runs. */
  readonly endSurvivors: (sessionIds: readonly string[]) => Promise<unknown>;
  /** Writes an entry of the trail; throws when it cannot. */
  readonly record: (entry: EntryInput) => void;
  /** The kills in force on disk. `save` is durable when it returns and throws when it cannot be; `load` likewise. */
  readonly store: {
    readonly load: () => unknown;
    readonly save: (kills: readonly Kill[]) => void;
  };
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** The kills in force have changed. */
  readonly onChange: (kills: readonly Kill[]) => void;
  /** How long one port may take before the switch goes on without it; 6 s unless told. */
  readonly patienceMs?: number;
}
