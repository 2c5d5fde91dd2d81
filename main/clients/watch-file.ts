import type { Connection } from '../../shared/client.ts';
import type { Problem } from '../../shared/outcome.ts';
import { type ConfigBytes, readConfigFile } from './config-file.ts';
import type { KnownPath } from './known-files.ts';
import { type ParsedConfig, parseConfig } from './parse.ts';
import { visibleText } from './visible-text.ts';
import { placeKey, serverIdOf, standing } from './watch-entries.ts';
import type { WatchPorts } from './watch-event.ts';
import { type Finding, findingsOf } from './watch-findings.ts';
import type { LimitRules } from './watch-limit.ts';
import { type EntryAction, fileMemory, wholeFile } from './watch-memory.ts';
import { fileKey } from './watch-places.ts';
import { endConnection, type Look, routeFindings } from './watch-route.ts';
import { noticed, removedSentence, unreadableSentence } from './watch-sentences.ts';

/** A config under watch. */
export interface WatchedFile {
  readonly known: KnownPath;
  /** Compares the file with the journal, tells what is news, and routes what is to be routed. */
  look(): Promise<Look>;
  /** What a person wants done with an entry from now until it leads to Airlock; the next `look` does it. */
  decide(keyPath: readonly string[], action: EntryAction): void;
}

/** How one file is watched. */
export interface WatchedFileOptions {
  /** True where the file came while others were watched already: every server in it is news. */
  readonly appeared?: boolean;
  readonly limit?: LimitRules | undefined;
  /** Names (`fileKey`) of other known paths that lead to this file, to which a connection may belong as well. */
  readonly aliases?: ReadonlySet<string>;
}

/** A file that cannot be read may be half-written: it is looked at again after so long before anybody is told. */
const doubtMs = 200;

/**
 * Watches one config; whoever calls `look` decides when. At the first look of a file that was there from the start,
 * direct entries are news only beside entries of ours: there protect would have taken them.
 */
export function watchedFile(
  ports: WatchPorts,
  known: KnownPath,
  { appeared = false, limit, aliases = new Set() }: WatchedFileOptions = {},
): WatchedFile {
  const { configs } = ports;
  const { client, path } = known;
  const own = fileKey(known);
  const clock = ports.clock ?? (() => performance.now());
  const shown = (text: string) => configs.mask(visibleText(text));
  const memory = fileMemory((news) => {
    const base = { clientId: client.id, clientName: client.name, file: path };
    ports.onEvent({ ...base, detectedAt: configs.now(), ...news });
  }, limit);
  let looked = appeared;

  async function look(): Promise<Look> {
    const read = await readConfigFile(path);
    const state = read.ok ? read.value.hash : read.problem.code;
    if (state !== memory.state) memory.limit.changed(clock());
    memory.state = state;
    const connections = configs.connections
      .list()
      .filter(({ restoredAt }) => restoredAt === undefined)
      .filter(({ clientId, file }) => {
        const key = fileKey({ client: { id: clientId }, path: file });
        return key === own || aliases.has(key);
      });
    if (!read.ok) return unreadable(read.problem, connections);
    const parsed = parseConfig(read.value.bytes, client);
    if (!parsed.ok) return unreadable(parsed.problem, connections);
    memory.doubt = '';
    return compare(read.value, parsed.value, connections);
  }

  async function compare(
    read: ConfigBytes,
    config: ParsedConfig,
    connections: readonly Connection[],
  ): Promise<Look> {
    const now = standing(config, connections, configs.bridgeFile);
    for (const { keyPath, serverId } of now.kept) {
      const place = placeKey(keyPath);
      memory.untell(place);
      memory.answers.delete(place);
      // When Airlock restores it, the same server is there directly, and that is no news.
      memory.seen.add(place + serverId);
    }
    const waiting = memory.limit.waitMs(clock());
    if (waiting > 0) return { againMs: waiting };
    memory.untell(wholeFile);
    for (const connection of now.removed) tellRemoved(connection);
    const identity = (entry: (typeof now.direct)[number]) =>
      placeKey(entry.keyPath) + serverIdOf(entry, client, configs);
    if (!looked && connections.length === 0) {
      for (const entry of now.direct) memory.seen.add(identity(entry));
    }
    looked = true;
    const fresh = now.direct.filter(
      (entry) => !memory.seen.has(identity(entry)) || memory.answers.has(placeKey(entry.keyPath)),
    );
    const seen = { known, read, standing: now, fresh };
    const findings = await findingsOf(seen, ports, memory);
    for (const finding of findings) {
      tellFinding(finding);
      await endIfLeft(finding);
    }
    return routeFindings(seen, findings, ports, memory, clock);
  }

  function tellFinding({ entry, place, action, cannot }: Finding): void {
    const { kind, connectionId, keyPath, serverId } = entry;
    if (kind === 'new-entry' && (action === 'leave' || action === 'ask')) {
      memory.answers.delete(place);
      memory.seen.add(place + serverId);
    }
    memory.tell(place, `${kind} ${serverId} ${cannot ?? ''}`, {
      kind,
      action,
      entry: entry.entry,
      keyPath,
      ...(connectionId === undefined ? {} : { connectionId }),
      sentence: noticed(entry, action, cannot),
    });
  }

  /** A person who leaves a drifted entry as it is takes it back from Airlock. */
  async function endIfLeft({ entry, place }: Finding): Promise<void> {
    const { connectionId, serverId } = entry;
    if (connectionId === undefined || memory.answers.get(place) !== 'leave') return;
    memory.answers.delete(place);
    memory.seen.add(place + serverId);
    await endConnection(connectionId, configs);
  }

  function tellRemoved({ id, name, keyPath, serverId }: Connection): void {
    memory.seen.delete(placeKey(keyPath) + serverId);
    const sentence = removedSentence(shown(name), client);
    const news = { kind: 'removed' as const, entry: shown(name), keyPath, connectionId: id };
    memory.tell(placeKey(keyPath), 'removed', { ...news, sentence });
  }

  function unreadable(problem: Problem, connections: readonly Connection[]): Look {
    const doubt = `${problem.code} ${memory.state}`;
    if (memory.doubt !== doubt) {
      memory.doubt = doubt;
      return { againMs: doubtMs };
    }
    if (problem.code === 'absent') {
      for (const connection of connections) tellRemoved(connection);
    } else if (looked || connections.length > 0) {
      const sentence = unreadableSentence(shown(path), client, problem.message);
      memory.tell(wholeFile, doubt, { kind: 'unreadable', sentence });
    }
    return {};
  }

  return {
    known,
    look,
    decide(keyPath, action) {
      memory.answers.set(placeKey(keyPath), action);
      memory.limit.reset();
    },
  };
}
