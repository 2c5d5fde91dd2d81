import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Agent, agent } from '../fakes/agent.ts';
import { aHome, type Home } from '../integration/home.ts';
import { startApp } from '../integration/rig.ts';
import { until } from '../integration/until.ts';
import { peers, peersInstalled } from './peers.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const inModules = (...parts: string[]): string =>
  path.resolve(import.meta.dirname, '../../node_modules', ...parts);
const official = (name: string): string =>
  inModules('@modelcontextprotocol', name, 'dist', 'index.js');

/** A Chromium that the system has, for the server that drives one. */
const chromium = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);

/** An app in which the person lets every listed tool run unasked, and a client of this server in it. */
async function aClient(
  command: string,
  args: (home: Home) => string[],
  env: (home: Home) => Record<string, string> = () => ({}),
): Promise<{ home: Home; client: Agent; outcomes: () => (string | undefined)[] }> {
  const home = aHome();
  writeFileSync(path.join(home.data, 'policy.cedar'), 'permit (principal, action, resource);\n');
  const variables = env(home);
  const names = Object.keys(variables);
  const { id } = home.connect('real', command, args(home), { forwardedEnv: names });
  const app = await startApp(home);
  const words = names.length === 0 ? [id] : [id, '--env', names.join(',')];
  const client = await agent(home.place.bridgeFile, words, {
    HOME: home.path,
    PATH: process.env.PATH ?? '',
    ...variables,
  });
  closers.push(() => client.close());
  return {
    home,
    client,
    outcomes: () => app.entries('call.closed').map(({ outcome }) => outcome),
  };
}

describe('real servers behind the bridge', () => {
  test('everything: text, sums, progress and structured content', async () => {
    const { client, outcomes } = await aClient(process.execPath, () => [
      official('server-everything'),
      'stdio',
    ]);
    expect(await client.tools()).toEqual(expect.arrayContaining(['echo', 'get-sum']));
    expect(await client.call('echo', { message: 'hello' })).toEqual({
      text: 'Echo: hello',
      isError: false,
    });
    expect((await client.call('get-sum', { a: 2, b: 3 })).text).toContain('5');
    const heard: number[] = [];
    await client.client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.5, steps: 5 } },
      { onprogress: ({ progress }) => heard.push(progress) },
    );
    // The SDK's client drops progress that comes with the result in one read, without Airlock, too.
    expect(heard.slice(0, 4)).toEqual([1, 2, 3, 4]);
    const weather = await client.client.callTool({
      name: 'get-structured-content',
      arguments: { location: 'New York' },
    });
    expect(weather.structuredContent).toMatchObject({ temperature: expect.any(Number) });
    const { resources } = await client.client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    await until(() => outcomes().length >= 4);
    expect(new Set(outcomes())).toEqual(new Set(['ok']));
  });

  test('filesystem: writes, edits and reads real files, and none outside of its folder', async () => {
    const folder = (home: Home) => path.join(home.path, 'notes');
    const { home, client } = await aClient(process.execPath, (at) => {
      mkdirSync(folder(at));
      return [official('server-filesystem'), folder(at)];
    });
    await client.tools();
    const file = path.join(folder(home), 'a.txt');
    const content = 'one\ntwo \u00e4\u{1f600}\n';
    expect(await client.call('write_file', { path: file, content })).toMatchObject({
      isError: false,
    });
    expect(readFileSync(file, 'utf8')).toBe(content);
    const edits = [{ oldText: 'one', newText: '1' }];
    await client.call('edit_file', { path: file, edits });
    expect((await client.call('read_text_file', { path: file })).text).toContain('1\ntwo');
    expect(await client.call('read_text_file', { path: '/etc/hostname' })).toMatchObject({
      isError: true,
    });
  });

  test('memory: keeps a graph in the file that the entry names', async () => {
    const { client } = await aClient(
      process.execPath,
      () => [official('server-memory')],
      (home) => ({ MEMORY_FILE_PATH: home.file('memory.jsonl') }),
    );
    await client.tools();
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes notes'] }];
    await client.call('create_entities', { entities });
    const { text } = await client.call('search_nodes', { query: 'notes' });
    expect(JSON.parse(text)).toMatchObject({ entities: [{ name: 'Ada' }] });
  });

  test.runIf(peersInstalled && chromium !== undefined)(
    'Playwright: opens a page of this machine in a browser without a window',
    async () => {
      const site = createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end('<!doctype html><title>Local</title><h1>Hello from here</h1>');
      });
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
      closers.push(
        () =>
          new Promise((resolve) => {
            site.close(() => resolve());
            site.closeAllConnections();
          }),
      );
      const { client } = await aClient(peers.node, () => [
        ...[peers.playwrightMcp, '--headless', '--isolated', '--no-sandbox'],
        ...['--executable-path', chromium ?? ''],
      ]);
      expect(await client.tools()).toContain('browser_navigate');
      const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
      const opened = await client.call('browser_navigate', { url }, { timeout: 120_000 });
      expect(opened).toMatchObject({ isError: false });
      const { text } = await client.call('browser_snapshot', {}, { timeout: 120_000 });
      expect(text).toContain('Hello from here');
      await client.call('browser_close', {}, { timeout: 120_000 });
    },
  );
});
