import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bridgePlace } from '../../main/compose-place.ts';
import { writeBridgeToken } from '../../main/identity/bridge-token.ts';
import { installBridge } from '../../main/relay/bridge-install.ts';
import { listenForBridges } from '../../main/relay/socket-listener.ts';
import { root } from '../e2e/airlock-app.ts';
import { entryOf, governedApp, leave, node } from './lab.ts';
import type { Claim, LegReport } from './legs.ts';
import { quantile } from './measure.ts';
import {
  measuresProcesses,
  processorSeconds,
  proportionalMiB,
  residentMiB,
  treeOf,
} from './processes.ts';
import { stdioDriver } from './stdio-driver.ts';

/** How long the app is left to itself, and how often a bridge is started. */
interface Counts {
  readonly idleMs: number;
  readonly starts: number;
}

interface BridgeStarts {
  /** Milliseconds from the bridge's start until the app took its hello, sorted. */
  readonly readyMs: readonly number[];
  readonly residentMiB: readonly number[];
}

/** Starts bridges into a door of our own, so that no server's start is part of the time. */
async function startBridges(times: number): Promise<BridgeStarts> {
  const home = mkdtempSync(join(tmpdir(), 'airlock-start-'));
  const platform = process.platform === 'darwin' ? 'darwin' : 'linux';
  const place = bridgePlace({ platform, home, tmp: tmpdir(), env: {} });
  const source = { kind: 'script', file: join(root, 'out/bridge/bridge.cjs'), node } as const;
  const installed = installBridge(place.bridgeFile, source, platform);
  if (!installed.ok) throw new Error(installed.problem.message);
  let came: () => void = () => undefined;
  const door = await listenForBridges({
    endpoint: place,
    token: writeBridgeToken(place.tokenFile),
    uid: process.getuid?.() ?? 0,
    accept(_hello, client) {
      client.in.on('error', () => undefined).resume();
      client.out.on('error', () => undefined);
      came();
    },
    refused: ({ message }) => {
      throw new Error(message);
    },
  });
  if (!door.ok) throw new Error(door.problem.message);
  const readyMs: number[] = [];
  const resident: number[] = [];
  try {
    for (let n = 0; n < times; n += 1) {
      const arrived = new Promise<void>((resolve) => {
        came = resolve;
      });
      const since = performance.now();
      const child: ChildProcess = spawn(
        place.bridgeFile,
        [`con_${randomBytes(4).toString('hex')}`],
        {
          env: { HOME: home, PATH: process.env.PATH ?? '' },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      await arrived;
      readyMs.push(performance.now() - since);
      await sleep(300);
      resident.push(residentMiB(child.pid ?? 0));
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  } finally {
    await door.value.close();
    rmSync(home, { recursive: true, force: true });
  }
  const ascending = (values: number[]) => values.toSorted((a, b) => a - b);
  return { readyMs: ascending(readyMs), residentMiB: ascending(resident) };
}

/** What the app costs while nobody does anything, after it has served somebody. */
async function idleApp(idleMs: number) {
  const governed = await governedApp();
  try {
    const { command, args } = entryOf(governed, 'echo');
    const driver = await stdioDriver(command, args, governed.home.env);
    for (let n = 0; n < 50; n += 1) await driver.call('warm');
    await driver.close();
    await sleep(Math.min(5_000, idleMs));
    const before = treeOf(governed.app.pid ?? 0);
    const used = processorSeconds(before);
    const since = performance.now();
    await sleep(idleMs);
    const seconds = (performance.now() - since) / 1_000;
    const after = treeOf(governed.app.pid ?? 0);
    return {
      processes: after.length,
      percent: ((processorSeconds(after) - used) / seconds) * 100,
      proportional: after.reduce((sum, pid) => sum + proportionalMiB(pid), 0),
      resident: after.reduce((sum, pid) => sum + residentMiB(pid), 0),
    };
  } finally {
    await leave(governed);
  }
}

/** The start of a bridge and what bridge and app hold and use while nothing happens. */
export async function footprint({ idleMs, starts }: Counts): Promise<LegReport> {
  if (!measuresProcesses) return { table: 'Measured on Linux alone.', about: '', claims: [] };
  const bridge = await startBridges(starts);
  const idle = await idleApp(idleMs);
  const p50 = quantile(bridge.readyMs, 0.5);
  const most = bridge.residentMiB.at(-1) ?? Number.NaN;
  const rows = [
    ['bridge, from its start until the app took its hello, p50', `${p50.toFixed(0)} ms`, '80 ms'],
    ['the same, p90', `${quantile(bridge.readyMs, 0.9).toFixed(0)} ms`, ''],
    ['bridge, resident memory, the most of all', `${most.toFixed(1)} MiB`, '45 MB'],
    ['idle app, processor', `${idle.percent.toFixed(2)} % of one core`, '1 %'],
    [
      `idle app without a window, memory of its ${idle.processes} processes, shared pages once`,
      `${idle.proportional.toFixed(0)} MiB`,
      '180 MB',
    ],
    ['the same, each process with all it shares', `${idle.resident.toFixed(0)} MiB`, ''],
  ];
  const claims: Claim[] = [
    [`a bridge is ready ${p50.toFixed(0)} ms after its start (at most 80)`, p50 <= 80],
    [`a bridge holds ${(most * 1.048_576).toFixed(1)} MB (at most 45)`, most * 1.048_576 <= 45],
    [`the idle app uses ${idle.percent.toFixed(2)} % of a core (less than 1)`, idle.percent < 1],
    [
      `the idle app holds ${(idle.proportional * 1.048_576).toFixed(0)} MB without a window (at most 180)`,
      idle.proportional * 1.048_576 <= 180,
    ],
  ];
  return {
    table: [
      '| what | measured | budget |',
      '|---|--:|--:|',
      ...rows.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n'),
    about: `${starts} starts of a bridge; the app left alone for ${(idleMs / 1_000).toFixed(0)} s after it had served a client.`,
    claims,
  };
}
