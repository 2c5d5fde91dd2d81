import type { KillReport, KillScope } from '../../shared/kill.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { askApp } from '../kill/control-client.ts';
import type { ExitCode, Output } from './output.ts';
import type { Workplace } from './workplace.ts';

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
  const [{ withConfigs }, { killSwitchWithoutApp }] = await Promise.all([
    import('./with-configs.ts'),
    import('../compose-kill.ts'),
  ]);
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
