import { randomUUID } from 'node:crypto';
import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import { type Flights, makeFlights } from './flights.ts';
import type { Side } from './governed-call.ts';
import { makeIntroductions } from './handshake.ts';
import { makeInlet } from './inlet.ts';
import type { Lane, Pending } from './lane.ts';
import { makeOutlet } from './outlet.ts';
import { makePendingTable } from './pending.ts';
import { internalError, type Refusal, refusalLine, refusedWith } from './refusal.ts';
import { maskedSample } from './sample.ts';
import { defaultLimits, realAfter } from './session-defaults.ts';
import type { Session, SessionEnd, SessionPorts } from './session-ports.ts';
import type { Interruption } from './tool-call.ts';
import { makeTraffic } from './traffic.ts';

/** A process's exit is told a moment after its output ends; so long the nearer reason is waited for. */
const exitReasonMs = 500;

const clientClosedSentence = 'The client closed the connection.';

const lostAnswerSentence =
  'The server gave an answer larger than Airlock takes (64 MiB in one message), and it cannot be told to what. The session was ended. Connect again, and ask for less at a time.';

/** Starts relaying between `ports.client` and `ports.upstream`. */
export function startSession(ports: SessionPorts): Session {
  const limits = { ...defaultLimits, ...ports.limits };
  const { facts, after = realAfter } = ports;
  const toClient = makeOutlet(ports.client.out);
  const toServer = makeOutlet(ports.upstream.out);
  const ofClient = makePendingTable<Pending>();
  const ofServer = makePendingTable<Pending>();
  const lanes: Record<Side, Lane> = {
    client: {
      speaker: 'client',
      out: toServer,
      back: toClient,
      asked: ofClient,
      answers: ofServer,
    },
    server: {
      speaker: 'server',
      out: toClient,
      back: toServer,
      asked: ofServer,
      answers: ofClient,
    },
  };
  const counts: Record<Side, number> = { client: 0, server: 0 };
  let refusing: Refusal | undefined;
  let goneSentence: string | undefined;
  let phase: 'open' | 'client-closed' | 'over' = 'open';
  let resolveClosed: (end: SessionEnd) => void = () => undefined;
  const closed = new Promise<SessionEnd>((resolve) => {
    resolveClosed = resolve;
  });

  const introductions = makeIntroductions(
    {
      connection: ports.connection,
      agent: ports.agent,
      server: ports.server,
      lookupTool: ports.lookupTool,
      newId: ports.newId ?? randomUUID,
      now: ports.now ?? Date.now,
    },
    facts.introduced,
  );

  const flights: Flights = makeFlights({
    stages: ports.stages,
    context: introductions.context,
    after,
    progressMs: limits.progressMs,
    comeBack: ports.comeBack ?? (() => true),
    refusing: () => refusing,
    failed,
  });

  const take = makeTraffic({
    flights,
    after,
    cancelledMs: limits.cancelledMs,
    refusing: () => refusing,
    onToolList: ports.onToolList,
    listFiltered: facts.listFiltered,
    called: (lane) => facts.called(lane.speaker),
    lostAnswer: () => farewell(lostAnswerSentence),
    sawRequest: (lane, request) => introductions.request(lane.speaker, request),
    sawAnswer: (lane, method, response) => introductions.answer(lane.speaker, method, response),
    stopped({ speaker }, { problem, message }, bytes) {
      counts[speaker] += 1;
      const sample = maskedSample(bytes);
      facts.stopped({ from: speaker, problem, message, sample, count: counts[speaker] });
    },
  });

  const inlets = {
    client: inlet('client', clientClosed),
    server: inlet('server', serverClosed),
  };
  for (const outlet of [toClient, toServer]) {
    outlet.onDrain(() => {
      inlets.client.pump();
      inlets.server.pump();
    });
  }
  toClient.onLost(clientClosed);

  function inlet(speaker: Side, ended: () => void) {
    const lane = lanes[speaker];
    return makeInlet({
      source: speaker === 'client' ? ports.client.in : ports.upstream.in,
      lineLimit: limits.lineBytes,
      take: (frame) => take(lane, frame),
      cork() {
        flights.together();
        toClient.hold();
        toServer.hold();
      },
      uncork() {
        flights.commit();
        toServer.release();
        toClient.release();
      },
      mayRead: () => !lane.out.blocked && lane.back.waiting < limits.unreadBytes,
      ended,
      failed,
    });
  }

  /** Breaks off every call of one side, and answers its other requests with `line`. */
  function breakOff(lane: Lane, why: Interruption, line?: (pending: Pending) => string): void {
    for (const pending of lane.asked.all()) {
      if (pending.flight !== undefined) {
        flights.interrupt(pending.flight, why);
      } else if (!pending.abandoned) {
        pending.abandoned = true;
        if (line !== undefined) pending.place.reply(line(pending));
      }
    }
  }

  function refuse(sentence: string, reason: 'killed' | 'not-started' = 'killed'): void {
    const refusal: Refusal =
      reason === 'killed'
        ? refusedWith('denied-by-kill', sentence)
        : { outcome: 'refused', code: 'notStarted', sentence };
    refusing = refusal;
    toClient.dropForwarded();
    toServer.dropForwarded();
    const why = { code: 'killed', sentence } as const;
    breakOff(lanes.client, why, (pending) => refusalLine(pending, refusal));
    breakOff(lanes.server, why);
  }

  function clientClosed(): void {
    if (phase !== 'open') return;
    phase = 'client-closed';
    const sentence = clientClosedSentence;
    // Nobody would hear the answer to a question a person still has before them.
    for (const { call, forwarded } of flights.all()) {
      const flight = ofClient.find(call.requestId)?.flight;
      if (!forwarded && flight?.call === call)
        flights.interrupt(flight, { code: 'cancelled', sentence });
    }
    toServer.end();
    after(limits.flushMs, () => void finish({ reason: 'client-closed', sentence }));
  }

  function serverClosed(): void {
    const sentence = 'The server closed its output. Restart it in your client, then try again.';
    if (goneSentence !== undefined || phase !== 'open') farewell(goneSentence ?? sentence);
    else after(exitReasonMs, () => farewell(goneSentence ?? sentence));
  }

  function serverGone(sentence: string): void {
    goneSentence ??= sentence;
    after(limits.flushMs, lastWord);
  }

  /** Somebody may hold the dead server's output open; what a slow client has yet to read is waited for. */
  function lastWord(): void {
    if (toClient.blocked) after(limits.flushMs, lastWord);
    else if (goneSentence !== undefined) farewell(goneSentence);
  }

  function farewell(sentence: string): void {
    if (phase === 'over') return;
    if (phase === 'client-closed') {
      void finish({ reason: 'client-closed', sentence: clientClosedSentence });
      return;
    }
    const line = ({ idText }: Pending) => errorAnswer(idText, answerCodes.serverGone, sentence);
    breakOff(lanes.client, { code: 'server-gone', sentence }, line);
    void finish({ reason: 'server-gone', sentence });
  }

  function failed(error: unknown): void {
    if (phase === 'over') return;
    refuse(internalError.sentence);
    void finish({
      reason: 'failed',
      sentence: error instanceof Error ? error.message : String(error),
    });
  }

  async function finish(end: SessionEnd): Promise<void> {
    if (phase === 'over') return;
    phase = 'over';
    inlets.client.stop();
    inlets.server.stop();
    const why = { code: 'cancelled', sentence: end.sentence } as const;
    const ends = [...ofClient.all(), ...ofServer.all()].map(({ flight }) => flight?.done);
    breakOff(lanes.client, why);
    breakOff(lanes.server, why);
    await Promise.race([
      Promise.all(ends),
      new Promise<void>((resolve) => after(limits.flushMs, resolve)),
    ]);
    toClient.end();
    if (end.reason === 'stopped' || end.reason === 'failed') toServer.destroy();
    else toServer.end();
    resolveClosed(end);
  }

  return {
    refuse,
    resume() {
      refusing = undefined;
    },
    serverGone,
    stop: () => void finish({ reason: 'stopped', sentence: 'Airlock stopped the session.' }),
    inFlight: () => flights.all(),
    closed,
  };
}
