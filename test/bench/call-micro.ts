/**
 * What governance costs a call in one process, without pipes: the relay, inspection, policy and a real trail on the
 * disk between two streams in memory. Run: `npx tsx test/bench/call-micro.ts`. CALL_MICRO_CALLS sets the calls of a
 * round. CPU time, since on a machine that does other things too, wall time measures those.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { openGovernance } from '../../main/compose-governance.ts';
import { listFilter } from '../../main/compose-pins.ts';
import { startSession } from '../../main/relay/session.ts';

const calls = Number(process.env.CALL_MICRO_CALLS ?? 6_400);
const rounds = Number(process.env.CALL_MICRO_ROUNDS ?? 9);
const data = mkdtempSync(join(tmpdir(), 'airlock-call-micro-'));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const opened = openGovernance({
  machine: { platform: 'linux', home: homedir(), tmp: tmpdir(), env: {} },
  data: join(data, 'data'),
  version: '0',
  mode: () => 'enforce',
  onChange: () => undefined,
});
if (!opened.ok) throw new Error(opened.problem.message);
const governance = opened.value;

const silent = () => new Readable({ read: () => undefined });
let written = 0;
const sink = () =>
  new Writable({
    highWaterMark: 1 << 30,
    write(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) written += 1;
      done();
    },
  });
const client = { in: silent(), out: sink() };
const upstream = { in: silent(), out: sink() };
const server = { id: 'srv_micro', transport: 'stdio', label: 'node echo-server.mjs' } as const;
startSession({
  connection: { id: 'con_micro', name: 'echo', sessionId: 'ses_micro' },
  agent: { clientId: 'cursor', clientName: 'Cursor', person: 'ada', process: { pid: 4711 } },
  server,
  client,
  upstream,
  stages: {
    audit: governance.audit,
    kill: { refusal: () => undefined },
    inspection: governance.inspection,
    policy: governance.policy,
    approval: { granted: () => undefined, ask: async () => ({ answer: 'deny', how: 'flood' }) },
  },
  lookupTool: (name) => governance.pins.lookup(server.id, name),
  onToolList: (tools) => listFilter(governance.pins)(server, tools),
  facts: {
    introduced: () => undefined,
    stopped: ({ message }) => {
      throw new Error(message);
    },
    listFiltered: () => undefined,
    called: () => undefined,
  },
});

const line = (message: object) =>
  Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
let nextId = 1;
const textOf = (id: number) => `${id} `.padEnd(64, 'x');
const call = (id: number) =>
  line({ id, method: 'tools/call', params: { name: 'get_echo', arguments: { text: textOf(id) } } });
const answer = (id: number) =>
  line({ id, result: { content: [{ type: 'text', text: textOf(id) }] } });

async function introduce(): Promise<void> {
  await turn();
  const clientInfo = { name: 'micro', version: '1' };
  client.in.emit('data', line({ id: 'i', method: 'initialize', params: { clientInfo } }));
  upstream.in.emit(
    'data',
    line({ id: 'i', result: { serverInfo: { name: 'echo', version: '1' } } }),
  );
  client.in.emit('data', line({ id: 'l', method: 'tools/list' }));
  const tool = {
    name: 'get_echo',
    description: 'Returns its text.',
    inputSchema: { type: 'object' },
  };
  upstream.in.emit('data', line({ id: 'l', result: { tools: [tool] } }));
  await turn();
}

async function round(inFlight: number): Promise<number> {
  const asks: Buffer[] = [];
  const answers: Buffer[] = [];
  for (let n = 0; n < calls; n += inFlight) {
    const ids = Array.from({ length: inFlight }, () => nextId++);
    asks.push(Buffer.concat(ids.map(call)));
    answers.push(Buffer.concat(ids.map(answer)));
  }
  const before = written;
  const start = process.cpuUsage();
  for (const [n, ask] of asks.entries()) {
    client.in.emit('data', ask);
    upstream.in.emit('data', answers[n]);
    await turn();
  }
  const { user, system } = process.cpuUsage(start);
  if (written - before !== 2 * calls)
    throw new Error(`${written - before} lines for ${calls} calls`);
  return (user + system) / calls;
}

async function main(): Promise<void> {
  await introduce();
  for (const inFlight of (process.env.CALL_MICRO_WIDTHS ?? '1,8,32').split(',').map(Number)) {
    const times: number[] = [];
    for (let n = 0; n < rounds; n += 1) times.push(await round(inFlight));
    times.sort((a, b) => a - b);
    const median = (times[rounds >> 1] ?? 0).toFixed(1);
    console.log(
      `${inFlight} in flight: ${median} us of CPU a call, ${(times[0] ?? 0).toFixed(1)} at best`,
    );
  }
}

void main().finally(() => {
  governance.close();
  rmSync(data, { recursive: true, force: true });
});
