import { errorAnswer } from '../../shared/answers.ts';
import { defaultEraLimits, type EraFront, type EraPorts } from './era-ports.ts';
import { makeLegacyCalls } from './legacy-calls.ts';
import { envelopeOf, unknownClient } from './legacy-client.ts';
import { makeLegacyHello } from './legacy-hello.ts';
import { makeLegacyWatch } from './legacy-watch.ts';
import { makeSpeaker, resultText } from './line-text.ts';
import {
  type Message,
  type Notification,
  type Request,
  readLine,
  requestIdText,
} from './message.ts';
import { logLevels, wireCodes } from './vocabulary.ts';

/**
 * Faces a client of 2025-11-25 or earlier and speaks 2026-07-28 to the server behind. Requests keep their bytes but for
 * the id, the `_meta` members of 2026-07-28 and, when sent again, `inputResponses` and `requestState`.
 */
export function makeLegacyFront(ports: EraPorts): EraFront {
  const limits = { ...defaultEraLimits, ...ports.limits };
  const speak = makeSpeaker(ports);
  const { after, randomToken } = ports;
  let client = unknownClient;
  let logs = false;
  let logLevel: string | undefined;
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const calls = makeLegacyCalls({
    speak,
    limits,
    after,
    randomToken,
    nextId,
    client: () => client,
    logLevel: () => logLevel,
  });
  const watch = makeLegacyWatch({
    speak,
    limits,
    after,
    nextId,
    envelope: () => envelopeOf(client, undefined),
  });
  const hello = makeLegacyHello({
    speak,
    limits,
    after,
    nextId,
    wrongEra: (message) => ports.noticed?.({ kind: 'wrong-era', message }),
    met(one) {
      client = one;
    },
    known(capabilities) {
      logs = capabilities.logging !== undefined;
      watch.known(capabilities);
    },
  });

  function request(message: Request) {
    const { idText, method, params } = message;
    switch (method) {
      case 'initialize':
        return hello.initialize(message);
      case 'ping':
        // 2026-07-28 has none; that the server lives is seen by its process or its next answer.
        return speak.toClient(resultText(idText, '{}'));
      case 'logging/setLevel': {
        const known = typeof params.level === 'string' && logLevels.includes(params.level);
        if (!logs)
          return speak.toClient(
            errorAnswer(idText, wireCodes.methodNotFound, 'The server keeps no log for clients.'),
          );
        if (!known)
          return speak.toClient(
            errorAnswer(idText, wireCodes.invalidParams, 'The request names no known log level.'),
          );
        logLevel = String(params.level);
        return speak.toClient(resultText(idText, '{}'));
      }
      case 'resources/subscribe':
        return watch.subscribe(message);
      case 'resources/unsubscribe':
        return watch.unsubscribe(message);
      default:
        return calls.start(message);
    }
  }

  function clientNotified(message: Notification) {
    const { method, params } = message;
    switch (method) {
      case 'notifications/initialized':
        return watch.begin();
      case 'notifications/cancelled': {
        const { requestId, reason } = params;
        if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
        const why = typeof reason === 'string' ? reason : 'The client cancelled the request.';
        return calls.cancel(requestIdText(message), why);
      }
      case 'notifications/roots/list_changed':
      case 'notifications/progress':
        // Neither exists in 2026-07-28: roots are asked for anew, and questions know no progress.
        return;
      default:
        return speak.toServer(message.text);
    }
  }

  function fromServer(message: Message) {
    switch (message.kind) {
      case 'response':
        if (calls.answered(message) || hello.answered(message) || watch.answered(message)) return;
        return speak.dropped('server', 'It answered a request that does not wait.');
      case 'notification':
        if (!watch.notified(message)) speak.toClient(message.text);
        return;
      case 'request': {
        speak.dropped('server', 'It sent a request, which 2026-07-28 does not know.');
        const text = 'Clients of this protocol version take no requests.';
        return speak.toServer(errorAnswer(message.idText, wireCodes.methodNotFound, text));
      }
      default:
        return message satisfies never;
    }
  }

  function fromClient(message: Message) {
    switch (message.kind) {
      case 'response':
        if (!calls.clientAnswered(message))
          speak.dropped('client', 'It answered a request that does not wait.');
        return;
      case 'notification':
        return clientNotified(message);
      case 'request':
        return request(message);
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
    begun: () => lastId > 0,
    end() {
      speak.silence();
      hello.end();
      calls.end();
      watch.end();
    },
  };
}
