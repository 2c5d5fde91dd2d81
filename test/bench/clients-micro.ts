import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { catalogue } from '../../main/clients/catalogue.ts';
import { configPatterns } from '../../main/clients/config-paths.ts';
import { scan } from '../../main/clients/discover.ts';

/** Measures a scan of 30 clients with 200 servers. Run: `npx tsx test/bench/clients-micro.ts`. */

const home = mkdtempSync(path.join(os.tmpdir(), 'airlock-scan-'));
const machine = { platform: 'linux', home, env: {} } as const;
const runs = 4;

/** Seven servers in the client's own format, at the first place it has. */
function put(index: number): boolean {
  const client = catalogue[index];
  const list = client?.lists[0];
  if (client === undefined || list?.nameIn !== undefined || list === undefined) return false;
  const pattern = configPatterns(client, machine).find(
    ({ tail, from }) => tail.length === 0 && from.form === undefined && from.scope === 'user',
  );
  if (pattern === undefined) return false;
  const { shape, format } = client;
  const names = Array.from({ length: 7 }, (_, n) => `${client.id}-${n}`);
  const argv = shape.commandForm === 'argv';
  const text =
    format === 'toml'
      ? names
          .map((name) => `[${list.at.join('.')}.${name}]\ncommand = "npx"\nargs = ["${name}"]\n`)
          .join('\n')
      : JSON.stringify({
          [list.at[0] ?? '']: list.at
            .slice(1)
            .reduceRight<object>(
              (inner, step) => ({ [step]: inner }),
              Object.fromEntries(
                names.map((name) => [
                  name,
                  argv
                    ? { type: 'local', [shape.command]: ['npx', name] }
                    : { [shape.command]: 'npx', [shape.args]: [name], [shape.env]: { T: name } },
                ]),
              ),
            ),
        });
  mkdirSync(path.dirname(pattern.base), { recursive: true });
  writeFileSync(pattern.base, text);
  return true;
}

const looksSecret = (text: string) => (text.startsWith('sk-') ? 'key' : undefined);
const input = {
  ...machine,
  bridgeFile: '/opt/bridge',
  looksSecret,
  mask: (text: string) => text,
  connections: [],
};

try {
  let clients = 0;
  for (let index = 0; index < catalogue.length && clients < 30; index += 1) {
    if (put(index)) clients += 1;
  }
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    const report = await scan(input);
    times.push(performance.now() - start);
    if (run === 0) {
      process.stdout.write(`${report.clients.length} clients, ${report.servers.length} servers\n`);
    }
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  process.stdout.write(
    `first ${times[0]?.toFixed(0)} ms, median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms, worst ${sorted.at(-1)?.toFixed(0)} ms (budget 300 ms)\n`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
