import { differences, shortfalls, tally } from './differences.ts';
import type { Fixture } from './fixtures.ts';
import { stopped } from './governed.ts';
import { type Report, type Revision, runServerSuite } from './suite.ts';
import { type Topology, topologies } from './topologies.ts';

// node --import tsx test/interop/conformance.ts [TOPOLOGY ...]: runs the official suite without Airlock and through
// each way of Airlock, and prints what came out differently. Ends with 1 where something did.

/** Each revision with the fixture that speaks it. */
export const revisions: readonly { readonly revision: Revision; readonly fixture: Fixture }[] = [
  { revision: '2025-11-25', fixture: 'legacy' },
  { revision: '2026-07-28', fixture: 'modern' },
];

/** Runs the server scenarios of a revision through a topology. */
export async function throughTopology(
  topology: Topology,
  { revision, fixture }: (typeof revisions)[number],
): Promise<Report> {
  const listening = await topology(fixture);
  try {
    return await runServerSuite(listening.url, revision);
  } finally {
    await listening.close();
  }
}

async function main(names: readonly string[]): Promise<number> {
  let found = 0;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const one of revisions) {
    const direct = await throughTopology(topologies.direct, one);
    say(`${one.revision} direct: ${JSON.stringify(tally(direct))}`);
    for (const line of shortfalls(direct)) if (!line.startsWith('tasks-')) say(`  ${line}`);
    for (const [name, topology] of Object.entries(topologies)) {
      if (name === 'direct' || (names.length > 0 && !names.includes(name))) continue;
      const through = await throughTopology(topology, one);
      const differing = differences(direct, through);
      found += differing.length;
      say(`${one.revision} ${name}: ${JSON.stringify(tally(through))}, ${differing.length} differ`);
      for (const { scenario, check, ...more } of differing)
        say(`  ${scenario} | ${check} | ${more.direct} -> ${more.through} | ${more.message}`);
      for (const line of stopped.splice(0)) say(`  not passed on: ${line.slice(0, 300)}`);
    }
  }
  return found === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
