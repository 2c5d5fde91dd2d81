import { decimalForm } from './number-text.ts';

/** What a table needs to know of a request: its id's JSON text. */
export interface Waiting {
  readonly idText: string;
}

/** The requests of one side that wait for the other's answer, by id. */
export interface PendingTable<T extends Waiting> {
  /** False where a request with this id still waits; the table is then as it was. */
  add(request: T): boolean;
  /**
   * The request an answer with this id belongs to. Clients compare ids their own way (the TypeScript SDK turns them
   * into numbers, so that `"1"` answers 1): an answer must not get past its request by spelling the id otherwise.
   */
  find(idText: string): T | undefined;
  remove(request: T): void;
  all(): readonly T[];
}

/** Equal for two ids exactly where both are the same string or the same decimal value. */
const exactKey = (idText: string): string =>
  idText.startsWith('"') ? `s${String(JSON.parse(idText))}` : `n${decimalForm(idText)}`;

/** The number a careless reader takes the id for, or NaN. */
const looseNumber = (idText: string): number => Number(JSON.parse(idText));

/** An empty table. Ids given to it are JSON texts of a string or a number. */
export function makePendingTable<T extends Waiting>(): PendingTable<T> {
  const byKey = new Map<string, T>();

  function find(idText: string): T | undefined {
    if (idText === 'null') return undefined;
    const exact = byKey.get(exactKey(idText));
    if (exact !== undefined) return exact;
    const number = looseNumber(idText);
    if (Number.isNaN(number)) return undefined;
    for (const request of byKey.values()) {
      if (looseNumber(request.idText) === number) return request;
    }
    return undefined;
  }

  return {
    add(request) {
      const key = exactKey(request.idText);
      if (byKey.has(key)) return false;
      byKey.set(key, request);
      return true;
    },
    find,
    remove(request) {
      const key = exactKey(request.idText);
      if (byKey.get(key) === request) byKey.delete(key);
    },
    all: () => [...byKey.values()],
  };
}
