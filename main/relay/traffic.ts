import { ok } from '../../shared/outcome.ts';
import { askedInput } from './asked-input.ts';
import { comingBack } from './come-back.ts';
import { readEnvelope } from './envelope.ts';
import type { Flights } from './flights.ts';
import { actionOf, isModern } from './governed-call.ts';
import type { After } from './human-wait.ts';
import type { Lane, Pending, Place } from './lane.ts';
import { type Frame, isBlank, type TooLong } from './line-framer.ts';
import { judgeList, type ListedTool, type ListPage, type Withheld } from './list-answer.ts';
import {
  type Invalid,
  invalid,
  kindOf,
  type Message,
  type Notification,
  type Request,
  type Response,
} from './message.ts';
import { batchPlaces, linePlace } from './place.ts';
import { type Refusal, refusalLine } from './refusal.ts';
import { firstRound } from './rounds.ts';
import { makeStopping } from './stopping.ts';
import { endsOf } from './too-long.ts';

/** What the traffic of one session needs. */
export interface TrafficPorts {
  readonly flights: Flights;
  readonly after: After;
  readonly cancelledMs: number;
  readonly refusing: () => Refusal | undefined;
  readonly onToolList: (tools: readonly ListedTool[], page: ListPage) => readonly Withheld[];
  readonly listFiltered: (withheld: readonly Withheld[]) => void;
  readonly called: (lane: Lane) => void;
  /** The server answered something, but nobody can say what: one of those who wait would wait for ever. */
  readonly lostAnswer: () => void;
  /** A request passes: looks whether its sender introduces itself. */
  readonly sawRequest: (lane: Lane, request: Request) => void;
  /** The answer to a request with this method passes. */
  readonly sawAnswer: (lane: Lane, method: string, response: Response) => void;
  readonly stopped: (lane: Lane, what: Invalid, bytes: Uint8Array) => void;
}

/** Takes the lines of both directions; a promise means that the lines after must wait for it. */
export type Traffic = (lane: Lane, frame: Frame) => Promise<void> | undefined;

const cancellation = { code: 'cancelled', sentence: 'The call was cancelled.' } as const;

/** The rules for every message of a session, in both directions. */
export function makeTraffic(ports: TrafficPorts): Traffic {
  const { flights } = ports;
  const { stop, giveUp } = makeStopping(ports.stopped);
  const mayForward = () => ports.refusing() === undefined;

  function take(lane: Lane, frame: Frame): Promise<void> | undefined {
    if ('tooLong' in frame) {
      stopLong(lane, frame);
      return undefined;
    }
    const place = linePlace(frame, lane, mayForward);
    if (isBlank(frame)) {
      place.forward();
      return undefined;
    }
    const envelope = readEnvelope(frame);
    if (envelope.kind !== 'batch') return takeMessage(lane, envelope, place);

    const batch = batchPlaces(envelope, frame, lane, mayForward);
    const held = batch.places.map((at, index) => {
      const message = envelope.elements[index]?.message;
      return message && takeMessage(lane, message, at);
    });
    if (held.every((one) => one === undefined)) {
      batch.close();
      return undefined;
    }
    return Promise.all(held).then(() => batch.close());
  }

  /** What is too long to be passed on: whoever would wait for it is told. */
  function stopLong(lane: Lane, frame: TooLong): void {
    const { kind, idText } = endsOf(frame);
    stop(
      lane,
      invalid('too-long', idText, { answers: kind === 'answer' }),
      linePlace(frame.head, lane, mayForward),
    );
    const waits = lane.answers.all().some(({ abandoned }) => !abandoned);
    if (lane.speaker === 'server' && kind === 'answer' && idText === undefined && waits)
      ports.lostAnswer();
  }

  function takeMessage(lane: Lane, message: Message, place: Place): Promise<void> | undefined {
    switch (message.kind) {
      case 'invalid':
        stop(lane, message, place);
        return undefined;
      case 'request':
        takeRequest(lane, message, place);
        return undefined;
      case 'notification':
        takeNotification(lane, message, place);
        return undefined;
      case 'response':
        return takeResponse(lane, message, place);
      default:
        return message satisfies never;
    }
  }

  function takeRequest(lane: Lane, sent: Request, at: Place): void {
    const back = at.alone && lane.speaker === 'client' ? comingBack(sent) : undefined;
    const first = back && firstRound(sent);
    const request = first?.request ?? sent;
    const place = first === undefined ? at : linePlace(first.line, lane, mayForward);
    const { idText, method } = request;
    const action = actionOf(lane.speaker, method);
    if (action === 'look-alike' || (action !== undefined && request.looseKeys)) {
      stop(lane, invalid('ambiguous', idText), place);
      return;
    }

    const pending: Pending = {
      idText,
      method,
      modern: isModern(request),
      place,
      fromStart: request.params?.value.cursor === undefined,
      back,
      flight: undefined,
      cancelled: false,
      abandoned: false,
    };
    ports.sawRequest(lane, request);
    const refused = ports.refusing();
    if (action === undefined && refused !== undefined) {
      place.reply(refusalLine(pending, refused));
    } else if (!lane.asked.add(pending)) {
      stop(lane, invalid('duplicate-id', idText), place);
    } else if (action === undefined) {
      place.forward();
    } else {
      const unfit = flights.start(lane, request, action, pending);
      if (unfit === undefined) {
        ports.called(lane);
      } else {
        lane.asked.remove(pending);
        stop(lane, invalid('bad-params', idText, { message: unfit }), place);
      }
    }
  }

  function takeNotification(lane: Lane, notification: Notification, place: Place): void {
    const { method } = notification;
    // A forgiving server may carry a call out that asks for no answer; nobody would have judged it.
    if (actionOf(lane.speaker, method) !== undefined) {
      stop(lane, invalid('no-id'), place);
    } else {
      const pending =
        method === 'notifications/cancelled' ? cancelled(lane, notification) : undefined;
      const { flight } = pending ?? {};
      if (flight !== undefined && flight.settle === undefined) {
        // The other side never saw a call that still waits for a person, nor need it hear that it is off.
        flights.interrupt(flight, cancellation);
      } else {
        place.forward();
        if (pending !== undefined) awaitLateAnswer(lane, pending);
      }
    }
  }

  /** The request a `notifications/cancelled` calls off, where it still waits. */
  function cancelled(lane: Lane, { params, text }: Notification): Pending | undefined {
    const span = params?.members.get('requestId');
    const id = params?.value.requestId;
    if (span === undefined || (typeof id !== 'string' && typeof id !== 'number')) return undefined;
    return lane.asked.find(text.slice(span.start, span.end));
  }

  /** Servers may answer a cancelled request all the same, and may not: its record closes either way. */
  function awaitLateAnswer(lane: Lane, pending: Pending): void {
    if (pending.cancelled) return;
    pending.cancelled = true;
    ports.after(ports.cancelledMs, () => {
      if (pending.flight !== undefined) flights.interrupt(pending.flight, cancellation);
      else lane.asked.remove(pending);
    });
  }

  function takeResponse(lane: Lane, response: Response, place: Place): Promise<void> | undefined {
    const pending = lane.answers.find(response.idText);
    if (pending === undefined) {
      // Forwarded, it would reach a client whose request is still on its way here, and nobody would have judged it.
      if (response.idText === 'null') place.forward();
      else ports.stopped(lane, invalid('unexpected-answer', response.idText), place.bytes);
      return undefined;
    }
    if (pending.abandoned) {
      lane.answers.remove(pending);
      return undefined;
    }
    const { flight, method } = pending;
    if (flight === undefined && lane.speaker === 'server' && asksUnjudged(response)) {
      ports.stopped(lane, invalid('unasked-input', response.idText), place.bytes);
      giveUp(lane, pending, place);
      return undefined;
    }
    if (flight === undefined) {
      ports.sawAnswer(lane, method, response);
      if (method === 'tools/list' && lane.speaker === 'server')
        listed(lane, response, pending, place);
      else place.forward();
      lane.answers.remove(pending);
      return undefined;
    }
    if (flight.settle === undefined || flight.answer !== undefined) {
      ports.stopped(lane, invalid('unexpected-answer', response.idText), place.bytes);
      return undefined;
    }
    flight.answer = place;
    ports.sawAnswer(lane, method, response);
    const answer = { bytes: place.bytes, kind: kindOf(response) };
    if (response.wantsInput && lane.speaker === 'server')
      return flights.wantsInput(flight, response.whole(), answer);
    flight.settle(ok(answer));
    return flight.done;
  }

  function listed(lane: Lane, response: Response, pending: Pending, place: Place): void {
    const judged = judgeList(response.whole(), pending.fromStart, ports.onToolList);
    if (judged.kind === 'ambiguous') {
      ports.stopped(lane, invalid('ambiguous', response.idText), place.bytes);
      giveUp(lane, pending, place);
    } else if (judged.kind === 'filtered') {
      place.replace(judged.text);
      ports.listFiltered(judged.withheld);
    } else {
      place.forward();
    }
  }

  return take;
}

/**
 * True where the answer to a request that nobody judged asks for sampling or elicitation. Only the answers of the three
 * governed methods may (2026-07-28, "Multi Round-Trip Requests"), yet clients do as asked whatever they called.
 */
const asksUnjudged = (response: Response): boolean =>
  response.wantsInput && askedInput(response.whole(), response.idText)?.length !== 0;
