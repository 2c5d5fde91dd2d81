import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { seeded } from '../../soak/seeded.ts';

/**
 * A client that keeps its whole config in memory and writes it out again and again, as it was before Airlock came, or,
 * by chance of the seed, as it reads it from the file. Each write counts up. Prints the last count when it ends.
 */
const [file = '', pause = '', seconds = '', seed = '', readsShare = '', config = '{}'] =
  process.argv.slice(2);
interface Config {
  mcpServers: Record<string, unknown>;
  launches: number;
}
const read = () => JSON.parse(readFileSync(file, 'utf8')) as Config;
const remembered = JSON.parse(config) as Config;
const chance = seeded(Number(seed));
const end = performance.now() + Number(seconds) * 1_000;
let launches = 0;
while (performance.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  launches += 1;
  const servers = chance() < Number(readsShare) ? read().mcpServers : remembered.mcpServers;
  const text = JSON.stringify({ mcpServers: servers, launches }, null, 2);
  if (chance() < 0.5) writeFileSync(file, text);
  else {
    writeFileSync(`${file}.swap`, text);
    renameSync(`${file}.swap`, file);
  }
}
process.stdout.write(String(launches));
