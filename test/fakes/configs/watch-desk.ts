import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectionOf } from '../../../main/clients/entry.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import type { ClientPorts } from '../../../main/clients/ports.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import type { WatchEvent, WatchPorts } from '../../../main/clients/watch-event.ts';
import { type WatchedFileOptions, watchedFile } from '../../../main/clients/watch-file.ts';
import type { Connection } from '../../../shared/client.ts';
import { bridgeFile, clientOf, type Desk, makeDesk } from './desk.ts';

/** A desk with a watch's ports over it, and everything the watch told. */
export interface WatchDesk extends Desk {
  readonly watch: WatchPorts;
  readonly events: WatchEvent[];
  readonly errors: unknown[];
  /** Of the limits, in milliseconds; moves only when a test moves it. */
  clock: number;
  kinds(): string[];
  active(): Connection[];
  read(file: string): string;
  /** Puts a file in place as editors do: written beside it and renamed over it. */
  replace(file: string, content: string): void;
  protectAll(): Promise<void>;
  /** One config under watch, by the name of its client; looked at only when the test says so. */
  file(id: string, file: string, options?: WatchedFileOptions): ReturnType<typeof watchedFile>;
  /** Name of each entry of a config of Cursor, with true where it leads to a connection that is served. */
  routes(file: string): Record<string, boolean>;
}

export function makeWatchDesk(
  more: Partial<WatchPorts> = {},
  configs: Partial<ClientPorts> = {},
): WatchDesk {
  const desk = makeDesk(configs);
  const events: WatchEvent[] = [];
  const errors: unknown[] = [];
  const full = (file: string) => path.join(desk.home, file);
  const whole: WatchDesk = Object.assign(desk, {
    events,
    errors,
    clock: 0,
    watch: {
      configs: desk.ports,
      alone: <T>(work: () => Promise<T>) => work(),
      onEvent: (event: WatchEvent) => void events.push(event),
      onError: (error: unknown) => void errors.push(error),
      clock: () => whole.clock,
      ...more,
    },
    kinds: () =>
      events.map(({ kind, action }) => (action === undefined ? kind : `${kind} ${action}`)),
    active: () => desk.connections().filter(({ restoredAt }) => restoredAt === undefined),
    read: (file: string) => readFileSync(full(file), 'utf8'),
    replace(file: string, content: string) {
      writeFileSync(`${full(file)}.swap`, content);
      renameSync(`${full(file)}.swap`, full(file));
    },
    async protectAll() {
      await protect(desk.ports, await previewProtect(desk.ports, {}));
    },
    file(id: string, file: string, options?: WatchedFileOptions) {
      const known = { client: clientOf(id), path: full(file), scope: 'user' as const };
      return watchedFile(whole.watch, known, options);
    },
    routes(file: string) {
      const parsed = parseConfig(readFileSync(full(file)), clientOf('cursor'));
      if (!parsed.ok) throw new Error(parsed.problem.message);
      const ids = new Set(whole.active().map(({ id }) => id));
      return Object.fromEntries(
        parsed.value.entries.map((entry) => [
          entry.name,
          ids.has(connectionOf(entry, bridgeFile) ?? ''),
        ]),
      );
    },
  });
  return whole;
}
