import type { KillReport, KillScope } from '../../shared/kill.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { AppState } from '../../shared/state.ts';
import { killSwitchWithoutApp } from '../compose-kill.ts';
import { askApp } from '../kill/control-client.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { type Workplace, withConfigs } from './workplace.ts';

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
  const known = await withConfigs(place, async (_configs, governance) => ({
    running: false,
    kills: [...killSwitchWithoutApp(governance).inForce()],
    connections: governance.state.connections
      .all()
      .rows.filter((one) => one.restoredAt === undefined).length,
    trail: governance.trail.state(),
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

/** `airlock kill`: through the running app, or, without one, as a kill that holds from its next start on. */
export async function kill(
  place: Workplace,
  {
    client,
    server,
    reason,
  }: { readonly client?: string; readonly server?: string; readonly reason?: string },
  out: Output,
): Promise<Result<ExitCode>> {
  const scope: KillScope =
    client !== undefined
      ? { kind: 'client', clientId: client }
      : server !== undefined
        ? { kind: 'server', serverId: server }
        : { kind: 'all' };
  const asked = await askApp(place.data, {
    ask: 'kill',
    scope,
    ...(reason === undefined ? {} : { reason }),
  });
  if (asked.running) {
    const { reply } = asked;
    if (!reply.ok) return fail(reply.problem.code, reply.problem.message);
    if (!('report' in reply))
      return fail('no-answer', 'Airlock gave another answer than asked for. Update both.');
    return told(reply.report, out);
  }
  const report = await withConfigs<KillReport>(place, (_configs, governance) =>
    killSwitchWithoutApp(governance).throwKill(scope, 'command-line', governance.person, reason),
  );
  return report.ok ? told(report.value, out) : report;
}

function told(report: KillReport, out: Output): Result<ExitCode> {
  const stopped = report.items.filter((item) => item.stopped);
  const lines = [
    report.verified
      ? `Stopped, and verified: nothing is left. ${stopped.length} thing(s) stopped.`
      : `Stopped, but not all of it is known to be gone:`,
    ...report.survivors.map(
      (item) =>
        `! ${item.name}${item.pid === undefined ? '' : ` (process ${item.pid})`}: ${item.detail}`,
    ),
    ...report.items.map(
      (item) => `${item.stopped ? '-' : '!'} ${item.kind} ${item.name}: ${item.detail}`,
    ),
    'It holds until a person resumes in Airlock, with a reason.',
  ];
  out.result(report, lines.join('\n'));
  return ok(report.verified ? 0 : 1);
}
