/** A request that went to the server and waits for its answer. */
export interface PendingRequest {
  readonly idText: string;
  readonly method: string;
  /** Of protocol version 2026-07-28 or later: closing its answer cancels it. */
  readonly modern: boolean;
  /** Stops its exchange with the server. */
  readonly abort: () => void;
  /** Called once when it waits no more. */
  readonly settled: () => void;
}

/** The requests of a session that wait, by id. Each is answered exactly once. */
export interface PendingRequests {
  readonly size: number;
  add(request: PendingRequest): void;
  has(request: PendingRequest): boolean;
  /** The request an answer or a cancellation with this id belongs to. */
  find(idText: string): PendingRequest | undefined;
  /** False where it waited no more. */
  remove(request: PendingRequest): boolean;
  all(): readonly PendingRequest[];
}

const exact = (idText: string): string =>
  idText.startsWith('"') ? `s${String(JSON.parse(idText))}` : `n${idText}`;

const loose = (idText: string): number => Number(JSON.parse(idText));

/**
 * An empty table. Readers in JavaScript turn ids into doubles and back (`1.0` comes back as `1`, a long one rounded), so
 * where no id is the same text, the same number counts; the relay compares no stricter.
 */
export function makePendingRequests(): PendingRequests {
  const waiting = new Map<string, PendingRequest>();
  return {
    get size() {
      return waiting.size;
    },
    add(request) {
      waiting.set(exact(request.idText), request);
    },
    has: (request) => waiting.get(exact(request.idText)) === request,
    find(idText) {
      if (idText === 'null') return undefined;
      const same = waiting.get(exact(idText));
      if (same !== undefined) return same;
      const number = loose(idText);
      if (Number.isNaN(number)) return undefined;
      return [...waiting.values()].find((request) => loose(request.idText) === number);
    },
    remove(request) {
      const key = exact(request.idText);
      return waiting.get(key) === request && waiting.delete(key);
    },
    all: () => [...waiting.values()],
  };
}
