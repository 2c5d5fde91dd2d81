import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ok, type Result } from '../../shared/outcome.ts';
import { startCollector } from '../audit/collector.ts';
import { openDatabase } from '../storage/database.ts';
import type { ExitCode, Output } from './output.ts';
import type { Workplace } from './workplace.ts';

/** `airlock collect`: runs until it is told to stop, then says how each chain stands. 1 where one does not hold. */
export async function collect(
  place: Workplace,
  { port, dir }: { readonly port: number; readonly dir?: string },
  out: Output,
): Promise<Result<ExitCode>> {
  const folder = dir === undefined ? join(place.data, 'collector') : resolve(dir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const started = await startCollector({
    path: join(folder, 'collector.db'),
    open: openDatabase,
    port,
  });
  if (!started.ok) return started;
  const collector = started.value;
  out.note(`Collecting at ${collector.endpoint}; set it as the audit endpoint. Stop with Ctrl+C.`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  const { chains } = collector.status();
  await collector.close();
  const lines = chains.map(
    (one) =>
      `${one.ok ? 'holds ' : 'BROKEN'} ${one.chain} from ${one.user}@${one.host}: ${one.entries} entries through ${one.lastSequence}, ${one.checkpoints} checkpoints${one.problems.map((problem) => `; entry ${problem.sequence}: ${problem.message}`).join('')}`,
  );
  out.result({ chains }, lines.length > 0 ? lines.join('\n') : 'Nothing was delivered.');
  return ok(chains.every((one) => one.ok) ? 0 : 1);
}
