import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { ScanReport } from '../shared/client.ts';
import type { Inventory, ProbeReport } from '../shared/inventory.ts';
import type { Result } from '../shared/outcome.ts';
import type { SessionView } from '../shared/state.ts';
import { visibleText } from './clients/visible-text.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import { probeEndpoint } from './inventory/endpoint-probe.ts';
import { type InventoryJudges, inventoryOf } from './inventory/inventory.ts';
import { localListeners } from './inventory/local-listeners.ts';
import { readCommands } from './inventory/process-commands.ts';
import type { RunningProcess } from './inventory/running-process.ts';
import {
  makeSightings,
  type NewServer,
  type SightingPorts,
  type Sightings,
} from './inventory/sightings.ts';
import { findStray } from './inventory/stray-processes.ts';
import { toolRisk } from './policy/risk.ts';
import type { StateStore } from './storage/state-store.ts';
import { makeProcessTable, runListing } from './upstream/process-table.ts';

/** What runs and listens on this machine beside what configs explain. */
export type Surroundings = Pick<Inventory, 'stray' | 'listeners' | 'problems'>;

/** What the surroundings are looked at with. */
export interface LookPorts {
  readonly machine: Pick<MachinePlace, 'platform' | 'home'>;
  readonly mask: (text: string) => string;
  /** Our own processes; what runs below them is explained. */
  readonly pids: readonly number[];
}

/**
 * Looks at the processes and listeners of this machine; starts nothing and connects to nothing. Another home than that
 * of this process has configs of its own, which explain nothing that runs here: it has no surroundings.
 */
export async function lookAround(
  report: ScanReport,
  { machine: { platform, home }, mask, pids }: LookPorts,
): Promise<Surroundings> {
  if (home !== homedir()) return { stray: [], listeners: [], problems: [] };
  const [table, commands, listeners] = await Promise.all([
    makeProcessTable(platform).scan(),
    readCommands(platform, { run: runListing }),
    localListeners(platform, { run: runListing }),
  ]);
  const problems = [table, commands, listeners].flatMap((one) =>
    one.ok ? [] : [one.problem.message],
  );
  const processes: RunningProcess[] =
    table.ok && commands.ok
      ? table.value.map((row) => ({ ...row, argv: commands.value.get(row.pid) ?? [row.name] }))
      : [];
  const names = new Map(processes.map(({ pid, name }) => [pid, visibleText(name)]));
  return {
    stray: [
      ...findStray(processes, {
        entries: entriesOf(report),
        pids: new Set(pids),
        mask,
        visible: visibleText,
      }),
    ],
    listeners: (listeners.ok ? listeners.value : []).map((one) => {
      const program = one.program ?? (one.pid === undefined ? undefined : names.get(one.pid));
      return { ...one, ...(program === undefined ? {} : { program: visibleText(program) }) };
    }),
    problems,
  };
}

const entriesOf = ({ clients }: ScanReport) =>
  clients.flatMap((client) =>
    client.files.flatMap((file) =>
      file.entries.flatMap(({ command, args = [], name, protected: ours }) =>
        command === undefined
          ? []
          : [{ clientName: client.name, name, command, args, protected: ours }],
      ),
    ),
  );

/** What the inventory is judged by where nobody but the built-in rules says anything. */
export const builtInJudges: InventoryJudges = {
  risk: (tool, trusted) => toolRisk(tool, trusted).level,
};

/** The kept sightings as the inventory wants them. */
export const sightingStore = (
  state: Pick<StateStore, 'sightings' | 'together'>,
): SightingPorts['store'] => ({
  all: () => state.sightings.all().rows,
  save: (rows) =>
    state.together(() => {
      for (const row of rows) state.sightings.save({ ...row, calls: { ...row.calls } });
    }),
  remove: (serverId) => void state.sightings.remove(serverId),
});

/** What the inventory of the app needs beside governance. */
export interface InventoryOfAppPorts extends Omit<InventoryJudges, 'risk'> {
  readonly machine: MachinePlace;
  readonly version: string;
  readonly scan: () => Promise<ScanReport>;
  readonly sessions: () => readonly SessionView[];
}

/** The inventory of the running app: remembers what it sees, and records each new server in the trail. */
export function openInventory(
  { state, record, person, mask }: Pick<Governance, 'state' | 'record' | 'person' | 'mask'>,
  { machine, version, scan, sessions, ...judges }: InventoryOfAppPorts,
) {
  const sightings = makeSightings({
    store: sightingStore(state),
    now: Date.now,
    writtenAt,
    onNewServer: (found: NewServer) =>
      record({
        kind: 'server.found',
        person,
        server: { id: found.serverId, label: found.label },
        detail: found.detail,
      }),
  });
  /** A full disk must not end a session: what is only remembered is remembered another time. */
  const forgiving = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (state.problemOf(error) === undefined) throw error;
    }
  };
  return {
    /** Every scan of the app goes through here. */
    seen: (report: ScanReport): void => forgiving(() => sightings.seen(report)),
    called: (...of: Parameters<Sightings['called']>): void =>
      forgiving(() => sightings.called(...of)),
    introduced: (...of: Parameters<Sightings['introduced']>): void =>
      forgiving(() => sightings.introduced(...of)),
    async get(): Promise<Inventory> {
      const report = await scan();
      forgiving(() => sightings.seen(report));
      const pids = [process.pid];
      const around = await lookAround(report, { machine, mask, pids });
      const pins = state.pins.all().rows;
      const parts = { at: Date.now(), report, sightings: sightings.all(), pins, ...around };
      return inventoryOf({ ...parts, sessions: sessions() }, { ...builtInJudges, ...judges });
    },
    /** Only for an address that a person asked to look at. A server that is found so is recorded. */
    async probe(url: string): Promise<Result<ProbeReport>> {
      const show = (text: string) => mask(visibleText(text));
      const probed = await probeEndpoint(url, { now: Date.now, version, show });
      if (probed.ok && (probed.value.answer === 'mcp' || probed.value.answer === 'sign-in')) {
        const detail = `${person} looked at ${probed.value.url}. ${probed.value.detail}`;
        record({ kind: 'server.found', person, detail });
      }
      return probed;
    },
    /** For the end of the app. */
    flush: (): void => forgiving(sightings.flush),
  };
}

/** When a file was last written; undefined where it is gone again or not ours to see. */
function writtenAt(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    // It tells nothing then, and the server counts as found without a time.
    return undefined;
  }
}
