import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryView, ScanReport } from '../../shared/client.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { verifyTrail } from '../audit/verify.ts';
import { makeKeychain } from '../credentials/keychain.ts';
import { askApp } from '../kill/control-client.ts';
import { openReadOnly } from '../storage/database.ts';
import { glance, withState } from './glance.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import type { Workplace } from './workplace.ts';

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

/** Whether the keychain answers; its service is that of the data folder, as the app opens it. */
async function keychain({ data }: Workplace): Promise<Check> {
  const folder = existsSync(data) ? realpathSync(data) : data;
  const suffix = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  const probed = await makeKeychain({ suffix }).probe();
  return probed.ok
    ? check('keychain', 'ok', 'It can be used.')
    : check('keychain', 'problem', probed.problem.message);
}

/** Rules are only read, by the policy engine, where the person wrote any: loading it takes most of a second. */
async function policyAndState(place: Workplace): Promise<Result<Check[]>> {
  const problem = (text: string) => check('policy and state', 'problem', text);
  if (!existsSync(join(place.data, 'policy.cedar'))) {
    return withState(place, (state) =>
      state?.setAside === undefined
        ? []
        : [problem(`The state of Airlock was damaged and is kept as ${state.setAside}.`)],
    );
  }
  const { withConfigs } = await import('./with-configs.ts');
  return withConfigs(place, async (_configs, governance) => governance.problems().map(problem));
}

function bridge({ bridgeFile }: Workplace, routed: number): Check {
  if (executable(bridgeFile)) return check('bridge', 'ok', 'It is installed.');
  return routed === 0
    ? check('bridge', 'note', 'It is installed with the first protect.')
    : check(
        'bridge',
        'problem',
        `Protected clients need ${bridgeFile}, which is not there. Start Airlock to install it.`,
      );
}

interface Direct {
  readonly client: string;
  readonly entry: EntryView;
}

/** Entries that start or reach their server without Airlock, those among them that no protect can change. */
const directIn = ({ clients }: ScanReport): Direct[] =>
  clients.flatMap((client) =>
    client.files.flatMap(({ entries }) =>
      entries
        .filter((entry) => !entry.protected && entry.routeState === 'direct')
        .map((entry) => ({ client: client.name, entry })),
    ),
  );

/** One sentence on what runs past Airlock. `strict`: it is in the way, whether protect can change it or not. */
function servers(direct: readonly Direct[], routed: number, strict: boolean): Check {
  const open = direct.filter(({ entry }) => strict || entry.notGovernable === undefined);
  if (open.length === 0) return check('servers', 'ok', `${routed} protected, none direct.`);
  const named = open.map(
    ({ client, entry }) =>
      `${entry.name} (${client}${entry.disabled ? ', switched off' : ''}${entry.notGovernable === undefined ? '' : ', not governable'})`,
  );
  return check(
    'servers',
    strict ? 'problem' : 'note',
    `${open.length} server(s) start without Airlock: ${named.join(', ')}. Run airlock protect.`,
  );
}

/**
 * `airlock doctor`: looks at everything that could stand in the way. 1 where something does; with --strict also while
 * any server is direct.
 */
export async function doctor(
  place: Workplace,
  { strict }: { readonly strict: boolean },
  out: Output,
): Promise<Result<ExitCode>> {
  const found = await glance(place);
  if (!found.ok) return found;
  const { clients } = found.value;
  const routed = clients.flatMap(({ files }) =>
    files.flatMap(({ entries }) => entries.filter((entry) => entry.protected)),
  ).length;
  const known = await policyAndState(place);
  if (!known.ok) return known;
  const broken = clients.flatMap(({ files }) =>
    files.flatMap(({ path, error }) =>
      error === undefined ? [] : [check('config', 'problem', `${path}: ${error}`)],
    ),
  );
  const direct = directIn(found.value);
  const checks = [
    await app(place),
    await keychain(place),
    ...known.value,
    ...broken,
    bridge(place, routed),
    servers(direct, routed, strict),
    await trail(place),
  ];
  const marks = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;
  out.result(
    {
      checks,
      direct: direct.map(({ client, entry }) => ({
        client,
        name: entry.name,
        server: entry.server,
      })),
    },
    columns(checks.map(({ name, result, detail }) => [marks[result], name, detail])),
  );
  return ok(checks.some(({ result }) => result === 'problem') ? 1 : 0);
}
