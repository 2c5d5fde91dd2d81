import { bridgeEras, type ServerEra } from '../../../main/era/era-bridge.ts';
import type { Call } from '../../../shared/call.ts';
import { seeded } from '../../soak/seeded.ts';
import { mutant, mutantAnswer } from './mutants.ts';
import { carriesEvil, carriesSampling } from './other-readers.ts';
import { rig, settled, until } from './rig.ts';

const perSession = 500;
/** A chunk of fifty messages takes a few milliseconds; so long only something that does not end takes. */
const patienceMs = 10_000;

/** What a session of the fuzz is: whose era is translated, and whether policy denies itself or by a person's no. */
interface Kind {
  readonly serverEra: ServerEra | undefined;
  readonly verdict: 'deny' | 'ask';
}

const kinds: readonly Kind[] = [
  { serverEra: undefined, verdict: 'deny' },
  { serverEra: undefined, verdict: 'ask' },
  { serverEra: 'modern', verdict: 'deny' },
  { serverEra: 'legacy', verdict: 'deny' },
];

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'f', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { sampling: {}, elicitation: {}, roots: {} },
};

/**
 * Sends `count` mutants of a client, and a server's mutants beside them, through sessions that deny `evil` and
 * sampling; returns what should never be: a denied message that passes, a message nobody sent, a record that stays open,
 * a session that serves no more, a chunk of messages that takes for ever.
 */
export async function fuzzSession(seed: number, count: number): Promise<string[]> {
  const wrong: string[] = [];
  const random = seeded(seed);
  for (let done = 0; done < count; done += perSession) {
    const kind = kinds[(done / perSession) % kinds.length] as Kind;
    const messages = Math.min(perSession, count - done);
    const found = await fuzzOne(kind, messages, random);
    wrong.push(...found.map((what) => `${JSON.stringify(kind)} ${what}`));
  }
  return wrong;
}

async function fuzzOne(kind: Kind, messages: number, random: () => number): Promise<string[]> {
  const wrong: string[] = [];
  const r = fuzzRig(kind);
  const lively = liveServer(r, kind, random);
  await lively.greeted();
  const sent = new Set<string>();
  let since = performance.now();
  for (let n = 0; n < messages; n += 1) {
    // An emoji that was cut in two is what its bytes say, not what the string held.
    const line = mutant(random).toWellFormed();
    for (const one of line.split('\n')) sent.add(one);
    if (random() < 0.2) r.serverSays(`${mutant(random)}\n`);
    const bytes = Buffer.from(`${line}\n`);
    const cut = Math.floor(random() * bytes.length);
    r.clientSays(bytes.subarray(0, cut));
    r.clientSays(bytes.subarray(cut));
    if (n % 50 !== 49) continue;
    await settled();
    const took = performance.now() - since;
    if (took > patienceMs) wrong.push(`${took} ms for fifty messages up to ${line}`);
    since = performance.now();
  }
  await settled();
  const problem = await lively.stillServes();
  if (problem !== undefined) wrong.push(problem);

  for (const line of r.serverHears.text().split('\n')) {
    if (carriesEvil(line)) wrong.push(`forwarded: ${line}`);
    // What the server hears is what the client said, an element of a batch of it, or our refusal.
    const plain = kind.serverEra === undefined && line !== '' && !lively.own(line);
    if (plain && !sent.has(line) && !/^\[|^\{"jsonrpc":"2.0","id":.*"error":/s.test(line))
      wrong.push(`made up: ${line}`);
  }
  for (const line of r.clientHears.text().split('\n'))
    if (carriesSampling(line)) wrong.push(`the client was asked: ${line}`);
  const opened = r.calls.length;
  if (r.session.inFlight().length + r.ends.length < opened) wrong.push('a record went missing');
  r.session.stop();
  const end = await r.session.closed;
  if (end.reason !== 'stopped') wrong.push(`the session ended as ${end.reason}: ${end.sentence}`);
  if (r.ends.length !== opened) wrong.push(`${opened - r.ends.length} records stayed open`);
  return wrong;
}

type FuzzRig = ReturnType<typeof fuzzRig>;

function fuzzRig({ serverEra, verdict }: Kind) {
  const decide = ({ target, action }: Call) =>
    target === 'evil' || action === 'sample' ? verdict : 'allow';
  let tokens = 0;
  return rig({
    decide,
    stages: {
      approval: {
        granted: () => undefined,
        ask: async () => ({ answer: 'deny', how: 'person', by: 'ada' }),
      },
    },
    behind: (upstream) =>
      bridgeEras(upstream, {
        serverEra,
        // No time passes: what waits, waits.
        after: () => () => undefined,
        randomToken() {
          tokens += 1;
          return `token-${tokens}-of-a-fuzz`;
        },
      }),
  });
}

/** A server that knows how to shake hands, and else answers honestly, with a mutant, or not at all. */
function liveServer(r: FuzzRig, { serverEra }: Kind, random: () => number) {
  const modernClient = serverEra === 'legacy';
  const hello = modernClient
    ? { id: 'hello', method: 'server/discover', params: { _meta: meta } }
    : {
        id: 'hello',
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: { sampling: {}, elicitation: {}, roots: {} },
          clientInfo: { name: 'f', version: '1' },
        },
      };
  const alive = {
    id: 'alive',
    method: 'tools/call',
    params: {
      name: 'good',
      arguments: { alive: 'still' },
      ...(modernClient ? { _meta: meta } : {}),
    },
  };
  const say = (message: object) => r.serverSays(`${JSON.stringify(message)}\n`);
  const clientSays = (message: object) =>
    r.clientSays(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const says = new Set([hello, alive].map((one) => JSON.stringify({ jsonrpc: '2.0', ...one })));
  const helloResult = {
    resultType: 'complete',
    protocolVersion: '2025-11-25',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    serverInfo: { name: 's', version: '1' },
  };
  let rest = '';
  let greeting = true;
  r.server.in.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) answer(line);
  });

  function answer(line: string): void {
    const read = readRequest(line);
    if (read === undefined) return;
    const { id, method } = read;
    if (greeting && (method === 'initialize' || method === 'server/discover')) {
      say({ jsonrpc: '2.0', id, result: helloResult });
    } else if (line.includes('"alive":"still"')) {
      const result = { resultType: 'complete', content: [{ type: 'text', text: 'alive' }] };
      say({ jsonrpc: '2.0', id, result });
    } else if (random() < 0.7) {
      r.serverSays(`${mutantAnswer(JSON.stringify(id), random).toWellFormed()}\n`);
    }
  }

  const heard = (what: string) => () => r.clientHears.text().includes(what);
  return {
    own: (line: string) => says.has(line),
    async greeted() {
      clientSays(hello);
      await until(heard('"hello"'), 'the handshake');
      greeting = false;
    },
    /** A sentence where a call is answered no more. A question that still waits for one may be its answer. */
    async stillServes(): Promise<string | undefined> {
      clientSays(alive);
      try {
        await until(heard('"id":"alive"'), 'the answer to a last call');
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

function readRequest(line: string): { readonly id: unknown; readonly method: string } | undefined {
  try {
    const { id, method } = JSON.parse(line);
    return id === undefined || typeof method !== 'string' ? undefined : { id, method };
  } catch {
    // Blank lines and a bare half of something: nothing to answer.
    return undefined;
  }
}
