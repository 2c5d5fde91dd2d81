import { appendFileSync } from 'node:fs';

/** Adds a line to the file that `AIRLOCK_SOAK_LOG` names, so that a run that is cut short still says how far it came. */
export function progress(line: string): void {
  const file = process.env.AIRLOCK_SOAK_LOG;
  if (file !== undefined) appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
}
