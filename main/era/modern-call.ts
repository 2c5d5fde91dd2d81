import { mayNotBeAsked } from './legacy-client.ts';
import { idKey, type JsonObject, type Request, type Response } from './message.ts';
import type { ModernEnvelope } from './modern-envelope.ts';
import { type ServerQuestion, salientText } from './server-question.ts';
import { interactiveMethods } from './vocabulary.ts';

/** One round of a call, as the client waits for it. */
export interface Round {
  readonly idText: string;
  readonly envelope: ModernEnvelope;
}

/** A request of a modern client, through all its rounds: one call of the legacy server. */
export interface ModernCall {
  readonly method: string;
  /** What a retry must repeat. */
  readonly salient: string;
  readonly bytes: number;
  /** The id at the server; 0 until it was sent, and again when it has to be sent anew. */
  serverId: number;
  /** What is to be sent, while it was not. */
  request: Request | undefined;
  /** Undefined while the client gathers input. */
  round: Round | undefined;
  /** What the client can do, as its newest round says. */
  capabilities: JsonObject;
  /** What the client was given to answer, by key. */
  asked: ReadonlyMap<string, ServerQuestion>;
  /** What it was not given yet. */
  queued: ServerQuestion[];
  /** The server's answer, where it came while the client gathered input. */
  stored: Response | undefined;
  rounds: number;
  token: string | undefined;
  cancelled: boolean;
  stopTimer: (() => void) | undefined;
}

/** The calls of one modern client, by each of their names. */
export function makeCallTable() {
  const all = new Set<ModernCall>();
  const byClient = new Map<string, ModernCall>();
  const byServer = new Map<number, ModernCall>();
  const byToken = new Map<string, ModernCall>();
  let bytes = 0;

  return {
    get size() {
      return all.size;
    },
    /** The bytes of what is kept for them. */
    get bytes() {
      return bytes;
    },
    get parked() {
      return byToken.size;
    },
    all: (): readonly ModernCall[] => [...all],
    ofClient: (idText: string) => byClient.get(idKey(idText)),
    ofServer: (id: number) => byServer.get(id),
    ofToken: (token: string) => byToken.get(token),

    open(request: Request, envelope: ModernEnvelope): ModernCall {
      const { idText, method, text } = request;
      const call: ModernCall = {
        method,
        salient: interactiveMethods.has(method) ? salientText(request) : '',
        bytes: text.length,
        serverId: 0,
        request,
        round: { idText, envelope },
        capabilities: envelope.capabilities,
        asked: new Map(),
        queued: [],
        stored: undefined,
        rounds: 0,
        token: undefined,
        cancelled: false,
        stopTimer: undefined,
      };
      bytes += call.bytes;
      all.add(call);
      byClient.set(idKey(idText), call);
      return call;
    },

    sent(call: ModernCall, id: number) {
      call.request = undefined;
      call.serverId = id;
      byServer.set(id, call);
    },

    /** The server has answered: what it may still say under this id is about no call. */
    settled(call: ModernCall) {
      byServer.delete(call.serverId);
    },

    store(call: ModernCall, response: Response) {
      bytes += response.text.length;
      call.stored = response;
    },

    /** The client's round is over, and it is to come back with this token. */
    park(call: ModernCall, token: string) {
      if (call.round !== undefined) byClient.delete(idKey(call.round.idText));
      call.round = undefined;
      call.token = token;
      byToken.set(token, call);
    },

    /** The client came back: the token is used up. */
    resume(call: ModernCall, round: Round) {
      if (call.token !== undefined) byToken.delete(call.token);
      call.token = undefined;
      call.stopTimer?.();
      call.stopTimer = undefined;
      call.round = round;
      call.capabilities = round.envelope.capabilities;
      byClient.set(idKey(round.idText), call);
    },

    /** False where it was closed before. */
    close(call: ModernCall): boolean {
      if (!all.delete(call)) return false;
      bytes -= call.bytes + (call.stored?.text.length ?? 0);
      call.stopTimer?.();
      if (call.round !== undefined) byClient.delete(idKey(call.round.idText));
      if (call.token !== undefined) byToken.delete(call.token);
      byServer.delete(call.serverId);
      return true;
    },

    clear() {
      for (const { stopTimer } of all) stopTimer?.();
      for (const map of [all, byClient, byServer, byToken]) map.clear();
    },
  };
}

/** Whether a question of the server can be put to a client, and through which of its calls. */
export type Addressee = ModernCall | 'none' | 'unable';

/**
 * The call a question of the server belongs to. A legacy server does not say: it is taken for the newest call that
 * waits and may be asked this, since what a call wants to know it mostly asks at once.
 */
export function addresseeOf(calls: readonly ModernCall[], question: ServerQuestion): Addressee {
  const open = calls.filter(
    (call) => call.serverId !== 0 && !call.cancelled && interactiveMethods.has(call.method),
  );
  const able = open.filter(
    ({ capabilities }) => !mayNotBeAsked(capabilities, question.method, question.params),
  );
  const waiting = able.filter(({ round, stored }) => round !== undefined && stored === undefined);
  return waiting.at(-1) ?? able.at(-1) ?? (open.length > 0 ? 'unable' : 'none');
}

/** Takes a question out of the call that has it; true where one had. */
export function withoutQuestion(calls: readonly ModernCall[], idText: string): boolean {
  const key = idKey(idText);
  const other = ({ idText }: ServerQuestion) => idText === undefined || idKey(idText) !== key;
  for (const call of calls) {
    const queued = call.queued.filter(other);
    const asked = new Map([...call.asked].filter(([, question]) => other(question)));
    const had = queued.length < call.queued.length || asked.size < call.asked.size;
    call.queued = queued;
    call.asked = asked;
    if (had) return true;
  }
  return false;
}
