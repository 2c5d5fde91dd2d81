import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ConfigWatch,
  type WatchOptions,
  watchConfigs,
} from '../../../main/clients/watch-configs.ts';
import { makeWatchDesk, type WatchDesk } from '../../fakes/configs/watch-desk.ts';
import { until } from '../../integration/until.ts';

let desk: WatchDesk;
let watch: ConfigWatch | undefined;
beforeEach(() => {
  desk = makeWatchDesk();
});
afterEach(async () => {
  await watch?.close();
  watch = undefined;
  expect(desk.errors).toEqual([]);
  desk.close();
});

const cursorFile = '.cursor/mcp.json';
const server = (command: string) => ({ command, args: ['-y', 'x'] });
const config = (servers: Record<string, unknown>, more: object = {}) =>
  JSON.stringify({ ...more, mcpServers: servers });
const wiped = (launches = 1) => config({ files: server('npx') }, { launches });
const full = (file: string) => path.join(desk.home, file);

/** So slow a poll that whatever is seen was told by the system. */
const noPoll = 3_600_000;

async function start(options: WatchOptions = {}) {
  watch = watchConfigs(desk.watch, { pollMs: noPoll, ...options });
  await watch.ready;
  return watch;
}
const come = (...kinds: string[]) =>
  until(() => kinds.every((kind) => desk.kinds().includes(kind)), kinds.join(', '));

describe('what the system tells', () => {
  beforeEach(async () => {
    desk.put(cursorFile, config({ files: server('npx') }));
    await desk.protectAll();
  });

  test.each<[string, (content: string) => void]>([
    ['written in place', (content) => writeFileSync(full(cursorFile), content)],
    ['replaced by rename', (content) => desk.replace(cursorFile, content)],
    [
      'moved away and written anew',
      (content) => {
        renameSync(full(cursorFile), full(`${cursorFile}~`));
        writeFileSync(full(cursorFile), content);
      },
    ],
  ])('a file %s is routed again', async (_, write) => {
    await start();
    write(wiped());
    await come('drifted reapply', 'reapplied');
    expect(desk.routes(cursorFile)).toEqual({ files: true });
    write(wiped(2));
    await until(() => desk.kinds().filter((kind) => kind === 'reapplied').length === 2);
    expect(JSON.parse(desk.read(cursorFile))).toMatchObject({ launches: 2 });
  });

  test('a change is told within a second', async () => {
    await start();
    const began = performance.now();
    desk.replace(cursorFile, wiped());
    await come('drifted reapply');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('a file behind a link is seen where the link leads', async () => {
    rmSync(full(cursorFile));
    desk.put('dotfiles/mcp.json', config({ files: server('npx') }));
    symlinkSync('../dotfiles/mcp.json', full(cursorFile));
    await desk.protectAll();
    await start();
    desk.replace('dotfiles/mcp.json', wiped());
    await come('reapplied');
    expect(desk.read('dotfiles/mcp.json')).toContain('con_');
  });

  test('a file with two names speaks once', async () => {
    symlinkSync(full(cursorFile), full('.claude.json'));
    await desk.protectAll();
    await start();
    desk.replace(cursorFile, wiped());
    await come('reapplied');
    await watch?.poll();
    expect(desk.kinds()).toEqual(['drifted reapply', 'reapplied']);
  });

  test('a file that appears beside others is all new', async () => {
    mkdirSync(full('.config/Code/User'), { recursive: true });
    await start();
    desk.put('.config/Code/User/mcp.json', '{"servers": {"s": {"command": "x"}}}');
    await come('new-entry ask');
    expect(desk.events[0]).toMatchObject({ clientId: 'vscode', entry: 's' });
  });

  test('many changes at once are looked at together', async () => {
    let looks = 0;
    desk.close();
    desk = makeWatchDesk({
      alone: (work) => {
        looks += 1;
        return work();
      },
    });
    desk.put(cursorFile, config({ files: server('npx') }));
    await start();
    const before = looks;
    for (let n = 0; n < 100; n += 1) desk.replace(cursorFile, config({ files: server('npx'), n }));
    desk.replace(cursorFile, config({ late: server('x') }));
    await come('new-entry ask');
    expect(looks - before).toBeLessThan(4);
  });

  test('our own writes lead to no event', async () => {
    await start();
    desk.replace(cursorFile, wiped());
    await come('reapplied');
    await watch?.poll();
    await watch?.poll();
    expect(desk.kinds()).toEqual(['drifted reapply', 'reapplied']);
  });

  test('a server that a person decides about is routed', async () => {
    const running = await start();
    const files = JSON.parse(desk.read(cursorFile)).mcpServers.files;
    desk.replace(cursorFile, config({ files, added: server('x') }));
    await come('new-entry ask');
    const [event] = desk.events;
    if (event?.keyPath === undefined) throw new Error('no place');
    const entry = { clientId: event.clientId, file: event.file, keyPath: event.keyPath };
    expect(await running.decide({ ...entry, clientId: 'nobody' }, 'route')).toBe(false);
    expect(await running.decide(entry, 'route')).toBe(true);
    expect(desk.routes(cursorFile)).toEqual({ files: true, added: true });
  });

  test('nothing is told or written once it is closed', async () => {
    const running = await start();
    await running.close();
    desk.replace(cursorFile, wiped());
    await running.poll();
    expect(desk.events).toEqual([]);
    expect(desk.read(cursorFile)).toBe(wiped());
  });
});

describe('what only a poll sees', () => {
  beforeEach(async () => {
    desk.put(cursorFile, config({ files: server('npx') }));
    await desk.protectAll();
  });

  test('is everything where folders cannot be watched', async () => {
    await start({ folders: 0, pollMs: 50 });
    desk.replace(cursorFile, wiped());
    await come('reapplied');
  });

  test('is a folder that appears, and from then on its files are told', async () => {
    const running = await start();
    desk.put('.config/Code/User/mcp.json', '{"servers": {"s": {"command": "x"}}}');
    await running.poll();
    await come('new-entry ask');
    desk.replace('.config/Code/User/mcp.json', '{"servers": {"t": {"command": "x"}}}');
    await until(() => desk.events.some(({ entry }) => entry === 't'));
  });

  test('is a folder that was replaced by another', async () => {
    const running = await start();
    renameSync(full('.cursor'), full('.cursor-old'));
    desk.put(cursorFile, wiped());
    await running.poll();
    await come('reapplied');
    desk.replace(cursorFile, wiped(2));
    await until(() => desk.kinds().filter((kind) => kind === 'reapplied').length === 2);
    expect(existsSync(full('.cursor-old/mcp.json'))).toBe(true);
  });

  test('is a project that a client names, whose servers are told and never written', async () => {
    const project = desk.put('work/.mcp.json', config({ theirs: server('x') }));
    const running = await start();
    const before = desk.read('work/.mcp.json');
    desk.put('.claude.json', JSON.stringify({ projects: { [path.dirname(project)]: {} } }));
    for (let polls = 0; polls < 12; polls += 1) await running.poll();
    await come('new-entry leave');
    expect(desk.events[0]?.sentence).toContain('project folder');
    expect(desk.read('work/.mcp.json')).toBe(before);
  });
});

test('a failure in what it tells ends neither the look at other files nor the watch', async () => {
  const told: string[] = [];
  desk.close();
  desk = makeWatchDesk({
    onEvent: ({ kind, clientId }) => {
      told.push(`${clientId} ${kind}`);
      if (clientId === 'cursor') throw new Error('listener');
    },
  });
  desk.put(cursorFile, config({ files: server('npx') }));
  desk.put('.claude.json', config({ files: server('npx') }));
  await start();
  desk.replace(cursorFile, config({ a: server('a') }));
  await until(() => told.includes('cursor new-entry'));
  desk.replace('.claude.json', config({ a: server('a') }));
  await until(() => told.includes('claude-code new-entry'));
  expect(desk.errors.splice(0)).toEqual([new Error('listener')]);
  appendFileSync(full(cursorFile), '\n');
});
