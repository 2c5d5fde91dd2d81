import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scan } from '../../main/clients/discover.ts';
import { looksSecret, maskSecrets } from '../../main/inspection/mask.ts';
import { fillHome } from './clients-home.ts';

/**
 * Measures a scan of 30 clients with 200 servers, with the real mask and detectors. The time on the clock depends on
 * what else the machine does; the time of the processor does not. Run: `npx tsx test/bench/clients-micro.ts`.
 */

const budgetMs = 300;
const runs = 15;
const home = mkdtempSync(path.join(os.tmpdir(), 'airlock-scan-'));
const machine = { platform: 'linux', home, env: {} } as const;

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const load = () =>
  os
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  fillHome(machine, 30, 200);
  say(`Load average before: ${load()}`);
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const used = process.cpuUsage();
    const start = performance.now();
    const report = await scan({
      ...machine,
      bridgeFile: '/opt/bridge',
      looksSecret: (text) => looksSecret(text),
      mask: (text) => maskSecrets(text).text,
      connections: [],
    });
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
    if (run > 0) continue;
    const files = report.clients.flatMap((client) => client.files);
    const entries = files.flatMap((file) => file.entries);
    say(
      `${report.clients.length} clients, ${files.length} files, ${entries.length} entries, ${report.servers.length} servers`,
    );
    const broken = files.filter(({ error }) => error !== undefined && !/same file/.test(error));
    for (const { path: file, error } of broken) say(`! ${file}: ${error}`);
  }
  const shown = (name: string, of: readonly number[]) =>
    `${name}: first ${of[0]?.toFixed(0)}, min ${Math.min(...of).toFixed(0)}, median ${middle(of).toFixed(0)} ms`;
  say(shown('clock', wall));
  say(shown('processor', cpu));
  say(`Budget: ${budgetMs} ms. Load average after: ${load()}`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
