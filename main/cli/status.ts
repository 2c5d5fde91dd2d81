import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kill } from '../../shared/kill.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { AppState } from '../../shared/state.ts';
import { openTrail, type TrailState } from '../audit/trail.ts';
import { askApp } from '../kill/control-client.ts';
import { unreadableKillId } from '../kill/kill-scope.ts';
import { openDatabase } from '../storage/database.ts';
import { holdLock, lockHeld } from '../storage/process-lock.ts';
import type { StateStore } from '../storage/state-store.ts';
import { withState } from './glance.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import type { Workplace } from './workplace.ts';

/** `airlock status`: what the running app says, or what the data folder knows without it. */
export async function status(place: Workplace, out: Output): Promise<Result<ExitCode>> {
  const asked = await askApp(place.data, { ask: 'status' });
  if (asked.running) {
    const { reply } = asked;
    if (!reply.ok) return fail(reply.problem.code, reply.problem.message);
    if (!('state' in reply))
      return fail('no-answer', 'Airlock gave another answer than asked for. Update both.');
    out.result({ running: true, state: reply.state }, statusText(reply.state));
    return ok(
      reply.state.protection === 'protected' || reply.state.protection === 'monitor' ? 0 : 1,
    );
  }
  const known = await withState(place, (state) => ({
    running: false,
    kills: killsIn(state),
    connections: (state?.connections.all().rows ?? []).filter(
      ({ restoredAt }) => restoredAt === undefined,
    ).length,
    trail: trailState(place),
  }));
  if (!known.ok) return known;
  const { kills, connections } = known.value;
  const stopped = kills.length > 0 ? ` ${kills.length} kill(s) in force.` : '';
  out.result(
    known.value,
    `Airlock is not running. ${connections} protected connection(s) cannot be used until it does.${stopped}`,
  );
  return ok(1);
}

/** The kills that hold from the next start on; one that cannot be read stands for everything. */
function killsIn(state: StateStore | undefined): Kill[] {
  const kills = state?.kills.all();
  if (kills === undefined) return [];
  if (kills.ok) return [...kills.value];
  const reason = kills.problem.message;
  const scope = { kind: 'all' } as const;
  return [{ id: unreadableKillId, scope, origin: 'command-line', by: 'Airlock', at: 0, reason }];
}

/** How the trail stands; one that is not there yet begins with the first start. */
function trailState({ data }: Workplace): TrailState {
  const path = join(data, 'trail.db');
  if (!existsSync(path)) return { chain: '', sequence: 0, writable: true, problem: '' };
  const trail = openTrail(path, {
    open: openDatabase,
    locks: { hold: holdLock, held: lockHeld },
  });
  try {
    return trail.state();
  } finally {
    trail.close();
  }
}

const statusText = (state: AppState): string =>
  [
    `Airlock ${state.version}: ${state.protection}, ${state.sessions.length} live connection(s), ${state.waiting} call(s) waiting.`,
    ...state.attention.map((item) => `! ${item.text}`),
    columns(
      state.sessions.map((one) => [
        one.clientName,
        one.connectionName,
        one.state,
        `${one.calls} calls`,
        one.detail,
      ]),
    ),
  ]
    .filter(Boolean)
    .join('\n');
