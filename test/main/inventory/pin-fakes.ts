import type { PinRow, PinStore } from '../../../main/inventory/pin-store.ts';
import { makePins, type PinPorts } from '../../../main/inventory/pins.ts';
import type { EntryInput } from '../../../shared/audit.ts';
import type { Finding } from '../../../shared/finding.ts';

/** A store in memory that counts what is written. */
export function memoryStore(rows: readonly PinRow[] = []): PinStore & { readonly saves: PinRow[] } {
  const kept = new Map(rows.map((row) => [JSON.stringify([row.serverId, row.tool]), row]));
  const saves: PinRow[] = [];
  return {
    saves,
    load: (serverId) => [...kept.values()].filter((row) => row.serverId === serverId),
    save(row) {
      saves.push(row);
      kept.set(JSON.stringify([row.serverId, row.tool]), row);
    },
    all: () => [...kept.values()],
  };
}

const danger: Finding = {
  code: 'danger',
  severity: 'high',
  place: 'description',
  message: 'Bad.',
  owasp: 'x',
};

/** Pins over a store in memory; a definition that says "evil" is grave, one that says "odd" is worth a look. */
export function pinDesk(over: Partial<PinPorts> = {}, store = memoryStore()) {
  const entries: EntryInput[] = [];
  let time = 1000;
  let inspections = 0;
  const pins = makePins({
    store,
    inspect(definition) {
      inspections += 1;
      const text = JSON.stringify(definition);
      if (text.includes('evil')) return [danger];
      return text.includes('odd') ? [{ ...danger, severity: 'medium' }] : [];
    },
    now: () => time++,
    record: (entry) => entries.push(entry),
    show: (text) => `shown ${text}`,
    ...over,
  });
  const list = (...tools: readonly unknown[]) =>
    pins.seeList(
      'srv_1',
      'npx files',
      tools.map((definition) => ({ name: (definition as { name: string }).name, definition })),
    );
  return { pins, store, entries, list, inspections: () => inspections };
}

/** A tool definition with a description. */
export const tool = (name: string, description: string, more: object = {}) => ({
  name,
  description,
  inputSchema: { type: 'object' },
  ...more,
});
