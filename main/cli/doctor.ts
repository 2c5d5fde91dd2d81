import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '../../shared/outcome.ts';
import { verifyTrail } from '../audit/verify.ts';
import { askApp } from '../kill/control-client.ts';
import { openReadOnly } from '../storage/database.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { type Workplace, withConfigs } from './workplace.ts';

/** One thing that was looked at: fine, worth knowing, or in the way; with what to do. */
interface Check {
  readonly name: string;
  readonly result: 'ok' | 'note' | 'problem';
  readonly detail: string;
}

const check = (name: string, result: Check['result'], detail: string): Check => ({
  name,
  result,
  detail,
});

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Absent and not executable are the same to a client.
    return false;
  }
};

async function app(place: Workplace): Promise<Check> {
  const asked = await askApp(place.data, { ask: 'status' });
  if (!asked.running) {
    return check('app', 'note', 'Airlock is not running; the first call of a client starts it.');
  }
  if (!asked.reply.ok) return check('app', 'problem', asked.reply.problem.message);
  if (!('state' in asked.reply))
    return check('app', 'problem', 'The app answers in another version. Restart it.');
  const { protection, attention } = asked.reply.state;
  return attention.length === 0
    ? check('app', 'ok', `Airlock is running: ${protection}.`)
    : check('app', 'note', attention.map((item) => item.text).join(' '));
}

async function trail(place: Workplace): Promise<Check> {
  const path = join(place.data, 'trail.db');
  if (!existsSync(path))
    return check('audit trail', 'note', 'There is no trail yet; it begins with the first start.');
  const report = await verifyTrail(path, { open: openReadOnly });
  if (!report.ok) return check('audit trail', 'problem', report.problem.message);
  const first = report.value.problems[0];
  return first === undefined
    ? check('audit trail', 'ok', `The chain of ${report.value.entries} entries holds.`)
    : check('audit trail', 'problem', `Entry ${first.sequence}: ${first.message}`);
}

/** `airlock doctor`: looks at everything that could stand in the way. 1 where something does. */
export async function doctor(place: Workplace, out: Output): Promise<Result<ExitCode>> {
  const inside = await withConfigs(place, async (configs, governance): Promise<Check[]> => {
    const keychain = await governance.probeKeychain();
    const found = await configs.scan();
    const entries = found.clients.flatMap((client) =>
      client.files.flatMap((file) => file.entries.map((entry) => ({ client, entry }))),
    );
    const broken = found.clients.flatMap((client) =>
      client.files.filter((file) => file.error !== undefined),
    );
    const routed = entries.filter(({ entry }) => entry.protected);
    const direct = entries.filter(
      ({ entry }) => !entry.protected && entry.notGovernable === undefined,
    );
    const bridge = executable(place.bridgeFile);
    return [
      keychain.ok
        ? check('keychain', 'ok', 'It can be used.')
        : check('keychain', 'problem', keychain.problem.message),
      ...governance.problems().map((problem) => check('policy and state', 'problem', problem)),
      ...broken.map((file) => check('config', 'problem', `${file.path}: ${file.error ?? ''}`)),
      routed.length > 0 && !bridge
        ? check(
            'bridge',
            'problem',
            `Protected clients need ${place.bridgeFile}, which is not there. Start Airlock to install it.`,
          )
        : check(
            'bridge',
            bridge ? 'ok' : 'note',
            bridge ? 'It is installed.' : 'It is installed with the first protect.',
          ),
      direct.length === 0
        ? check('servers', 'ok', `${routed.length} protected, none direct.`)
        : check(
            'servers',
            'note',
            `${direct.length} server(s) start without Airlock: ${direct.map(({ client, entry }) => `${entry.name} (${client.name})`).join(', ')}. Run airlock protect.`,
          ),
    ];
  });
  if (!inside.ok) return inside;
  const checks = [await app(place), ...inside.value, await trail(place)];
  const marks = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;
  out.result(
    { checks },
    columns(checks.map(({ name, result, detail }) => [marks[result], name, detail])),
  );
  return ok(checks.some(({ result }) => result === 'problem') ? 1 : 0);
}
