import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Inventory } from '../../shared/inventory.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { builtInJudges, lookAround } from '../compose-inventory.ts';
import { maskSecrets } from '../inspection/mask.ts';
import { cycloneDx } from '../inventory/cyclonedx.ts';
import { inventoryOf } from '../inventory/inventory.ts';
import { inventoryCsv } from '../inventory/inventory-csv.ts';
import { instanceOwner } from '../storage/instance-lock.ts';
import { type Chosen, glance, refusalOf, withState } from './glance.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import type { Workplace } from './workplace.ts';

/** The forms an inventory is exported in. */
export type ExportFormat = 'json' | 'csv' | 'cyclonedx';

/**
 * What is on this machine, joined with what the data folder remembers. Nothing is written: a server that only the
 * command line saw is still new to the app, which records it.
 */
async function gather(place: Workplace, chosen: Chosen): Promise<Result<Inventory>> {
  const found = await glance(place, chosen);
  if (!found.ok) return found;
  const report = found.value;
  const owner = instanceOwner(place.data);
  const pids = [process.pid, ...(typeof owner === 'object' ? [owner.pid] : [])];
  const mask = (text: string) => maskSecrets(text).text;
  const around = await lookAround(report, { machine: place.machine, mask, pids });
  return withState(place, (state) => {
    const rows = state?.sightings.all().rows ?? [];
    const sightings = new Map(rows.map((row) => [row.serverId, row]));
    const pins = state?.pins.all().rows ?? [];
    const refusal = refusalOf(state);
    const parts = { at: Date.now(), report, sightings, pins, sessions: [], ...around };
    return inventoryOf(parts, { ...builtInJudges, refusal });
  });
}

/** `airlock inventory`: every server of this machine, the least governed first. */
export async function inventory(
  place: Workplace,
  chosen: Chosen,
  out: Output,
): Promise<Result<ExitCode>> {
  const gathered = await gather(place, chosen);
  if (!gathered.ok) return gathered;
  out.result(gathered.value, inventoryText(gathered.value));
  for (const problem of gathered.value.problems) out.note(`airlock: ${problem}`);
  return ok(0);
}

function inventoryText({ servers, stray, ungoverned }: Inventory): string {
  if (servers.length + stray.length + ungoverned.length === 0)
    return 'No MCP server was seen here.';
  const rows = servers.map((server) => [
    server.present ? server.route.state : 'gone',
    server.label,
    [...new Set(server.uses.map(({ clientName }) => clientName))].join(', '),
    `${server.tools.length} tools`,
    server.route.evidence,
  ]);
  const strays = stray.map(({ pid, command, app, reason }) =>
    [`process ${pid}${app === undefined ? '' : ` below ${app}`}: ${command}`, reason].join(
      '\n    ',
    ),
  );
  const beyond = ungoverned.map(({ clientName, name, advice }) =>
    [`${clientName}: ${name}`, advice].join('\n    '),
  );
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines];
  return [
    columns(rows),
    ...part('Running, and in no config:', strays),
    ...part('Seen, but not governed by any config:', beyond),
  ]
    .join('\n')
    .trimStart();
}

/** `airlock inventory export`: to a file of the person's own, or to standard output. */
export async function inventoryExport(
  place: Workplace,
  {
    format,
    output,
    ...chosen
  }: Chosen & { readonly format: ExportFormat; readonly output?: string },
  out: Output,
): Promise<Result<ExitCode>> {
  const gathered = await gather(place, chosen);
  if (!gathered.ok) return gathered;
  const text = written(gathered.value, format, place.version);
  for (const problem of gathered.value.problems) out.note(`airlock: ${problem}`);
  if (output === undefined) {
    process.stdout.write(text);
    return ok(0);
  }
  const saved = save(output, text);
  if (!saved.ok) return saved;
  out.note(`${gathered.value.servers.length} servers written to ${output}.`);
  return ok(0);
}

function written(found: Inventory, format: ExportFormat, version: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(found, null, 2)}\n`;
    case 'csv':
      return inventoryCsv(found);
    case 'cyclonedx': {
      const facts = { serial: randomUUID(), version, host: hostname() };
      return `${JSON.stringify(cycloneDx(found, facts), null, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

/** Written aside and renamed, so that a reader never sees half of it; for this user alone. */
function save(file: string, text: string): Result<null> {
  const aside = `${file}.${process.pid}`;
  try {
    writeFileSync(aside, text, { mode: 0o600 });
    renameSync(aside, file);
    return ok(null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail('not-written', `${file} could not be written (${reason}).`);
  }
}
