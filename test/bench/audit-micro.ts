import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportTrail } from '../../main/audit/export.ts';
import { openTrail } from '../../main/audit/trail.ts';
import { verifyTrail } from '../../main/audit/verify.ts';
import { openDatabase, openReadOnly } from '../../main/storage/database.ts';
import { holdLock, lockHeld } from '../../main/storage/process-lock.ts';
import type { EntryInput } from '../../shared/audit.ts';

/**
 * Measures the trail: `npx tsx test/bench/audit-micro.ts [entries] [before]` appends that many entries one by one,
 * each committed, to a trail that holds `before` entries already, then reads pages, verifies and exports. Prints
 * microseconds per append, milliseconds per page, and the most memory used.
 */
const entries = Number(process.argv[2] ?? 50_000);
const filled = Number(process.argv[3] ?? 0);
const folder = mkdtempSync(join(tmpdir(), 'airlock-bench-'));
const file = join(folder, 'audit.db');
const trail = openTrail(file, {
  open: openDatabase,
  locks: { hold: holdLock, held: lockHeld },
});

const tools = Array.from({ length: 400 }, (_, n) => `tool_${n}`);
const input = (n: number, kind: 'call.opened' | 'call.closed'): EntryInput => ({
  kind,
  callId: `call-${n}`,
  person: 'ada',
  agent: { id: 'cursor', name: 'Cursor' },
  connection: { id: 'con_0123456789abcdef', name: 'files', sessionId: 'ses_0123456789abcdef' },
  process: { pid: 4242, command: '/usr/share/cursor/cursor --type=renderer' },
  server: {
    id: 'srv_0123456789abcdef0123456789abcdef',
    label: 'npx -y @modelcontextprotocol/server-filesystem /home/ada/projects',
    name: 'secure-filesystem-server',
    version: '0.2.0',
  },
  tool: { name: tools[n % tools.length] ?? '', pin: 'ab'.repeat(32) },
  method: 'tools/call',
  argumentsHash: 'cd'.repeat(32),
  ...(kind === 'call.opened'
    ? { arguments: '{"path":"/home/ada/projects/readme.md"}', bytesIn: 180 }
    : {
        outcome: n % 97 === 0 ? ('denied-by-person' as const) : ('ok' as const),
        decision: { decision: 'allow' as const, rules: [], risk: 'read' },
        durationMs: 12,
        bytesOut: 2_048,
        ...(n % 97 === 0 ? { detail: `A person denied the call to tool ${n % 13}.` } : {}),
      }),
});

const percentile = (sorted: Float64Array, share: number) =>
  (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);

function report(name: string, unit: string, times: Float64Array): void {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const sorted = times.toSorted();
  console.log(
    `${name}: mean ${mean.toFixed(1)} ${unit}, p50 ${percentile(sorted, 0.5)}, p99 ${percentile(sorted, 0.99)}, max ${percentile(sorted, 0.999999)}`,
  );
}

/** Fills the trail quickly, a thousand entries in a transaction. */
async function fill(): Promise<void> {
  for (let n = 0; n < filled; n += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, k) =>
      input((n + k) >> 1, k % 2 === 0 ? 'call.opened' : 'call.closed'),
    );
    trail.appendMany(some);
    await turn();
  }
  const before = performance.now();
  trail.page({ limit: 1, search: 'x', outcome: 'all' });
  if (filled > 0) {
    const each = ((performance.now() - before) * 1_000) / filled;
    console.log(`filled with ${filled} entries, indexed at ${each.toFixed(1)} µs an entry`);
  }
}

async function whole(): Promise<void> {
  const megabytes = () => Math.round(process.memoryUsage.rss() / 1024 / 1024);
  globalThis.gc?.();
  const rest = megabytes();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, megabytes());
  }, 20);
  let before = performance.now();
  const verified = await verifyTrail(file, { open: openReadOnly });
  const seconds = () => ((performance.now() - before) / 1_000).toFixed(1);
  console.log(`verified in ${seconds()} s: ${verified.ok && verified.value.ok}`);
  before = performance.now();
  const out = createWriteStream('/dev/null');
  await exportTrail(file, 'ndjson', out, openReadOnly);
  await new Promise<void>((resolve) => out.end(resolve));
  console.log(`exported in ${seconds()} s; at most ${most} MB resident, ${rest} MB before`);
  clearInterval(watch);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** As the app does it: the event loop turns between calls, so that syncing and folding take their part. */
async function appends(): Promise<void> {
  const times = new Float64Array(entries);
  const start = performance.now();
  const cpu = process.cpuUsage();
  for (let n = 0; n < entries; n += 1) {
    const made = input(n >> 1, n % 2 === 0 ? 'call.opened' : 'call.closed');
    const before = performance.now();
    trail.append(made);
    times[n] = (performance.now() - before) * 1_000;
    if (n % 16 === 0) await turn();
  }
  const seconds = (performance.now() - start) / 1_000;
  report('append', 'µs', times);
  const { user, system } = process.cpuUsage(cpu);
  // On a machine with other work the clock shows that work as well; the processor's time does not.
  console.log(
    `${Math.round(entries / seconds)} entries/s with everything that comes after; processor time ${((user + system) / entries).toFixed(1)} µs an entry`,
  );
}

async function synced(): Promise<void> {
  const times = new Float64Array(200);
  for (let n = 0; n < times.length; n += 1) {
    const before = performance.now();
    trail.append(input(n, 'call.opened'), { sync: true });
    times[n] = (performance.now() - before) * 1_000;
  }
  report('append with sync', 'µs', times);
}

function pages(): void {
  const queries = [
    { search: '', outcome: 'all' },
    { search: '', outcome: 'refused' },
    { search: '', outcome: 'calls', before: (filled + entries) >> 1 },
    { search: 'tool_17', outcome: 'all' },
    { search: 'cursor', outcome: 'refused' },
    { search: 'denied 12', outcome: 'asked' },
    { search: 'nothing-like-this', outcome: 'all' },
  ] as const;
  const first = performance.now();
  trail.page({ limit: 1, search: 'x', outcome: 'all' });
  console.log(`catching up with the index: ${(performance.now() - first).toFixed(1)} ms`);
  for (const query of queries) {
    const times = new Float64Array(20);
    let found = 0;
    for (let n = 0; n < times.length; n += 1) {
      const before = performance.now();
      found = trail.page({ ...query, limit: 200 }).length;
      times[n] = performance.now() - before;
    }
    report(`page ${JSON.stringify(query)} (${found})`, 'ms', times);
  }
}

await fill();
await appends();
await synced();
pages();
await whole();
console.log(trail.size());
trail.close();
rmSync(folder, { recursive: true, force: true });
