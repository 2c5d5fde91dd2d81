import path from 'node:path';
import { watchConfigs } from '../../../main/clients/watch-configs.ts';
import { until } from '../../integration/until.ts';
import { bundleChild, runChild } from './run-child.ts';
import { makeWatchDesk } from './watch-desk.ts';

const cursorFile = '.cursor/mcp.json';
const servers = {
  files: { command: 'npx', args: ['-y', 'files'], env: { TOKEN: 'literal-1' } },
  wiki: { command: 'uvx', args: ['wiki'] },
};

/** How a client rewrites its config: every so many milliseconds, for so many seconds, by a seed. */
export interface Rewriting {
  readonly pauseMs: number;
  readonly seconds: number;
  readonly seed: number;
  /** How often, from 0 to 1, it keeps what it reads in the file instead of writing what it remembers. */
  readonly reads: number;
}

/** How a watch and a rewriting client came out of it. */
export interface Outcome {
  /** Writes of the client, and what of it is in the file in the end. */
  readonly written: number;
  readonly inFile: number;
  readonly reapplied: number;
  readonly gaveUp: number;
  readonly allRouted: boolean;
  readonly errors: readonly unknown[];
  /** Of one core, while the client ran, 0 to 1: this whole process. */
  readonly cpu: number;
}

/** Lets a client in a process of its own rewrite a protected config under watch, and waits until it is settled. */
export async function rewriteUnderWatch(how: Rewriting): Promise<Outcome> {
  const desk = makeWatchDesk({ clock: () => performance.now() });
  try {
    const config = JSON.stringify({ mcpServers: servers, launches: 0 });
    desk.put(cursorFile, config);
    await desk.protectAll();
    const watch = watchConfigs(desk.watch);
    await watch.ready;
    const child = await bundleChild('rewriting-client.ts', desk.root);
    const { pauseMs, seconds, seed, reads } = how;
    const file = path.join(desk.home, cursorFile);
    const began = performance.now();
    const before = process.cpuUsage();
    const end = await runChild(child, [
      file,
      ...[pauseMs, seconds, seed, reads].map(String),
      config,
    ]);
    const used = process.cpuUsage(before);
    const cpu = (used.user + used.system) / 1_000 / (performance.now() - began);
    const count = (kind: string) => desk.events.filter((event) => event.kind === kind).length;
    const allRouted = () => !Object.values(desk.routes(cursorFile)).includes(false);
    await until(() => allRouted() || count('gave-up') > 0, 'a routed file or giving up');
    await watch.close();
    return {
      written: Number(end.out),
      inFile: (JSON.parse(desk.read(cursorFile)) as { launches: number }).launches,
      reapplied: count('reapplied'),
      gaveUp: count('gave-up'),
      allRouted: allRouted(),
      errors: desk.errors,
      cpu,
    };
  } finally {
    desk.close();
  }
}
