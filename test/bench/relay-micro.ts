/**
 * What the relay itself adds to a call, beyond reading and writing: envelope, hash, the walk through stages that do
 * nothing, and the matching of the answer. Run: `npx tsx test/bench/relay-micro.ts`.
 */
import { Readable, Writable } from 'node:stream';
import { argumentsHash } from '../../main/relay/arguments-hash.ts';
import { scanArguments } from '../../main/relay/arguments-scan.ts';
import { readEnvelope } from '../../main/relay/envelope.ts';
import { startSession } from '../../main/relay/session.ts';
import { ok } from '../../shared/outcome.ts';

const calls = Number(process.env.RELAY_MICRO_CALLS ?? 3_200);
const rounds = 7;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Median CPU microseconds of `rounds` measurements, each the mean over `calls`. */
async function median(measure: () => Promise<number> | number): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await measure());
  times.sort((a, b) => a - b);
  return (times[Math.floor(rounds / 2)] ?? 0).toFixed(2);
}

/** CPU microseconds a call: on a machine that does other things too, wall time measures those. */
const clock = () => process.cpuUsage();
const since = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
};

function quietSession() {
  const silent = () => new Readable({ read: () => undefined });
  const sink = () => new Writable({ highWaterMark: 1 << 30, write: (_c, _e, done) => done() });
  const client = { in: silent(), out: sink() };
  const upstream = { in: silent(), out: sink() };
  const record = { close: () => undefined, note: () => undefined };
  const decided = { decision: 'allow', rules: [], risk: { level: 'read', reasons: [] } } as const;
  startSession({
    connection: { id: 'c', name: 'n', sessionId: 's' },
    agent: { clientId: 'c', clientName: 'C', person: 'p' },
    server: { id: 's', transport: 'stdio', label: 'l' },
    client,
    upstream,
    stages: {
      audit: { open: () => ok(record) },
      kill: { refusal: () => undefined },
      inspection: { request: () => [], answer: (_, answer) => ({ answer, findings: [] }) },
      policy: { decide: () => decided as never, mode: () => 'enforce' },
      approval: { granted: () => undefined, ask: async () => ({ answer: 'deny', how: 'flood' }) },
    },
    lookupTool: () => undefined,
    onToolList: () => [],
    facts: {
      introduced: () => undefined,
      stopped: () => undefined,
      listFiltered: () => undefined,
      called: () => undefined,
    },
  });
  return { client, upstream };
}

const callLine = (id: number, bytes: number) =>
  Buffer.from(
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"message":"${'m'.repeat(bytes)}"}}}\n`,
  );
const answerLine = (id: number, bytes: number) =>
  Buffer.from(
    `{"result":{"content":[{"type":"text","text":"${'m'.repeat(bytes)}"}]},"jsonrpc":"2.0","id":${id}}\n`,
  );

async function roundTrips(bytes: number, inFlight: number): Promise<number> {
  const { client, upstream } = quietSession();
  const asks: Buffer[] = [];
  const answers: Buffer[] = [];
  for (let id = 0; id < calls; id += inFlight) {
    const ids = Array.from({ length: inFlight }, (_, n) => id + n);
    asks.push(Buffer.concat(ids.map((one) => callLine(one, bytes))));
    answers.push(Buffer.concat(ids.map((one) => answerLine(one, bytes))));
  }
  await turn();
  const start = clock();
  for (const [index, ask] of asks.entries()) {
    client.in.emit('data', ask);
    upstream.in.emit('data', answers[index]);
    // Stands for the turn of the event loop that a real answer takes; its cost is measured apart.
    await turn();
  }
  return since(start);
}

async function turns(count: number): Promise<number> {
  const start = clock();
  for (let n = 0; n < count; n += 1) await turn();
  return since(start);
}

function parts(bytes: number) {
  const line = callLine(7, bytes);
  const text = JSON.stringify({ message: 'm'.repeat(bytes) });
  const value: unknown = JSON.parse(text);
  return {
    envelope() {
      const start = clock();
      for (let n = 0; n < calls; n += 1) readEnvelope(line);
      return since(start);
    },
    hash() {
      const start = clock();
      for (let n = 0; n < calls; n += 1) argumentsHash(text, value, scanArguments(text));
      return since(start);
    },
  };
}

const small = parts(64);
console.log(`64 B: read one message         ${await median(small.envelope)} us`);
console.log(`64 B: scan and hash arguments  ${await median(small.hash)} us`);
console.log(`64 B: call and answer, 1 in flight   ${await median(() => roundTrips(64, 1))} us`);
console.log(`      of which turns of the loop      ${await median(() => turns(calls))} us`);
console.log(`64 B: call and answer, 32 in flight  ${await median(() => roundTrips(64, 32))} us`);
console.log(`64 KiB: call and answer              ${await median(() => roundTrips(65_536, 1))} us`);

for (const mib of [1, 10]) {
  const line = answerLine(1, mib * 1024 * 1024);
  const start = clock();
  for (let n = 0; n < 10; n += 1) readEnvelope(line);
  const ms = (since(start) * calls) / 10_000;
  console.log(`${mib} MiB: read one message          ${ms.toFixed(2)} ms`);
}
