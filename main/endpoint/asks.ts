import type { Exchange } from './exchange.ts';
import { metaOf, type PostedMessage, tokenKey } from './posted-message.ts';

/** A client's request that waits for its answer. */
export interface Ask {
  readonly idText: string;
  readonly method: string;
  /** The progress token it gave, by which its progress is known. */
  readonly progress: string | undefined;
  /** It asked for log messages (2026-07-28, a level in its `_meta`). */
  readonly logs: boolean;
  readonly exchange: Exchange;
  /** Its client is gone or called it off: an answer to it goes nowhere. */
  abandoned: boolean;
}

/** Makes the record of a request. */
export function makeAsk(message: PostedMessage, idText: string, exchange: Exchange): Ask {
  const meta = metaOf(message.params);
  return {
    idText,
    method: message.method,
    progress: tokenKey(meta.progressToken),
    logs: meta['io.modelcontextprotocol/logLevel'] !== undefined,
    exchange,
    abandoned: false,
  };
}

/** The requests of one session that wait, by id. */
export interface Asks {
  readonly size: number;
  has(idText: string): boolean;
  add(ask: Ask): void;
  /**
   * The request an answer belongs to: the one with this very id, else one whose id a careless server could have spelled
   * so (`"1"` for 1).
   */
  find(idText: string): Ask | undefined;
  byProgress(key: string): Ask | undefined;
  remove(ask: Ask): void;
  all(): readonly Ask[];
}

/** An empty table. */
export function makeAsks(): Asks {
  const byId = new Map<string, Ask>();
  return {
    get size() {
      return byId.size;
    },
    has: (idText) => byId.has(idText),
    add: (ask) => void byId.set(ask.idText, ask),
    find(idText) {
      const exact = byId.get(idText);
      if (exact !== undefined) return exact;
      const wanted = looseForms(idText);
      if (wanted === undefined) return undefined;
      for (const ask of byId.values()) {
        const form = looseForms(ask.idText);
        if (form?.text === wanted.text || (form !== undefined && form.number === wanted.number))
          return ask;
      }
      return undefined;
    },
    byProgress(key) {
      for (const ask of byId.values()) if (ask.progress === key) return ask;
      return undefined;
    },
    remove(ask) {
      if (byId.get(ask.idText) === ask) byId.delete(ask.idText);
    },
    all: () => [...byId.values()],
  };
}

/** What an id reads as: its text, and the number a careless reader takes it for (NaN equals nothing). */
function looseForms(
  idText: string,
): { readonly text: string; readonly number: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(idText);
  } catch {
    return undefined;
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = value === '' ? Number.NaN : Number(value);
  return { text: String(value), number };
}
