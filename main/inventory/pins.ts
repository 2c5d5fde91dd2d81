import type { EntryInput } from '../../shared/audit.ts';
import type { Finding } from '../../shared/finding.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import type { HeldTool, ToolView } from '../../shared/server.ts';
import { type Gathered, gatherList, type Known, type ListedTool } from './listed-tools.ts';
import { changeAfter, listFindings, whyHeld, whyUnacceptable } from './pin-change.ts';
import type { PinRow, PinStore } from './pin-store.ts';
import { unlisted, viewOf } from './tool-view.ts';

/** What the pins need from the parts around them. */
export interface PinPorts {
  readonly store: PinStore;
  /** Inspects a whole definition; a `high` finding quarantines. */
  readonly inspect: (definition: unknown) => readonly Finding[];
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Writes an entry to the trail; throws when it cannot, and then nothing is kept. */
  readonly record: (entry: EntryInput) => void;
  /** Makes a definition (JSON text) fit to be shown: pretty, masked, hidden characters visible. */
  readonly show: (text: string) => string;
}

/** What may be passed on of a list. */
export interface SeenList {
  readonly tools: readonly ToolView[];
  /** Names to take out of the list, each with the reason as a sentence. */
  readonly withheld: ReadonlyMap<string, string>;
}

/** Why a person's acceptance did not count. */
export type AcceptProblem = Problem & {
  readonly code: 'nothing-held' | 'held-changed' | 'not-acceptable';
};

/** The pins of every server: what was accepted, what waits, and what may be called. */
export interface Pins {
  /** Takes in a list as the server sent it; records and keeps only what changed. */
  seeList(serverId: string, serverLabel: string, listed: readonly ListedTool[]): SeenList;
  /** The tool as the pins know it now; `unlisted` where the server never listed it. */
  lookup(serverId: string, tool: string): ToolView;
  /** Every tool that waits for a person, the longest waiting first; texts are fit to be shown. */
  held(): readonly HeldTool[];
  /** A person takes the waiting definition, if it is still the one they saw. */
  accept(serverId: string, tool: string, heldHash: string, by: string): Result<null, AcceptProblem>;
}

/** Most tools that are kept for one server; a list beyond it is withheld, so that it cannot fill the disk. */
const mostTools = 2000;

/** Makes the pins over a store. */
export function makePins({ store, inspect, now, record, show }: PinPorts): Pins {
  const servers = new Map<string, Map<string, Known>>();

  const toolsOf = (serverId: string): Map<string, Known> => {
    const known = servers.get(serverId);
    if (known !== undefined) return known;
    const loaded = new Map<string, Known>();
    for (const row of store.load(serverId)) {
      if (row.state !== 'unlisted') loaded.set(row.tool, knownFrom(row));
    }
    servers.set(serverId, loaded);
    return loaded;
  };

  /** The entry first: what cannot be recorded is not kept, and is seen afresh with the next list. */
  const keep = (tools: Map<string, Known>, row: PinRow, entry: Partial<EntryInput>) => {
    record({ ...aboutTool(row), kind: 'tool.pinned', ...entry });
    store.save(row);
    tools.set(row.tool, knownFrom(row));
  };

  const see = (tools: Map<string, Known>, serverId: string, label: string, tool: Gathered) => {
    const known = tools.get(tool.name);
    if (known?.hash === tool.hashed.hash) return;
    const findings = [...listFindings(tool), ...inspect(tool.definition)];
    const sighting = { serverId, serverLabel: label, at: now() };
    const { row, kind, detail } = changeAfter(known?.row, tool, findings, sighting);
    keep(tools, row, { kind, detail });
  };

  return {
    seeList(serverId, serverLabel, listed) {
      const tools = toolsOf(serverId);
      const withheld = new Map<string, string>();
      const views: ToolView[] = [];
      for (const tool of gatherList(listed, tools, withheld)) {
        if (!tools.has(tool.name) && tools.size >= mostTools) {
          withheld.set(tool.name, tooMany);
          continue;
        }
        see(tools, serverId, serverLabel, tool);
        const known = tools.get(tool.name);
        if (known === undefined) continue;
        known.source = tool.source;
        views.push(known.view);
        if (known.row.state !== 'accepted') withheld.set(tool.name, whyHeld(known.row));
      }
      return { tools: views, withheld };
    },

    lookup: (serverId, tool) => toolsOf(serverId).get(tool)?.view ?? unlisted(serverId, tool),

    held: () =>
      store
        .all()
        .flatMap((row) => heldTool(row, show) ?? [])
        .sort((a, b) => a.since - b.since),

    accept(serverId, tool, heldHash, by) {
      const tools = toolsOf(serverId);
      const row = tools.get(tool)?.row;
      if (row === undefined || row.state === 'accepted') return nothingHeld;
      if (row.heldHash !== heldHash) return heldChanged;
      const why = whyUnacceptable(row);
      if (why !== undefined) return fail('not-acceptable', `${why} Only its author can fix it.`);
      const at = now();
      const accepted: PinRow = {
        ...row,
        state: 'accepted',
        acceptedHash: row.heldHash,
        acceptedText: row.heldText,
        heldHash: '',
        heldText: '',
        changedAt: at,
        acceptedAt: at,
        acceptedBy: by,
      };
      const detail = `${by} accepted the definition.`;
      keep(tools, accepted, { kind: 'tool.accepted', approver: { by, how: 'person' }, detail });
      return ok(null);
    },
  };
}

const tooMany = `The server lists more than ${mostTools} tools; the rest is left out.`;

const nothingHeld = fail(
  'nothing-held',
  'Nothing waits for this tool any more. Reload the list and look again.',
);

const heldChanged = fail(
  'held-changed',
  'The definition changed again since you saw it. Look at the new one first.',
);

const knownFrom = (row: PinRow): Known => ({
  row,
  view: viewOf(row),
  source: '',
  hash: row.state === 'accepted' ? row.acceptedHash : row.heldHash,
});

const aboutTool = (row: PinRow): Partial<EntryInput> => ({
  server: { id: row.serverId, label: row.serverLabel },
  tool: { name: row.tool, pin: row.state === 'accepted' ? row.acceptedHash : row.heldHash },
  findings: [...row.findings],
});

function heldTool(row: PinRow, show: (text: string) => string): HeldTool | undefined {
  if (row.state !== 'changed' && row.state !== 'quarantined') return undefined;
  return {
    serverId: row.serverId,
    serverLabel: row.serverLabel,
    tool: row.tool,
    state: row.state,
    acceptedText: row.acceptedText === '' ? '' : show(row.acceptedText),
    heldText: show(row.heldText),
    heldHash: row.heldHash,
    findings: [...row.findings],
    since: row.changedAt,
  };
}
