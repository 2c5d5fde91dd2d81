import type { Call } from '../../shared/call.ts';
import { memberSpans } from '../../shared/json-members.ts';
import { fail } from '../../shared/outcome.ts';
import type { Answer, Stages } from '../../shared/stages.ts';
import { judgeWanted, waitSignal } from './asked-calls.ts';
import { makeCallRounds } from './call-rounds.ts';
import { waitingForm } from './come-back.ts';
import { flightStages } from './flight-stages.ts';
import { type CallContext, callOf, type GovernedAction, metaOf } from './governed-call.ts';
import { type After, reportWaiting } from './human-wait.ts';
import type { Flight, Lane, Pending } from './lane.ts';
import type { Request, WholeResponse } from './message.ts';
import { internalError, type Refusal, refusalLine } from './refusal.ts';
import { type CallPorts, type Ending, handleCall, type Interruption } from './tool-call.ts';

/** What the flights of one session need. */
export interface FlightPorts {
  readonly stages: Omit<Stages, 'upstream'>;
  readonly context: () => CallContext;
  readonly after: After;
  readonly progressMs: number;
  /** Whether a form may bring a call back that nobody approved in time. */
  readonly comeBack: () => boolean;
  /** What everything is refused with while a kill or pause holds this session. */
  readonly refusing: () => Refusal | undefined;
  /** Something of ours threw: the session has to stop. */
  readonly failed: (error: unknown) => void;
}

/** A governed call on its way, as a kill needs to know it. */
export interface InFlightCall {
  readonly call: Call;
  /** True once the server (or for its own requests the client) has the message. */
  readonly forwarded: boolean;
}

/** The governed calls of one session. */
export interface Flights {
  /** Starts the way of a governed request. A sentence where its params make no call. */
  start(lane: Lane, request: Request, action: GovernedAction, pending: Pending): string | undefined;
  /** Calls that start from here on come together: their entries are written at once, by `commit`. */
  together(): void;
  /**
   * Writes the entries of the calls that came together, before anything of them may leave; where that fails they are
   * withdrawn and refused.
   */
  commit(): void;
  /**
   * The server wants input before it goes on: what it asks is judged, then the answer goes on like any other. Resolves
   * once the lines after it may follow, which is before a person has answered.
   */
  wantsInput(flight: Flight, wanted: WholeResponse, answer: Answer): Promise<void>;
  /** Breaks a call off, wherever it is. Its asker is told unless it was the one who cancelled. */
  interrupt(flight: Flight, why: Interruption): void;
  all(): readonly InFlightCall[];
}

/** An empty set of flights. */
export function makeFlights(ports: FlightPorts): Flights {
  const flying = new Map<string, Pending>();
  /** Calls whose entries are not written yet, and how many chunks of lines gather them. */
  let staged: Flight[] = [];
  let gathering = 0;
  // The session's own upstream is told of interruptions by `settle`, so that no call pays for a signal of its own.
  const flightSignal = new AbortController().signal;
  const rounds = makeCallRounds(ports.context);

  const stages = flightStages(ports.stages, flyingOf);

  function flyingOf(call: Call): { readonly pending: Pending; readonly flight: Flight } {
    const pending = flying.get(call.id);
    const flight = pending?.flight;
    if (pending === undefined || flight === undefined)
      throw new Error('A call that is not in flight was judged.');
    return { pending, flight };
  }

  const { stage, commit: commitStaged } = ports.stages.audit;
  const staging: Stages = { ...stages, audit: { open: stage ?? stages.audit.open } };

  function start(lane: Lane, request: Request, action: GovernedAction, pending: Pending) {
    const call = callOf(request, action, pending.place.bytes.length, ports.context());
    if (typeof call === 'string') return call;
    const standing = rounds.standing(call, action, request, pending);
    const flight: Flight = {
      call,
      request,
      place: pending.place,
      done: Promise.resolve(),
      settle: undefined,
      answer: undefined,
      wanted: undefined,
      approval: undefined,
      first: standing.first,
      earlier: standing.earlier,
      turnedDown: standing.turnedDown,
      interruption: undefined,
      withdrawn: false,
      wait: undefined,
    };
    pending.flight = flight;
    flying.set(call.id, pending);
    const gathered = gathering > 0 && commitStaged !== undefined && pending.place.alone;
    if (gathered) staged.push(flight);
    const way = gathered ? staging : stages;
    flight.done = handleCall(call, way, portsOf(lane, pending, flight)).catch(ports.failed);
    return undefined;
  }

  function commit(): void {
    gathering -= 1;
    if (staged.length === 0) return;
    const flights = staged;
    staged = [];
    try {
      const written = commitStaged?.();
      if (written?.ok !== false) return;
      withdraw(flights, written.problem.message);
    } catch (error) {
      withdraw(flights, internalError.sentence);
      ports.failed(error);
    }
  }

  /** What could not be recorded was not forwarded either: it still waits in its outlet. */
  function withdraw(flights: readonly Flight[], sentence: string): void {
    for (const flight of flights) {
      flight.withdrawn = true;
      const { settle } = flight;
      flight.settle = undefined;
      settle?.(fail('audit-unavailable', sentence));
    }
  }

  function wantsInput(flight: Flight, wanted: WholeResponse, answer: Answer): Promise<void> {
    const { refusing, context } = ports;
    const waiting = () => reportTo(flight);
    const of = { stages: ports.stages, context: context(), flightSignal, refusing, waiting };
    return judgeWanted(flight, wanted, answer, of);
  }

  function portsOf(lane: Lane, pending: Pending, flight: Flight): CallPorts {
    return {
      flightSignal,
      waitSignal: () => waitSignal(flight),
      interruption: () => flight.interruption,
      refusing: () => flight.turnedDown ?? ports.refusing(),
      unchanged(call) {
        if (call.action !== 'callTool') return true;
        const now = ports.context().lookupTool(call.target);
        return now?.pin === call.tool?.pin && now?.state === call.tool?.state;
      },
      waiting: () => (lane.speaker === 'client' ? reportTo(flight) : () => undefined),
      remark() {
        const { earlier } = flight;
        return earlier && `It is a further round of the call ${earlier.callId}.`;
      },
      deliver(ending) {
        flying.delete(flight.call.id);
        deliver(lane, pending, flight, ending);
      },
    };
  }

  function deliver(lane: Lane, pending: Pending, flight: Flight, ending: Ending): void {
    const reply = (line: string) => pending.place.reply(line);
    const stopped = ports.refusing();
    if (ending.kind === 'answered' && flight.answer !== undefined && stopped === undefined) {
      if (ending.answer.bytes === ending.original.bytes) flight.answer.forward();
      else flight.answer.replace(ending.answer.bytes);
      if (flight.wanted !== undefined) rounds.wanted(flight, flight.wanted);
    } else if (ending.kind === 'answered') {
      reply(refusalLine(pending, stopped ?? internalError));
    } else if (ending.kind === 'refused' && flight.interruption?.code !== 'cancelled') {
      const late = stopped === undefined && ending.refusal.outcome === 'denied-by-timeout';
      const form = late ? formFor(lane, pending, flight) : undefined;
      reply(form ?? refusalLine(pending, ending.refusal));
    }
    // The other side has the message and has not answered: what it may still say is kept from the asker.
    pending.abandoned = flight.settle !== undefined && flight.answer === undefined;
    if (!pending.abandoned || ending.kind === 'cancelled') lane.asked.remove(pending);
  }

  function formFor(lane: Lane, { modern, place }: Pending, { call, request }: Flight) {
    const able = modern && place.alone && lane.speaker === 'client' && ports.comeBack();
    return able ? waitingForm(call, request, ports.context().now()) : undefined;
  }

  /** Tells the client that its call still waits; returns what ends that. */
  function reportTo({ request, place }: Flight): () => void {
    const token = progressToken(request);
    if (token === undefined) return () => undefined;
    return reportWaiting(token, ports.progressMs, ports.after, (line) => place.reply(line));
  }

  function interrupt(flight: Flight, why: Interruption): void {
    if (flight.interruption !== undefined) return;
    flight.interruption = why;
    flight.wait?.abort();
    flight.settle?.(fail(why.code, why.sentence));
  }

  return {
    start,
    together() {
      gathering += 1;
    },
    commit,
    wantsInput,
    interrupt,
    all: () =>
      [...flying.values()].flatMap(({ flight }) =>
        flight === undefined ? [] : [{ call: flight.call, forwarded: flight.settle !== undefined }],
      ),
  };
}

/** The JSON text of `params._meta.progressToken`, where it is one (a string or a number). */
function progressToken(request: Request): string | undefined {
  const token = metaOf(request).progressToken;
  if (typeof token !== 'string' && typeof token !== 'number') return undefined;
  const meta = request.params?.members.get('_meta');
  const span = meta && memberSpans(request.text, meta.start).get('progressToken');
  return span && request.text.slice(span.start, span.end);
}
