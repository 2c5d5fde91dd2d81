import { randomUUID } from 'node:crypto';
import type { ConfigChange } from '../shared/config-change.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { Settings } from '../shared/settings.ts';
import { watchConfigs } from './clients/watch-configs.ts';
import type { WatchEvent, WatchPorts } from './clients/watch-event.ts';
import type { Governance } from './compose-governance.ts';

/** So many changes are shown; those that wait for a decision stay in any case. */
const mostShown = 50;

/** What the watch of the app needs beside governance. */
export interface WatchOfAppPorts extends Pick<WatchPorts, 'configs' | 'alone' | 'block'> {
  readonly settings: () => Pick<Settings, 'onDrift' | 'onNewEntry'>;
  /** A config was written by others: what is known of servers may be old. */
  readonly onChange: () => void;
}

type Choice = ConfigChange['choices'][number];

interface Shown {
  readonly change: ConfigChange;
  readonly event: WatchEvent;
}

const drifts: readonly Choice[] = ['reapply', 'leave'];
const arrivals: readonly Choice[] = ['route', 'block', 'leave'];

/** Watches the configs of all clients while the app runs; every event is recorded and shown. */
export function openWatch({ record, person }: Governance, ports: WatchOfAppPorts) {
  let shown: Shown[] = [];

  function take(event: WatchEvent): void {
    record({
      kind: event.kind === 'reapplied' || event.kind === 'routed' ? 'config.protected' : 'problem',
      agent: { id: event.clientId, name: event.clientName },
      detail: `${event.file}: ${event.sentence}`,
    });
    // What is said of an entry now takes the place of what was said of it before.
    shown = shown.filter(({ event: before }) => !isSamePlace(before, event));
    shown.unshift({ change: changeOf(event), event });
    shown = shown.filter(({ change }, n) => n < mostShown || change.choices.length > 0);
    ports.onChange();
  }

  const watch = watchConfigs({
    configs: ports.configs,
    alone: ports.alone,
    ...(ports.block === undefined ? {} : { block: ports.block }),
    onEvent: take,
    onError: (error) =>
      record({ kind: 'problem', detail: `Configs could not be watched: ${String(error)}` }),
    onDrift: () => ports.settings().onDrift,
    onNewEntry: () => ports.settings().onNewEntry,
  });

  return {
    changes: (): ConfigChange[] => shown.map(({ change }) => change),
    /** What a person decided about a change that waits. */
    async decide(id: string, choice: Choice): Promise<Result<null>> {
      const found = shown.find(({ change }) => change.id === id);
      if (found === undefined || !found.change.choices.includes(choice)) {
        return fail('change-gone', 'This change waits no longer. Look at the list again.');
      }
      const { event } = found;
      shown = shown.filter((one) => one !== found);
      record({
        kind: 'settings.changed',
        person,
        detail: `${event.file}: ${event.entry ?? 'the file'}: ${choice}.`,
      });
      const { clientId, file, keyPath = [] } = event;
      const known = await watch.decide({ clientId, file, keyPath }, choice);
      ports.onChange();
      return known
        ? ok(null)
        : fail('file-gone', `${file} is not there any more, so nothing was done.`);
    },
    close: watch.close,
  };
}

const isSamePlace = (a: WatchEvent, b: WatchEvent): boolean =>
  a.clientId === b.clientId &&
  a.file === b.file &&
  JSON.stringify(a.keyPath) === JSON.stringify(b.keyPath);

function changeOf(event: WatchEvent): ConfigChange {
  const { kind, clientId, clientName, file, entry, sentence, detectedAt, action } = event;
  const choices = action === 'ask' || kind === 'gave-up' ? choicesFor(kind) : [];
  return {
    id: randomUUID(),
    kind,
    clientId,
    clientName,
    file,
    ...(entry === undefined ? {} : { entry }),
    sentence,
    detectedAt,
    choices: [...choices],
  };
}

const choicesFor = (kind: WatchEvent['kind']): readonly Choice[] =>
  kind === 'new-entry' ? arrivals : drifts;
