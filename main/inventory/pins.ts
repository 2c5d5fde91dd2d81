import type { EntryInput } from '../../shared/audit.ts';
import { type Finding, owasp } from '../../shared/finding.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import type { HeldTool, ToolView } from '../../shared/server.ts';
import { type Gathered, gatherList, type Known, type ListedTool } from './listed-tools.ts';
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

export type AcceptProblem = Problem & {
  readonly code: 'nothing-held' | 'held-changed' | 'tool-ambiguous';
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
const ambiguous: Finding = {
  code: 'duplicate-tool-name',
  severity: 'high',
  place: 'name',
  message: 'The server lists two tools under this one name, so nobody can tell which would run.',
  owasp: owasp.MCP03,
};

const repeated: Finding = {
  code: 'repeated-key',
  severity: 'high',
  place: 'definition',
  message:
    'The definition holds the same key twice, so the assistant may read another text than the one inspected.',
  owasp: owasp.MCP03,
};

const reasons: Record<'changed' | 'quarantined', string> = {
  changed: 'Its definition changed since it was accepted; a person has to look at it in Airlock.',
  quarantined: 'Its definition looks dangerous; a person has to look at it in Airlock.',
};

/** Makes the pins over a store. */
export function makePins({ store, inspect, now, record, show }: PinPorts): Pins {
  const servers = new Map<string, Map<string, Known>>();

  const toolsOf = (serverId: string): Map<string, Known> => {
    const known = servers.get(serverId);
    if (known !== undefined) return known;
    const loaded = new Map<string, Known>();
    for (const row of store.load(serverId)) loaded.set(row.tool, knownFrom(row));
    servers.set(serverId, loaded);
    return loaded;
  };

  const keep = (
    tools: Map<string, Known>,
    row: PinRow,
    kind: EntryInput['kind'],
    detail: string,
  ) => {
    record(entryOf(row, kind, detail));
    store.save(row);
    tools.set(row.tool, knownFrom(row));
  };

  const seeTool = (tools: Map<string, Known>, serverId: string, label: string, tool: Gathered) => {
    const known = tools.get(tool.name);
    const hashed = tool.hashed;
    if (known?.hash === hashed.hash) return;
    const old = known?.row;
    const at = now();
    if (old !== undefined && old.acceptedHash === hashed.hash) {
      const findings = inspect(tool.definition);
      keep(
        tools,
        { ...old, state: 'accepted', heldHash: '', heldText: '', findings, changedAt: at },
        'tool.pinned',
        'The tool is back at its accepted definition.',
      );
      return;
    }
    const findings = [
      ...(tool.twice ? [ambiguous] : []),
      ...(hashed.repeatedKeys ? [repeated] : []),
      ...inspect(tool.definition),
    ];
    const grave = findings.some(({ severity }) => severity === 'high');
    const base = {
      serverId,
      serverLabel: label,
      tool: tool.name,
      findings,
      firstSeen: old?.firstSeen ?? at,
      changedAt: at,
    };
    if ((old === undefined || old.acceptedHash === '') && !grave) {
      const row = {
        ...base,
        state: 'accepted',
        acceptedHash: hashed.hash,
        acceptedText: hashed.text,
        heldHash: '',
        heldText: '',
        acceptedBy: '',
      } as const;
      keep(tools, row, 'tool.pinned', 'The tool was pinned at first sight.');
      return;
    }
    const wasAccepted = old !== undefined && old.acceptedHash !== '';
    const row: PinRow = {
      ...base,
      state: wasAccepted ? 'changed' : 'quarantined',
      acceptedHash: old?.acceptedHash ?? '',
      acceptedText: old?.acceptedText ?? '',
      acceptedBy: old?.acceptedBy ?? '',
      heldHash: hashed.hash,
      heldText: hashed.text,
    };
    keep(tools, row, 'tool.held', wasAccepted ? reasons.changed : reasons.quarantined);
  };

  return {
    seeList(serverId, serverLabel, listed) {
      const tools = toolsOf(serverId);
      const withheld = new Map<string, string>();
      const views: ToolView[] = [];
      for (const tool of gatherList(listed, tools, withheld)) {
        if (!tools.has(tool.name) && tools.size >= mostTools) {
          withheld.set(
            tool.name,
            `The server lists more than ${mostTools} tools; the rest is left out.`,
          );
          continue;
        }
        seeTool(tools, serverId, serverLabel, tool);
        const known = tools.get(tool.name);
        if (known === undefined) continue;
        known.source = tool.source;
        views.push(known.view);
        const { state } = known.row;
        if (state !== 'accepted')
          withheld.set(tool.name, tool.twice ? ambiguous.message : reasons[state]);
      }
      return { tools: views, withheld };
    },

    lookup: (serverId, tool) => toolsOf(serverId).get(tool)?.view ?? unlisted(serverId, tool),

    held: () =>
      store
        .all()
        .flatMap((row) => (row.state === 'accepted' ? [] : [heldTool(row, row.state, show)]))
        .sort((a, b) => a.since - b.since),

    accept(serverId, tool, heldHash, by) {
      const tools = toolsOf(serverId);
      const row = tools.get(tool)?.row;
      if (row === undefined || row.state === 'accepted') {
        return fail(
          'nothing-held',
          'Nothing waits for this tool any more. Reload the list and look again.',
        );
      }
      if (row.heldHash !== heldHash) {
        return fail(
          'held-changed',
          'The definition changed again since you saw it. Look at the new one first.',
        );
      }
      if (row.findings.some(({ code }) => code === ambiguous.code)) {
        return fail(
          'tool-ambiguous',
          'The server lists two tools under this name. Only its author can put that right.',
        );
      }
      const accepted: PinRow = {
        ...row,
        state: 'accepted',
        acceptedHash: row.heldHash,
        acceptedText: row.heldText,
        heldHash: '',
        heldText: '',
        changedAt: now(),
        acceptedBy: by,
      };
      keep(tools, accepted, 'tool.accepted', `${by} accepted the definition.`);
      return ok(null);
    },
  };
}

const knownFrom = (row: PinRow): Known => ({
  row,
  view: viewOf(row),
  source: '',
  hash: row.state === 'accepted' ? row.acceptedHash : row.heldHash,
});

const entryOf = (row: PinRow, kind: EntryInput['kind'], detail: string): EntryInput => ({
  kind,
  server: { id: row.serverId, label: row.serverLabel },
  tool: { name: row.tool, pin: row.state === 'accepted' ? row.acceptedHash : row.heldHash },
  ...(kind === 'tool.accepted' ? { approver: { by: row.acceptedBy, how: 'person' } } : {}),
  findings: [...row.findings],
  detail,
});

const heldTool = (
  row: PinRow,
  state: 'changed' | 'quarantined',
  show: (text: string) => string,
): HeldTool => ({
  serverId: row.serverId,
  serverLabel: row.serverLabel,
  tool: row.tool,
  state,
  acceptedText: row.acceptedText === '' ? '' : show(row.acceptedText),
  heldText: show(row.heldText),
  heldHash: row.heldHash,
  findings: [...row.findings],
  since: row.changedAt,
});
