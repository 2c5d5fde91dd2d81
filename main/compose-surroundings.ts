import type { FileChange, ScanReport } from '../shared/client.ts';
import { ok } from '../shared/outcome.ts';
import type { Settings } from '../shared/settings.ts';
import type { SessionView } from '../shared/state.ts';
import { openConfigs } from './compose-configs.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import { openInventory } from './compose-inventory.ts';
import { openWatch } from './compose-watch.ts';
import type { InventoryJudges } from './inventory/inventory.ts';

/** What the app's view of clients and servers needs beside governance. */
export interface SurroundingsPorts {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  readonly bridgeFile: string;
  readonly settings: () => Settings;
  readonly sessions: () => readonly SessionView[];
  readonly refusal: NonNullable<InventoryJudges['refusal']>;
  readonly proveRoutes: (found: ScanReport) => ScanReport;
  /** Stops all calls of a connection. */
  readonly block: (connectionId: string) => void;
  readonly report: (sentence: string) => void;
  readonly onChange: () => void;
}

/** What surrounds the app: the clients' configs, watched, and the servers behind them. */
export async function openSurroundings(governance: Governance, ports: SurroundingsPorts) {
  const { machine, data, version, bridgeFile, settings, onChange } = ports;
  const configs = openConfigs(governance, { machine, data, bridgeFile });
  const inventory = openInventory(governance, {
    machine,
    version,
    scan: async () => ports.proveRoutes(await configs.scan()),
    sessions: ports.sessions,
    refusal: ports.refusal,
  });
  await configs.recover();

  /** Every scan tells of the servers it saw. */
  async function scan(): Promise<ScanReport> {
    const found = await configs.scan();
    inventory.seen(found);
    return ports.proveRoutes(found);
  }
  const scanSoon = (): void => {
    scan().catch((error: unknown) =>
      ports.report(`The configs could not be looked at: ${String(error)}`),
    );
  };
  scanSoon();

  const watch = openWatch(governance, {
    ...configs.watching,
    settings,
    block: ({ id }) => ports.block(id),
    onChange() {
      scanSoon();
      onChange();
    },
  });

  type Chosen = Parameters<typeof configs.protect>[0];
  return {
    seen: inventory,
    changes: watch.changes,
    /** What the pages and the command line may ask. */
    calls: {
      scan,
      inventory: inventory.get,
      probeEndpoint: inventory.probe,
      decideConfigChange: watch.decide,
      previewProtect: configs.previewProtect,
      previewRestore: configs.previewRestore,
      protect: async (files: Chosen) => ok<FileChange[]>(await configs.protect(files)),
      restore: async (files: Chosen) => ok<FileChange[]>(await configs.restore(files)),
    },
    async close(): Promise<void> {
      await watch.close();
      inventory.flush();
    },
  };
}

export type Surroundings = Awaited<ReturnType<typeof openSurroundings>>;
