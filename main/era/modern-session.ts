import type { EraLimits, EraPorts } from './era-ports.ts';
import { memberNamed, membersOf } from './json-text.ts';
import { withoutTasks } from './legacy-client.ts';
import { notificationText, quoted, type Speaker } from './line-text.ts';
import { errorOf, isObject, type JsonObject, type Response } from './message.ts';
import type { ModernEnvelope } from './modern-envelope.ts';
import { resultAt } from './reshape.ts';
import type { ServerAsks } from './server-asks.ts';
import { legacyVersions } from './vocabulary.ts';

/** What a legacy server said of itself in `initialize`. Texts are JSON. */
export interface LegacyServer {
  readonly capabilities: JsonObject;
  readonly capabilitiesText: string;
  /** Name, version and title alone: it is repeated in every result. */
  readonly infoText: string;
  readonly instructionsText: string | undefined;
}

/** What the one session with a legacy server needs. */
export interface ModernSessionPorts {
  readonly speak: Speaker;
  readonly asks: ServerAsks;
  readonly limits: EraLimits;
  readonly after: EraPorts['after'];
  readonly wrongEra: (message: string) => void;
}

interface Waiter {
  readonly ready: (server: LegacyServer) => void;
  readonly failed: (sentence: string) => void;
}

/** A legacy server may need to be downloaded first; the bridge listens for as long as its client asks. */
const patienceMs = 24 * 60 * 60_000;

/**
 * The session of a modern client with a legacy server: begun by its first request and with what that says of the
 * client, since a legacy server is told once (2025-11-25, "Initialization").
 */
export function makeModernSession(ports: ModernSessionPorts) {
  const { speak, limits } = ports;
  let server: LegacyServer | undefined;
  let capabilities: JsonObject = {};
  let asked = false;
  let begun = false;
  let waiters: Waiter[] = [];
  let stopTimer: (() => void) | undefined;

  function failAll(sentence: string) {
    stopTimer?.();
    stopTimer = undefined;
    const all = waiters;
    waiters = [];
    for (const waiter of all) waiter.failed(sentence);
  }

  function initialize(envelope: ModernEnvelope) {
    asked = true;
    begun = true;
    capabilities = envelope.capabilities;
    const info = envelope.infoText ?? '{"name":"unknown","version":"unknown"}';
    const version = JSON.stringify(legacyVersions[0]);
    const params = `{"protocolVersion":${version},"capabilities":${envelope.capabilitiesText},"clientInfo":${info}}`;
    ports.asks.ask('initialize', params, patienceMs, answered);
  }

  function answered(response: Response | undefined) {
    const read = response === undefined ? undefined : serverOf(response);
    if (read === undefined || 'problem' in read) {
      asked = false;
      const problem = read?.problem ?? 'It did not answer initialize.';
      ports.wrongEra(problem);
      return failAll(`The server could not be reached in a version it knows. ${problem}`);
    }
    server = read.server;
    speak.toServer(notificationText('notifications/initialized'));
    stopTimer?.();
    stopTimer = undefined;
    const all = waiters;
    waiters = [];
    for (const waiter of all) waiter.ready(read.server);
  }

  return {
    /** Calls exactly one of the two, at once where the session stands. */
    enter(envelope: ModernEnvelope, ready: Waiter['ready'], failed: Waiter['failed']) {
      if (server !== undefined) return ready(server);
      if (waiters.length >= limits.requests)
        return failed('Too many requests wait for this server. Try again when it has started.');
      waiters.push({ ready, failed });
      stopTimer ??= ports.after(limits.helloMs, () =>
        failAll('The server did not answer in time. Try again, or restart it in your client.'),
      );
      if (!asked) initialize(envelope);
    },
    server: () => server,
    /** What the server was told that its client can do. */
    told: () => capabilities,
    /** The server has heard something. */
    begun: () => begun,
    end() {
      stopTimer?.();
      waiters = [];
    },
  };
}

function serverOf(
  response: Response,
): { readonly server: LegacyServer } | { readonly problem: string } {
  if (response.failed) {
    const { code, message } = errorOf(response);
    return { problem: `It refused initialize: ${quoted(message)} (${code}).` };
  }
  const at = resultAt(response);
  const { text, value } = response;
  const { result } = value;
  if (at === undefined || !isObject(result))
    return { problem: 'Its answer to initialize is none.' };
  const { protocolVersion } = result;
  if (typeof protocolVersion !== 'string' || !legacyVersions.includes(protocolVersion))
    return {
      problem: 'It answered initialize with a protocol version that Airlock does not know.',
    };
  const members = membersOf(text, at);
  const textAt = (key: string, fits: boolean): string | undefined => {
    const member = fits ? memberNamed(members, key) : undefined;
    return member === undefined ? undefined : text.slice(member.start, member.end);
  };
  const capabilitiesText = textAt('capabilities', isObject(result.capabilities));
  return {
    server: {
      capabilities: isObject(result.capabilities) ? result.capabilities : {},
      capabilitiesText: withoutTasks(capabilitiesText ?? '{}'),
      infoText: infoOf(result.serverInfo),
      instructionsText: textAt('instructions', typeof result.instructions === 'string'),
    },
  };
}

function infoOf(info: unknown): string {
  const { name, version, title } = isObject(info) ? info : {};
  const short = (value: unknown, none: string) =>
    typeof value === 'string' ? value.slice(0, 200) : none;
  return JSON.stringify({
    name: short(name, 'unknown'),
    version: short(version, 'unknown'),
    ...(typeof title === 'string' ? { title: short(title, '') } : {}),
  });
}
