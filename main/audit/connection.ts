import type { Problem } from '../../shared/outcome.ts';
import type { Head } from './appender.ts';
import { AuditUnavailable, problemOfTrail } from './audit-unavailable.ts';
import { openSession, type Session, type SessionPorts } from './session.ts';

/** What the connection needs: where the chain stood last, for what follows a damaged or replaced file. */
export interface ConnectionPorts extends SessionPorts {
  readonly head: () => Head | undefined;
  /** When writing began to fail, or works again. */
  readonly onState?: (() => void) | undefined;
  /** When a file was given up, and its journal with it. */
  readonly onGivenUp?: () => void;
}

/**
 * The way to the trail's file that outlives its troubles: opens it when it is first needed, tells what an error
 * means, gives a damaged file up so that the next use looks at it closely (and replaces it), and keeps in mind
 * whether the trail can be written.
 */
export function makeConnection(path: string, ports: ConnectionPorts) {
  let session: Session | undefined;
  /** Outlives its session: an error may come after the session it belongs to was given up. */
  let problemOf: Session['problemOf'] = () => undefined;
  let suspect = false;
  let problem: Problem | undefined;
  let ended = false;

  function connect(): Session {
    if (ended) throw new Error('The trail is closed.');
    if (session !== undefined) return session;
    const opened = openSession(path, ports, { suspect, head: suspect ? ports.head() : undefined });
    if (!opened.ok) throw new AuditUnavailable(opened.problem);
    session = opened.value;
    problemOf = session.problemOf;
    suspect = false;
    return session;
  }

  /** What an error means; our own mistakes are thrown on. */
  function understand(error: unknown): Problem {
    const found = problemOfTrail(error, problemOf);
    if (found === undefined) throw error;
    if (found.code === 'database-damaged') {
      suspect = true;
      giveUp();
    }
    if (found.code === 'disk-full') makeRoom();
    return found;
  }

  /** The log holds many states of each page, the file one: folding it lets the next try use the log's room again. */
  function makeRoom(): void {
    try {
      session?.durability.fold();
    } catch (error) {
      if (problemOf(error) === undefined) throw error;
    }
  }

  function giveUp(): void {
    session?.close('give-up');
    session = undefined;
    ports.onGivenUp?.();
  }

  function settle(next: Problem | undefined): void {
    const turned = (problem === undefined) !== (next === undefined);
    problem = next;
    if (turned) ports.onState?.();
  }

  /** Runs what needs the trail; its failure throws AuditUnavailable and makes the trail unavailable. */
  function using<T>(work: (session: Session) => T): T {
    try {
      return work(connect());
    } catch (error) {
      const found = understand(error);
      settle(found);
      throw new AuditUnavailable(found, { cause: error });
    }
  }

  return {
    using,
    /** The same for what writes: its success shows that the trail can be written. */
    writing<T>(work: (session: Session) => T): T {
      const value = using(work);
      if (problem !== undefined) settle(undefined);
      return value;
    },
    /** Runs what only reads; where the trail cannot be read there is `otherwise`. */
    reading<T>(work: (session: Session) => T, otherwise: T): T {
      try {
        return work(connect());
      } catch (error) {
        understand(error);
        return otherwise;
      }
    },
    /** Takes an error that came up by itself (a sync that failed later): the trail counts as not writable. */
    failed(error: unknown): Problem {
      const found = understand(error);
      settle(found);
      return found;
    },
    /** The session as it is; undefined while none is open. */
    current: (): Session | undefined => session,
    /** Lets go of a file that was taken away under us; the next use opens what is there then. */
    giveUp,
    /** Why the trail cannot be written; undefined while it can. */
    problem: (): Problem | undefined => problem,
    /** Ends it: `leave` with every call closed, `abandon` so that the next start closes them. */
    end(how: 'leave' | 'abandon'): void {
      ended = true;
      session?.close(how);
      session = undefined;
    },
  };
}
