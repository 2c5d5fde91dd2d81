import type { EraPorts } from './era-ports.ts';
import { requestText, type Speaker } from './line-text.ts';
import { ownId, type Response } from './message.ts';

/** Requests of the bridge's own to the server behind. */
export interface ServerAsks {
  /** Asks; `done` gets the answer, or nothing once `ms` milliseconds are over. */
  ask(
    method: string,
    paramsText: string,
    ms: number,
    done: (response: Response | undefined) => void,
  ): void;
  /** Takes an answer; false where it belongs to no request of ours. */
  answered(response: Response): boolean;
  end(): void;
}

interface Waiting {
  readonly done: (response: Response | undefined) => void;
  readonly stopTimer: () => void;
}

/** No request is under way at first. */
export function makeServerAsks(
  speak: Speaker,
  after: EraPorts['after'],
  nextId: () => number,
): ServerAsks {
  const waiting = new Map<number, Waiting>();
  return {
    ask(method, paramsText, ms, done) {
      const id = nextId();
      const stopTimer = after(ms, () => {
        if (waiting.delete(id)) done(undefined);
      });
      waiting.set(id, { done, stopTimer });
      speak.toServer(requestText(String(id), method, paramsText));
    },
    answered(response) {
      const id = ownId(response.idText);
      const one = id === undefined ? undefined : waiting.get(id);
      if (id === undefined || one === undefined) return false;
      waiting.delete(id);
      one.stopTimer();
      one.done(response);
      return true;
    },
    end() {
      for (const { stopTimer } of waiting.values()) stopTimer();
      waiting.clear();
    },
  };
}
