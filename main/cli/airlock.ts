import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '../../shared/outcome.ts';
import { type Command, readCommandLine } from './command-line.ts';
import { help } from './help.ts';
import { type ExitCode, type Output, processOutput } from './output.ts';
import { findWorkplace, type Workplace } from './workplace.ts';

const version = (): string => {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  );
  return manifest.version;
};

/** Each command loads what it needs alone: the policy engine takes most of a second, and a scan needs none. */
async function carryOut(
  command: Command,
  place: Workplace,
  out: Output,
): Promise<Result<ExitCode>> {
  switch (command.name) {
    case 'help':
      out.result({ help }, help.trimEnd());
      return ok(0);
    case 'version':
      out.result({ version: place.version }, place.version);
      return ok(0);
    case 'scan':
      return (await import('./scan.ts')).scan(place, command, out);
    case 'protect':
      return (await import('./configs.ts')).protect(place, command, out);
    case 'restore':
      return (await import('./configs.ts')).restore(place, command, out);
    case 'status':
      return (await import('./status.ts')).status(place, out);
    case 'kill':
      return (await import('./kill.ts')).kill(place, command, out);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(place, command, out);
    case 'inventory':
      return (await import('./inventory.ts')).inventory(place, command, out);
    case 'inventory-export':
      return (await import('./inventory.ts')).inventoryExport(place, command, out);
    case 'audit-verify':
      return (await import('./trail.ts')).auditVerify(place, command.file, out);
    case 'audit-export':
      return (await import('./trail.ts')).auditExport(place, command.format, out);
    case 'collect':
      return (await import('./collect.ts')).collect(place, command, out);
    case 'policy':
      return (await import('./policy-commands.ts')).policy(place, command.ask, out);
    case 'run': {
      const { runGoverned } = await import('../compose-run.ts');
      const done = await runGoverned({
        ...place,
        ...(command.policy === undefined ? {} : { policyFile: command.policy }),
        command: command.command,
        cwd: process.cwd(),
        client: { in: process.stdin, out: process.stdout },
        note: out.note,
      });
      if (done.ok || done.problem.code !== 'server-gone') return done.ok ? ok(0) : done;
      out.note(`airlock: ${done.problem.message}`);
      return ok(1);
    }
    default:
      return command satisfies never;
  }
}

/** Every problem is one sentence on standard error, and on standard output too where JSON was asked for. */
function told(problem: { code: string; message: string }, json: boolean): ExitCode {
  if (json) process.stdout.write(`${JSON.stringify({ problem }, null, 2)}\n`);
  process.stderr.write(`airlock: ${problem.message}\n`);
  return 2;
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const invocation = readCommandLine(argv);
  if (!invocation.ok) return told(invocation.problem, argv.includes('--json'));
  const { command, json, home } = invocation.value;
  const place = findWorkplace(version(), home);
  if (!place.ok) return told(place.problem, json);
  const done = await carryOut(command, place.value, processOutput(json));
  return done.ok ? done.value : told(done.problem, json);
}

process.exitCode = await main(process.argv.slice(2));
