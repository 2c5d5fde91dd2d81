import type { ScanReport } from '../../shared/client.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { type Chosen, glance } from './glance.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import type { Workplace } from './workplace.ts';

/** `airlock scan`. */
export async function scan(
  place: Workplace,
  chosen: Chosen,
  out: Output,
): Promise<Result<ExitCode>> {
  const found = await glance(place, chosen);
  if (!found.ok) return found;
  out.result(found.value, scanText(found.value));
  return ok(0);
}

const scanText = ({ clients, ungoverned = [] }: ScanReport): string => {
  if (clients.length + ungoverned.length === 0) {
    return 'No AI client that Airlock knows has a config here.';
  }
  const rows = clients.flatMap((client) =>
    client.files.flatMap((file) => [
      [client.name, file.path, file.error ?? ''],
      ...file.entries.map((entry) => [
        `  ${entry.name}`,
        entry.notGovernable === undefined
          ? entry.routeState
          : `${entry.routeState} (not governable)`,
        [
          entry.url ?? [entry.command, ...(entry.args ?? [])].filter(Boolean).join(' '),
          ...(entry.disabled ? ['[disabled]'] : []),
          ...(entry.routeState === 'blocked' ? [`[${entry.notGovernable}]`] : []),
          ...(entry.secrets.length > 0
            ? [`[${entry.secrets.length} secret(s) in plain sight]`]
            : []),
        ].join(' '),
      ]),
    ]),
  );
  const beyond = ungoverned.map(({ clientName, name, path, advice }) =>
    [`${clientName}: ${name}`, ...(path === undefined ? [] : [path]), advice].join('\n    '),
  );
  const seen = beyond.length === 0 ? [] : ['', 'Seen, but not governed by any config:', ...beyond];
  return [columns(rows), ...seen].join('\n');
};
