import { type KnownPath, knownPaths, readKnownFiles } from './known-files.ts';
import { recentFolders } from './recent-folders.ts';
import type { WatchPorts } from './watch-event.ts';
import { type WatchedFile, watchedFile } from './watch-file.ts';
import { watchFolders } from './watch-folders.ts';
import type { LimitRules } from './watch-limit.ts';
import type { EntryAction } from './watch-memory.ts';
import { fileKey, marksOf, type Places, placesOf } from './watch-places.ts';

/** How eagerly to watch, in milliseconds; absent: as in `usual`. */
export interface WatchOptions {
  /** A file is looked at once it lay still for so long, */
  readonly stillMs?: number;
  /** and after so long in any case. */
  readonly patienceMs?: number;
  /** Between two looks at what the system did not tell. */
  readonly pollMs?: number;
  /** So many folders are watched; the files of others are polled. */
  readonly folders?: number;
  readonly limit?: LimitRules;
}

const usual = { stillMs: 200, patienceMs: 600, pollMs: 5_000, folders: 128 };

/** The folders that clients name are asked for anew after so many polls. */
const pollsPerFolders = 12;

/** A running watch over the configs of all clients. */
export interface ConfigWatch {
  /** Resolves when every config was looked at once and is watched. */
  readonly ready: Promise<void>;
  /**
   * What a person decided about an entry of an event: done at once and kept until the entry leads to Airlock. A
   * drifted entry that is left is Airlock's no longer: its connection ends. False where the file is not watched.
   */
  decide(
    entry: {
      readonly clientId: string;
      readonly file: string;
      readonly keyPath: readonly string[];
    },
    action: EntryAction,
  ): Promise<boolean>;
  /** Looks for changes that the system did not tell, as every poll does. */
  poll(): Promise<void>;
  /** Ends the watch; resolves when the last look has ended. */
  close(): Promise<void>;
}

interface Slot {
  readonly file: WatchedFile;
  readonly aliases: Set<string>;
  timer?: NodeJS.Timeout | undefined;
  /** When the changes began that were not looked at yet. */
  since?: number | undefined;
}

/**
 * Watches the configs of all clients: the folders they lie in, and a slow poll for what no watch tells. Changes are
 * put together per file, looked at within a second, and compared with the journal. Nothing is written but by protect.
 */
export function watchConfigs(ports: WatchPorts, options: WatchOptions = {}): ConfigWatch {
  const { stillMs, patienceMs, pollMs, folders: most } = { ...usual, ...options };
  const { clients, machine } = ports.configs;
  const slots = new Map<string, Slot>();
  const watch = watchFolders(changed, most);
  let places: Places = { folders: [], about: () => [] };
  let marks = new Map<string, string>();
  let listing = '';
  let recent: readonly string[] = [];
  let polls = 0;
  let started = false;
  let closed = false;
  let pollDue = Number.POSITIVE_INFINITY;
  let pollTimer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  /** One after the other, so that nothing is looked at while it is listed. */
  function queued(work: () => Promise<void>): Promise<void> {
    last = last.then(() => (closed ? undefined : work())).catch(ports.onError);
    return last;
  }

  function changed(folder: string, name: string | undefined): void {
    for (const file of places.about(folder, name)) touched(file);
  }

  function touched(file: string): void {
    const known = [...slots.values()].filter((slot) => slot.file.known.path === file);
    for (const slot of known) soon(slot);
    if (known.length === 0) pollIn(stillMs);
  }

  function soon(slot: Slot): void {
    const now = performance.now();
    slot.since ??= now;
    set(slot, Math.max(0, Math.min(stillMs, slot.since + patienceMs - now)));
  }

  function set(slot: Slot, ms: number): void {
    clearTimeout(slot.timer);
    if (!closed) slot.timer = setTimeout(() => void queued(() => look(slot)), ms);
  }

  async function look(slot: Slot): Promise<void> {
    clearTimeout(slot.timer);
    slot.timer = undefined;
    slot.since = undefined;
    const { againMs } = await ports.alone(() => slot.file.look());
    // A change that came meanwhile is looked at sooner than this.
    if (againMs !== undefined && slot.timer === undefined) set(slot, Math.max(stillMs, againMs));
  }

  /** Never later than it was going to be: what changes all the time must not keep everything else waiting. */
  function pollIn(ms: number): void {
    const due = performance.now() + ms;
    if (closed || due >= pollDue) return;
    pollDue = due;
    clearTimeout(pollTimer);
    pollTimer = setTimeout(() => void queued(poll), ms);
  }

  async function poll(): Promise<void> {
    pollDue = Number.POSITIVE_INFINITY;
    try {
      await compareAll();
    } finally {
      pollIn(pollMs);
    }
  }

  async function compareAll(): Promise<void> {
    if (polls % pollsPerFolders === 0) recent = await recentFolders(machine);
    polls += 1;
    const paths = await knownPaths(clients, machine, { folders: recent });
    const now = await marksOf(paths.map(({ path }) => path));
    const there = [...now.keys()].join('\0');
    if (there !== listing || !started) await list(paths);
    listing = there;
    for (const slot of slots.values()) {
      const { path } = slot.file.known;
      if (started && marks.get(path) !== now.get(path)) soon(slot);
    }
    marks = now;
    await watch.set(places.folders);
  }

  async function list(paths: readonly KnownPath[]): Promise<void> {
    const files = await readKnownFiles(paths);
    places = placesOf(paths, files, machine.platform);
    for (const file of files) {
      const key = fileKey(file);
      if (file.sameAs !== undefined || slots.has(key)) continue;
      const { read: _, ...known } = file;
      const { limit } = options;
      const aliases = new Set<string>();
      const watched = watchedFile(ports, known, { appeared: started, limit, aliases });
      slots.set(key, { file: watched, aliases });
    }
    for (const file of files) {
      if (file.sameAs !== undefined) slots.get(fileKey(file.sameAs))?.aliases.add(fileKey(file));
    }
  }

  async function start(): Promise<void> {
    await poll();
    for (const slot of slots.values()) await look(slot);
    started = true;
  }

  return {
    ready: queued(start),
    async decide({ clientId, file, keyPath }, action) {
      const slot = [...slots.values()].find(
        ({ file: { known } }) => known.client.id === clientId && known.path === file,
      );
      if (slot === undefined || closed) return false;
      slot.file.decide(keyPath, action);
      await queued(() => look(slot));
      return true;
    },
    poll: () => queued(poll),
    async close() {
      closed = true;
      clearTimeout(pollTimer);
      for (const { timer } of slots.values()) clearTimeout(timer);
      watch.close();
      await last;
    },
  };
}
