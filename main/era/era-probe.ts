import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ServerEra, Streams } from './era-bridge.ts';
import { type After, defaultEraLimits } from './era-ports.ts';
import { makeLineCutter } from './line-pieces.ts';
import { requestText } from './line-text.ts';
import { errorOf, isObject, type Message, type Response, readLine } from './message.ts';
import { legacyVersions, metaKeys, modernVersion, wireCodes } from './vocabulary.ts';

/** A server reached for a probe alone: some exit on a request before `initialize`, and some keep to the first era. */
export interface ProbeLeg {
  readonly streams: Streams;
  /** Ends it; resolves once it is gone. */
  close(): Promise<void>;
}

/** What a probe needs from outside. */
export interface ProbePorts {
  /** Reaches the server anew. Called at most twice in a probe. */
  readonly open: () => Promise<Result<ProbeLeg>>;
  readonly after: After;
  /** Who we say we are. */
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** How long the server may be silent, in milliseconds: for its first answer, start included, and for a later one. */
  readonly firstMs?: number;
  readonly nextMs?: number;
}

const defaultFirstMs = 60_000;
const defaultNextMs = 5_000;

type Heard =
  | { readonly kind: 'answer'; readonly response: Response }
  | { readonly kind: 'silence' }
  | { readonly kind: 'closed' };

type Seen = 'modern' | 'legacy' | 'unsupported' | 'unknown';

/**
 * Finds out which eras a server speaks (2026-07-28, "Backward Compatibility"): `server/discover` first; an answer that
 * this revision knows is modern, any other is legacy, and so are silence and a sudden end where `initialize` then is
 * answered. A modern server is asked for `initialize` as well, to know those that speak both. What tells nothing of the
 * era (it could not be reached, it wants a sign-in) is a problem, and worth no memory.
 */
export async function probeEra(ports: ProbePorts): Promise<Result<ServerEra>> {
  const { firstMs = defaultFirstMs, nextMs = defaultNextMs } = ports;
  const first = await ports.open();
  if (!first.ok) return first;
  let leg = first.value;
  try {
    let talk = makeTalk(leg.streams, ports.after);
    const heard = await talk.ask('server/discover', discoverParams(ports), firstMs);
    if (heard.kind === 'answer') {
      const seen = eraSeen(heard.response);
      if (seen === 'legacy') return ok('legacy');
      if (seen !== 'modern') return fail(seen, sentences[seen]);
      const again = await talk.ask('initialize', initializeParams(ports), nextMs);
      return ok(isInitialized(again) ? 'dual' : 'modern');
    }
    if (heard.kind === 'closed') {
      await leg.close();
      const second = await ports.open();
      if (!second.ok) return second;
      leg = second.value;
      talk = makeTalk(leg.streams, ports.after);
    }
    const began = await talk.ask('initialize', initializeParams(ports), firstMs);
    return isInitialized(began) ? ok('legacy') : fail('unknown', sentences.unknown);
  } finally {
    await leg.close();
  }
}

const sentences: Record<'unsupported' | 'unknown', string> = {
  unsupported: 'The server speaks only protocol versions that Airlock does not know yet.',
  unknown: 'The server did not say which protocol versions it speaks.',
};

const discoverParams = ({ clientInfo }: ProbePorts): string =>
  JSON.stringify({
    _meta: {
      [metaKeys.version]: modernVersion,
      [metaKeys.clientInfo]: clientInfo,
      [metaKeys.capabilities]: {},
    },
  });

const initializeParams = ({ clientInfo }: ProbePorts): string =>
  JSON.stringify({ protocolVersion: legacyVersions[0], capabilities: {}, clientInfo });

function isInitialized(heard: Heard): boolean {
  if (heard.kind !== 'answer' || heard.response.failed) return false;
  const { result } = heard.response.value;
  return (
    isObject(result) &&
    typeof result.protocolVersion === 'string' &&
    legacyVersions.includes(result.protocolVersion)
  );
}

/** What the answer to `server/discover` says of its server. */
export function eraSeen(response: Response): Seen {
  if (!response.failed) {
    const { result } = response.value;
    return isObject(result) && Array.isArray(result.supportedVersions)
      ? ofVersions(result.supportedVersions)
      : 'legacy';
  }
  const { code, data } = errorOf(response);
  if (code === wireCodes.unsupportedVersion)
    return isObject(data) && Array.isArray(data.supported) ? ofVersions(data.supported) : 'legacy';
  if (code === wireCodes.headerMismatch || code === wireCodes.missingCapability) return 'modern';
  // Codes of our own (-31xxx) come from the way to the server, not from the server.
  return code <= -31_000 && code > -32_000 ? 'unknown' : 'legacy';
}

function ofVersions(versions: readonly unknown[]): Seen {
  if (versions.includes(modernVersion)) return 'modern';
  const newer = versions.some((one) => typeof one === 'string' && one > modernVersion);
  return newer ? 'unsupported' : 'legacy';
}

function makeTalk({ in: source, out }: Streams, after: After) {
  const cutter = makeLineCutter(defaultEraLimits.lineBytes);
  let count = 0;
  let closed = false;
  let waiting: { readonly id: string; readonly done: (heard: Heard) => void } | undefined;

  function settle(heard: Heard) {
    const one = waiting;
    waiting = undefined;
    one?.done(heard);
  }

  function hear(message: Message) {
    if (message.kind !== 'response' || message.value.id !== waiting?.id) return;
    settle({ kind: 'answer', response: message });
  }

  source.on('data', (chunk: Buffer) => {
    for (const { bytes, whole } of cutter.push(chunk))
      for (const message of (whole ? readLine(bytes) : undefined) ?? []) hear(message);
  });
  const ended = () => {
    closed = true;
    settle({ kind: 'closed' });
  };
  for (const event of ['end', 'close', 'error']) {
    source.on(event, ended);
    out.on(event, ended);
  }

  return {
    ask(method: string, paramsText: string, ms: number): Promise<Heard> {
      if (closed) return Promise.resolve({ kind: 'closed' });
      count += 1;
      const id = `airlock-probe-${count}`;
      return new Promise((resolve) => {
        const stopTimer = after(ms, () => settle({ kind: 'silence' }));
        waiting = {
          id,
          done(heard) {
            stopTimer();
            resolve(heard);
          },
        };
        out.write(`${requestText(JSON.stringify(id), method, paramsText)}\n`);
      });
    },
  };
}
