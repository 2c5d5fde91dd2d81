import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ScanReport } from '../../shared/client.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { scanOnly } from '../compose-configs.ts';
import { withProvenRoutes } from '../compose-routes.ts';
import { type KillTarget, refusals } from '../kill/kill-scope.ts';
import { openStateStore, type StateStore } from '../storage/state-store.ts';
import type { Workplace } from './workplace.ts';

/** Project folders that were named on the command line. */
export interface Chosen {
  readonly workspaces?: readonly string[];
}

/**
 * Opens what the data folder remembers, without policy and trail, for as long as `work` takes. A home without data of
 * ours gets none: `work` is called without a store then.
 */
export async function withState<T>(
  { data }: Workplace,
  work: (state: StateStore | undefined) => Promise<T> | T,
): Promise<Result<T>> {
  const file = join(data, 'state.db');
  if (!existsSync(file)) return ok(await work(undefined));
  const opened = openStateStore(file);
  if (!opened.ok) return opened;
  try {
    return ok(await work(opened.value));
  } finally {
    opened.value.close();
  }
}

/** The sentence of the kill that covers a connection; kills that cannot be read cover everything. */
export function refusalOf(
  state: StateStore | undefined,
): (target: KillTarget) => string | undefined {
  const kills = state?.kills.all();
  if (kills === undefined) return () => undefined;
  return kills.ok ? refusals(kills.value) : () => kills.problem.message;
}

/** Scans a home and marks the entries through which a call was ever seen; writes nothing. */
export async function glance(place: Workplace, chosen: Chosen = {}): Promise<Result<ScanReport>> {
  const { workspaces } = chosen;
  const found = await scanOnly(place, workspaces === undefined ? {} : { workspaces });
  if (!found.ok) return found;
  return withState(place, (state) => {
    const calls = (state?.sightings.all().rows ?? []).flatMap((row) => Object.keys(row.calls));
    return withProvenRoutes(found.value, new Set(calls), refusalOf(state));
  });
}
