import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyReport } from '../../shared/audit.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { exportTrail, verifyExport } from '../audit/export.ts';
import { verifyTrail } from '../audit/verify.ts';
import { openReadOnly } from '../storage/database.ts';
import type { ExitCode, Output } from './output.ts';
import type { Workplace } from './workplace.ts';

/** `airlock audit verify`: the trail of the data folder, or an exported file. 1 where the chain does not hold. */
export async function auditVerify(
  place: Workplace,
  file: string | undefined,
  out: Output,
): Promise<Result<ExitCode>> {
  const report = file === undefined ? await verifyOwn(place) : await verifyFile(file);
  if (!report.ok) return report;
  out.result(report.value, verifyText(report.value));
  return ok(report.value.ok ? 0 : 1);
}

async function verifyOwn(place: Workplace): Promise<Result<VerifyReport>> {
  const path = join(place.data, 'trail.db');
  return existsSync(path) ? verifyTrail(path, { open: openReadOnly }) : noTrail(place);
}

async function verifyFile(file: string): Promise<Result<VerifyReport>> {
  if (!existsSync(file)) return fail('no-file', `There is no file ${file}.`);
  return ok(await verifyExport(createReadStream(file)));
}

const noTrail = ({ data }: Workplace) =>
  fail(
    'no-trail',
    `There is no audit trail in ${data}. Name another data folder with AIRLOCK_DATA.`,
  );

const verifyText = (report: VerifyReport): string =>
  report.ok
    ? `The chain holds: ${report.entries} entries, ${report.checkpoints} signed checkpoints, head ${report.lastHash.slice(0, 16)}.`
    : [
        `The chain does not hold:`,
        ...report.problems.map(({ sequence, message }) => `! entry ${sequence}: ${message}`),
      ].join('\n');

/** `airlock audit export`: streams to standard output at flat memory. With --json it is NDJSON all the same. */
export async function auditExport(
  place: Workplace,
  format: 'ndjson' | 'csv',
  out: Output,
): Promise<Result<ExitCode>> {
  const path = join(place.data, 'trail.db');
  if (!existsSync(path)) return noTrail(place);
  const done = await exportTrail(path, format, process.stdout, openReadOnly);
  if (!done.ok) return done;
  out.note(`${done.value.entries} entries and ${done.value.checkpoints} checkpoints exported.`);
  return ok(0);
}
