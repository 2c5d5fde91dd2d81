import { ok, type Result } from '../../shared/outcome.ts';
import type { ServerEra } from './era-bridge.ts';

/** A server's era as it was found, and when, in milliseconds since 1970. */
export interface EraRecord {
  readonly era: ServerEra;
  readonly at: number;
}

/** What remembering eras needs from outside. */
export interface EraBookPorts {
  readonly load: (serverId: string) => EraRecord | undefined;
  readonly save: (serverId: string, record: EraRecord | undefined) => void;
  readonly now: () => number;
  /** How old a finding may grow, in milliseconds. */
  readonly maxAgeMs?: number;
}

/** The eras of servers, each probed once. */
export interface EraBook {
  /** What is known, without a probe. */
  known(serverId: string): EraRecord | undefined;
  /** Known, or found by `probe` now; one probe serves all who ask meanwhile. A problem is not remembered. */
  eraOf(serverId: string, probe: () => Promise<Result<ServerEra>>): Promise<Result<EraRecord>>;
  /** What was known turned out wrong: the next session probes again. */
  forget(serverId: string): void;
}

/** A week: an update may bring a server the new era, and nothing would ever tell. */
const defaultMaxAgeMs = 7 * 24 * 60 * 60_000;

/** A book over a store; identity is the server's, so that an entry with other arguments is probed for itself. */
export function makeEraBook(ports: EraBookPorts): EraBook {
  const { maxAgeMs = defaultMaxAgeMs } = ports;
  const probing = new Map<string, Promise<Result<EraRecord>>>();

  function known(serverId: string): EraRecord | undefined {
    const record = ports.load(serverId);
    if (record === undefined) return undefined;
    const age = ports.now() - record.at;
    // A clock that was set back makes the finding no fresher.
    return age >= 0 && age < maxAgeMs ? record : undefined;
  }

  async function find(
    serverId: string,
    probe: () => Promise<Result<ServerEra>>,
  ): Promise<Result<EraRecord>> {
    const found = await probe();
    if (!found.ok) return found;
    const record = { era: found.value, at: ports.now() };
    ports.save(serverId, record);
    return ok(record);
  }

  return {
    known,
    eraOf(serverId, probe) {
      const record = known(serverId);
      if (record !== undefined) return Promise.resolve(ok(record));
      const running = probing.get(serverId);
      if (running !== undefined) return running;
      const started = find(serverId, probe).finally(() => probing.delete(serverId));
      probing.set(serverId, started);
      return started;
    },
    forget(serverId) {
      ports.save(serverId, undefined);
    },
  };
}
