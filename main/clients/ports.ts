import type { Connection } from '../../shared/client.ts';
import type { Result } from '../../shared/outcome.ts';
import type { WriteHooks } from './atomic-write.ts';
import type { Client } from './client-record.ts';
import type { Machine } from './config-paths.ts';
import type { BackupStore, JournalStore } from './journal.ts';
import type { EndpointFor } from './judge.ts';
import type { Hiding } from './masked-text.ts';
import type { ManagedSettings } from './vendor-rules.ts';

/** Secrets of connections, in the keychain: `env.NAME` or `args[2]` to the value. */
interface SecretStore {
  store(connectionId: string, secrets: Readonly<Record<string, string>>): Promise<Result<null>>;
  remove(connectionId: string): Promise<Result<null>>;
}

/** The connections the relay serves. */
interface ConnectionStore {
  list(): readonly Connection[];
  /** Adds a connection or replaces the one of the same id. */
  put(connection: Connection): void;
  /** Sets `restoredAt` (Unix milliseconds): the relay serves it no longer. */
  markRestored(connectionId: string, at: number): void;
}

/** Everything that protecting and restoring need from outside. */
export interface ClientPorts extends Hiding {
  readonly machine: Machine;
  readonly clients: readonly Client[];
  readonly journal: JournalStore;
  readonly backups: BackupStore;
  readonly secrets: SecretStore;
  readonly connections: ConnectionStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Whether the client's app runs now; asked only where it must be quit. Absent: not known, and not asked. */
  readonly isRunning?: (client: Client) => Promise<boolean>;
  /** Where a remote entry of a client leads under Airlock; while absent or undefined such entries stay as they are. */
  readonly endpointFor?: EndpointFor;
  /** Settings that an administrator forces by MDM or registry, by domain; absent: not known. */
  readonly managedSettings?: ManagedSettings;
  readonly allowOutsideHome?: boolean;
  readonly allowGitWorkTree?: boolean;
  /** For tests of crashes: told after each step. */
  readonly onStep?: (step: string) => void | Promise<void>;
  readonly writeHooks?: Omit<WriteHooks, 'onStep'>;
}
