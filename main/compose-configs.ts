import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryInput } from '../shared/audit.ts';
import type { Connection, FileChange, FilePreview, ScanReport } from '../shared/client.ts';
import { ok, type Result } from '../shared/outcome.ts';
import { sealedBackups } from './clients/backup.ts';
import { catalogue } from './clients/catalogue.ts';
import { scan } from './clients/discover.ts';
import { fileJournal } from './clients/journal-file.ts';
import type { EndpointFor } from './clients/judge.ts';
import type { ClientPorts } from './clients/ports.ts';
import { previewProtect, protect } from './clients/protect.ts';
import { recover } from './clients/recover.ts';
import { previewRestore, restore } from './clients/restore.ts';
import type { ManagedSettings } from './clients/vendor-rules.ts';
import { endpointOf } from './compose-endpoint.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import { looksSecret, maskSecrets } from './inspection/mask.ts';
import { openStateStore } from './storage/state-store.ts';

/** A file that a person chose in a preview. */
export interface ChosenFile {
  readonly clientId: string;
  readonly path: string;
  readonly basedOn: string;
}

/** What a home's configs need besides the place itself; all of it may be absent. */
export interface ConfigOptions {
  /** Folders of projects that the person chose. */
  readonly workspaces?: readonly string[];
  /** The local endpoint of remote connections; while absent, remote entries stay as they are. */
  readonly endpointFor?: EndpointFor;
  /** Settings forced by MDM or registry. */
  readonly managedSettings?: ManagedSettings;
}

/** What can be done with the configs of a home: for the app and for the command line alike. */
export function openConfigs(
  governance: Governance,
  place: { readonly machine: MachinePlace; readonly data: string; readonly bridgeFile: string },
  { workspaces = [], ...options }: ConfigOptions = {},
) {
  const { state, secrets, backupKey, mask, record } = governance;
  const { data, bridgeFile } = place;
  const machine = { ...place.machine, workspaces };
  const ports: ClientPorts = {
    ...options,
    machine,
    bridgeFile,
    looksSecret: (text) => looksSecret(text),
    mask,
    clients: catalogue,
    journal: fileJournal(data, machine.platform),
    backups: sealedBackups(data, machine.platform, async () => {
      const key = await backupKey();
      return key.ok ? ok(Buffer.from(key.value)) : key;
    }),
    secrets,
    connections: {
      list: () => state.connections.all().rows,
      put: (connection) => state.connections.save(connection),
      markRestored(connectionId, at) {
        const known = state.connections.get(connectionId);
        if (known) state.connections.save({ ...known, restoredAt: at });
      },
    },
    now: Date.now,
    endpointFor: endpointOf(state.notes),
  };

  function recorded(kind: EntryInput['kind'], changes: FileChange[]): FileChange[] {
    for (const change of changes) {
      if (change.result === 'unchanged') continue;
      record({
        kind: change.result === 'refused' ? 'problem' : kind,
        person: governance.person,
        agent: { id: change.clientId, name: change.clientName },
        detail:
          change.result === 'refused'
            ? `${change.path} was left alone: ${change.reason ?? 'no reason given'}`
            : `${change.path}: ${change.entries.join(', ')} (${change.result}).`,
      });
    }
    return changes;
  }

  /** One at a time: two writers of one journal could each undo what the other plans. */
  let last: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  }

  return {
    scan: (): Promise<ScanReport> =>
      scan({
        ...machine,
        ...options,
        bridgeFile,
        looksSecret: ports.looksSecret,
        mask,
        connections: ports.connections.list(),
      }),
    previewProtect: (clientId?: string): Promise<FilePreview[]> =>
      previewProtect(ports, { clientId }),
    previewRestore: (clientId?: string): Promise<FilePreview[]> =>
      previewRestore(ports, { clientId }),
    protect: (files: readonly ChosenFile[]) =>
      alone(async () => recorded('config.protected', await protect(ports, files))),
    restore: (files: readonly ChosenFile[]) =>
      alone(async () => recorded('config.restored', await restore(ports, files))),
    /** Brings journal and configs in line after a crash; told as entries. */
    async recover(): Promise<readonly string[]> {
      const { finished, undone, problems } = await alone(() => recover(ports));
      for (const detail of [...finished, ...undone]) record({ kind: 'config.protected', detail });
      for (const detail of problems) record({ kind: 'problem', detail });
      return problems;
    },
    /** For the watch, which writes by the same ways and in the same turn. */
    watching: { configs: ports, alone },
    journalFolder: join(data, 'journal'),
  };
}

/** Looks at the configs of a home and writes nothing: a home that has no data of ours gets none. */
export async function scanOnly(
  place: {
    readonly machine: MachinePlace;
    readonly data: string;
    readonly bridgeFile: string;
  },
  options: ConfigOptions = {},
): Promise<Result<ScanReport>> {
  const connections: Connection[] = [];
  const file = join(place.data, 'state.db');
  if (existsSync(file)) {
    const opened = openStateStore(file);
    if (!opened.ok) return opened;
    connections.push(...opened.value.connections.all().rows);
    opened.value.close();
  }
  const mask = (text: string) => maskSecrets(text).text;
  return ok(
    await scan({
      ...place.machine,
      ...options,
      bridgeFile: place.bridgeFile,
      looksSecret: (text) => looksSecret(text),
      mask,
      connections,
    }),
  );
}

export type Configs = ReturnType<typeof openConfigs>;
