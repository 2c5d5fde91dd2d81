import { errorAnswer } from '../../shared/answers.ts';
import type { EraLimits, EraPorts } from './era-ports.ts';
import { memberNamed, membersOf } from './json-text.ts';
import { envelopeOf, type LegacyClient, readInitialize, withoutTasks } from './legacy-client.ts';
import { quoted, requestText, resultText, type Speaker } from './line-text.ts';
import {
  errorOf,
  isObject,
  type JsonObject,
  ownId,
  type Request,
  type Response,
} from './message.ts';
import { resultAt, withId } from './reshape.ts';
import { legacyVersions, metaKeys, modernVersion, wireCodes } from './vocabulary.ts';

/** What answering `initialize` needs. */
export interface LegacyHelloPorts {
  readonly speak: Speaker;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly nextId: () => number;
  readonly wrongEra: (message: string) => void;
  /** The client introduced itself. */
  readonly met: (client: LegacyClient) => void;
  /** The server said what it can do. */
  readonly known: (capabilities: JsonObject) => void;
}

interface Waiting {
  readonly request: Request;
  readonly client: LegacyClient;
  readonly stopTimer: () => void;
}

const anonymous = '{"name":"unknown","version":"unknown"}';

/** Answers a legacy client's `initialize` by asking the modern server `server/discover`. */
export function makeLegacyHello(ports: LegacyHelloPorts) {
  const { speak } = ports;
  const waiting = new Map<number, Waiting>();

  function initialize(request: Request) {
    if (waiting.size > 0) {
      const text = 'The client introduced itself twice; the first time still waits for its answer.';
      speak.toClient(errorAnswer(request.idText, wireCodes.invalidRequest, text));
      return;
    }
    const client = readInitialize(request);
    const id = ports.nextId();
    const stopTimer = ports.after(ports.limits.helloMs, () => {
      waiting.delete(id);
      const text = 'The server did not answer. Restart it in your client, then try again.';
      speak.toClient(errorAnswer(request.idText, wireCodes.internal, text));
      ports.wrongEra(text);
    });
    waiting.set(id, { request, client, stopTimer });
    ports.met(client);
    const meta = envelopeOf(client, undefined).add;
    const members = meta.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',');
    speak.toServer(requestText(String(id), 'server/discover', `{"_meta":{${members}}}`));
  }

  /** Takes the answer to `server/discover`; false where it is none. */
  function answered(response: Response): boolean {
    const id = ownId(response.idText);
    const hello = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || hello === undefined) return false;
    waiting.delete(id);
    hello.stopTimer();
    const { idText } = hello.request;
    if (response.failed) {
      const { code, message } = errorOf(response);
      ports.wrongEra(`It refused server/discover: ${quoted(message)} (${code}).`);
      speak.toClient(
        code === wireCodes.unsupportedVersion
          ? unsupported(hello, response)
          : withId(response, idText),
      );
      return true;
    }
    const result = discovered(response, hello.client.version);
    if (result.ok) {
      ports.known(result.capabilities);
      speak.toClient(resultText(idText, result.text));
    } else {
      ports.wrongEra(result.message);
      speak.toClient(errorAnswer(idText, wireCodes.internal, result.message));
    }
    return true;
  }

  /** As 2025-11-25 says it of a version: -32602 with what is supported. */
  function unsupported({ request }: Waiting, response: Response): string {
    const { data } = errorOf(response);
    const supported = isObject(data) && Array.isArray(data.supported) ? data.supported : [];
    const text = 'Unsupported protocol version: the server speaks none that Airlock can bridge.';
    const requested = request.params.protocolVersion ?? null;
    return errorAnswer(request.idText, wireCodes.invalidParams, text, { supported, requested });
  }

  return {
    initialize,
    answered,
    end() {
      for (const { stopTimer } of waiting.values()) stopTimer();
      waiting.clear();
    },
  };
}

/** Earlier revisions want a name and a version; a server of 2026-07-28 need not say either. */
function named(infoText: string): string {
  const info: unknown = JSON.parse(infoText);
  return isObject(info) && typeof info.name === 'string' && typeof info.version === 'string'
    ? infoText
    : anonymous;
}

type Discovered =
  | { readonly ok: true; readonly text: string; readonly capabilities: JsonObject }
  | { readonly ok: false; readonly message: string };

/** The result of `initialize` that a DiscoverResult amounts to. Texts of the server stay as they are. */
function discovered(response: Response, version: string): Discovered {
  const at = resultAt(response);
  const { result } = response.value;
  if (at === undefined || !isObject(result) || !Array.isArray(result.supportedVersions))
    return { ok: false, message: 'The server answered server/discover with something else.' };
  if (!result.supportedVersions.includes(modernVersion))
    return {
      ok: false,
      message: `The server does not speak ${modernVersion}, the version that Airlock can bridge to ${legacyVersions[0]}.`,
    };
  const { text } = response;
  const members = membersOf(text, at);
  const can = memberNamed(members, 'capabilities');
  const told = memberNamed(members, 'instructions');
  const meta = memberNamed(members, '_meta');
  const info =
    (meta && memberNamed(membersOf(text, meta.start), metaKeys.serverInfo)) ??
    memberNamed(members, 'serverInfo');
  const capabilities = isObject(result.capabilities) ? result.capabilities : {};
  const capabilitiesText =
    can !== undefined && isObject(result.capabilities)
      ? withoutTasks(text.slice(can.start, can.end))
      : '{}';
  const infoText = info === undefined ? anonymous : named(text.slice(info.start, info.end));
  const instructions =
    told !== undefined && typeof result.instructions === 'string'
      ? `,"instructions":${text.slice(told.start, told.end)}`
      : '';
  const whole = `{"protocolVersion":${JSON.stringify(version)},"capabilities":${capabilitiesText},"serverInfo":${infoText}${instructions}}`;
  return { ok: true, text: whole, capabilities };
}
