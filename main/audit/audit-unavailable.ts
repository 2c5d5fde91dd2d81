import type { Problem } from '../../shared/outcome.ts';
import { DamagedTrail } from './appender.ts';
import { NoWriterLock } from './writers.ts';

/** The trail cannot be written now; `problem` says why and what to do. Until it can, nothing may be forwarded. */
export class AuditUnavailable extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

/** What an error of the trail's parts means; `database` tells the meaning of SQLite's. Undefined for our mistakes. */
export function problemOfTrail(
  error: unknown,
  database: (error: unknown) => Problem | undefined,
): Problem | undefined {
  if (error instanceof AuditUnavailable) return error.problem;
  if (error instanceof NoWriterLock) return { code: 'not-writable', message: error.message };
  if (!(error instanceof DamagedTrail)) return database(error);
  return {
    code: 'database-damaged',
    message:
      'The last entry of the audit trail was changed from outside, so nothing can follow it. Airlock keeps the file and starts a new trail.',
  };
}
