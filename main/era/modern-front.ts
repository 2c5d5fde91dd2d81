import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import { defaultEraLimits, type EraFront, type EraPorts } from './era-ports.ts';
import { edited, memberNamed, membersOf } from './json-text.ts';
import { makeSpeaker, resultText } from './line-text.ts';
import {
  idKey,
  type Message,
  type Notification,
  ownId,
  paramsAt,
  type Request,
  readLine,
  requestIdText,
} from './message.ts';
import { makeModernCalls } from './modern-calls.ts';
import { type ModernEnvelope, readEnvelope } from './modern-envelope.ts';
import { makeModernListen } from './modern-listen.ts';
import { makeModernLogs } from './modern-logs.ts';
import { makeModernQuestions } from './modern-questions.ts';
import { type LegacyServer, makeModernSession } from './modern-session.ts';
import { makeServerAsks } from './server-asks.ts';
import { metaKeys, modernVersion, wireCodes } from './vocabulary.ts';

/** Methods that 2026-07-28 took out, or that mean something else in its tasks extension than in 2025-11-25. */
const removedMethods = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
]);

/** Notifications that 2026-07-28 took out, and one whose fitting counterpart its clients have no use for. */
const removedNotifications = new Set([
  'notifications/initialized',
  'notifications/roots/list_changed',
  'notifications/progress',
]);

/**
 * Faces a client of 2026-07-28 and speaks 2025-11-25 or earlier to the server behind. Requests keep their bytes but for
 * the id, the progress token, the `_meta` members of 2026-07-28, `inputResponses` and `requestState`.
 */
export function makeModernFront(ports: EraPorts): EraFront {
  const limits = { ...defaultEraLimits, ...ports.limits };
  const speak = makeSpeaker(ports);
  const { after, randomToken } = ports;
  /** Requests that wait for the server to stand and are no calls. */
  const early = new Map<string, object>();
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const asks = makeServerAsks(speak, after, nextId);
  const session = makeModernSession({
    speak,
    asks,
    limits,
    after,
    wrongEra: (message) => ports.noticed?.({ kind: 'wrong-era', message }),
  });
  const logs = makeModernLogs(asks, limits);
  const listen = makeModernListen({ speak, asks, limits });
  const questions = makeModernQuestions({
    speak,
    limits,
    after,
    calls: () => calls.all(),
    ask: (call, question) => calls.ask(call, question),
    told: session.told,
  });
  const calls = makeModernCalls({
    speak,
    limits,
    after,
    randomToken,
    nextId,
    enter: session.enter,
    infoText: () => session.server()?.infoText ?? '{"name":"unknown","version":"unknown"}',
    wantLog(level) {
      if (session.server()?.capabilities.logging !== undefined) logs.want(level);
    },
    unattached: questions.unattached,
  });

  function request(message: Request) {
    const { idText, method } = message;
    const read = readEnvelope(message);
    if ('problem' in read) {
      const { code, message: text, data } = read.problem;
      return speak.toClient(errorAnswer(idText, code, text, data));
    }
    if (removedMethods.has(method)) {
      const text = `Protocol version ${modernVersion} knows no ${method}.`;
      return speak.toClient(errorAnswer(idText, wireCodes.methodNotFound, text));
    }
    const { envelope } = read;
    if (method === 'server/discover')
      return once(idText, envelope, (server) => speak.toClient(discovered(idText, server)));
    if (method === 'subscriptions/listen')
      return once(idText, envelope, (server) => listen.listen(message, server));
    return calls.start(message, envelope);
  }

  /** Serves a request that needs only what the server said of itself, unless it is cancelled before. */
  function once(idText: string, envelope: ModernEnvelope, done: (of: LegacyServer) => void) {
    const key = idKey(idText);
    if (early.has(key)) {
      const text = 'A request with this id still waits for its answer. Use a fresh id.';
      return speak.toClient(errorAnswer(idText, wireCodes.invalidRequest, text));
    }
    // The id may be free again by then, and taken by another request.
    const own = {};
    early.set(key, own);
    const still = () => early.get(key) === own && early.delete(key);
    session.enter(
      envelope,
      (server) => {
        if (still()) done(server);
      },
      (sentence) => {
        if (still()) speak.toClient(errorAnswer(idText, answerCodes.notStarted, sentence));
      },
    );
  }

  function fromClient(message: Message) {
    if (message.kind === 'request') return request(message);
    if (message.kind === 'response')
      return speak.dropped('client', 'It sent an answer, which 2026-07-28 does not know.');
    const { method, params } = message;
    if (method === 'notifications/cancelled') {
      const idText = requestIdText(message);
      if (!/^["\d-]/.test(idText) || early.delete(idKey(idText))) return;
      if (listen.cancel(idText)) return;
      const { reason } = params;
      const why = typeof reason === 'string' ? reason : 'The client cancelled the request.';
      return calls.cancel(idText, why);
    }
    if (!removedNotifications.has(method)) speak.toServer(message.text);
  }

  function serverNotified(message: Notification) {
    const { method } = message;
    switch (method) {
      case 'notifications/progress':
        return progress(message);
      case 'notifications/message':
        if (logs.wanted(message, levels())) speak.toClient(message.text);
        return;
      case 'notifications/cancelled': {
        const idText = requestIdText(message);
        if (/^["\d-]/.test(idText)) questions.takeBack(idText);
        return;
      }
      case 'notifications/elicitation/complete':
        // 2026-07-28 took it out: its clients know when they are done.
        return;
      default:
        if (!listen.notified(message)) speak.toClient(message.text);
    }
  }

  const levels = (): string[] =>
    calls
      .all()
      .flatMap(({ round, cancelled }) =>
        cancelled || round?.envelope.logLevel === undefined ? [] : [round.envelope.logLevel],
      );

  /** The client's own token stands where ours does; without one nobody asked for it. */
  function progress(message: Notification) {
    const at = paramsAt(message);
    const token = at && memberNamed(membersOf(message.text, at), 'progressToken');
    if (token === undefined || token === 0) return;
    const ours = message.text.slice(token.start, token.end);
    const id = /^["\d]/.test(ours) ? ownId(ours) : undefined;
    const theirs = id === undefined ? undefined : calls.progressOf(id);
    if (theirs === undefined) return;
    speak.toClient(edited(message.text, [{ start: token.start, end: token.end, text: theirs }]));
  }

  function fromServer(message: Message) {
    switch (message.kind) {
      case 'response':
        if (calls.answered(message) || asks.answered(message)) return;
        return speak.dropped('server', 'It answered a request that does not wait.');
      case 'notification':
        return serverNotified(message);
      case 'request':
        return questions.request(message);
      default:
        return message satisfies never;
    }
  }

  return {
    fromClient(line) {
      const messages = readLine(line);
      if (messages === undefined) return speak.rawToServer(line);
      for (const message of messages) fromClient(message);
    },
    fromServer(line) {
      const messages = readLine(line);
      if (messages === undefined) return speak.rawToClient(line);
      for (const message of messages) fromServer(message);
    },
    begun: session.begun,
    end() {
      speak.silence();
      asks.end();
      session.end();
      calls.end();
      questions.end();
    },
  };
}

/** A DiscoverResult of what `initialize` said; nothing of it may be kept, since nobody would tell when it changes. */
function discovered(idText: string, server: LegacyServer): string {
  const { capabilitiesText, infoText, instructionsText } = server;
  const instructions = instructionsText === undefined ? '' : `,"instructions":${instructionsText}`;
  const meta = `{${JSON.stringify(metaKeys.serverInfo)}:${infoText}}`;
  return resultText(
    idText,
    `{"resultType":"complete","supportedVersions":["${modernVersion}"],"capabilities":${capabilitiesText}${instructions},"ttlMs":0,"cacheScope":"private","_meta":${meta}}`,
  );
}
