import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { afterEach, expect, it } from 'vitest';
import { probeEra } from '../../../main/era/era-probe.ts';
import { ok } from '../../../shared/outcome.ts';
import { governed, realAfter } from './peers.ts';

const children: ChildProcessByStdio<Writable, Readable, null>[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The reference server for files. Without folders of its own it asks its client for roots as soon as it has started. */
function filesystem() {
  const root = path.dirname(
    createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/package.json'),
  );
  const child = spawn(process.execPath, [path.join(root, 'dist', 'index.js')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.push(child);
  return { child, streams: { in: child.stdout, out: child.stdin } };
}

it('a server that asks for roots when it starts has them before the first call of a modern client', async () => {
  const found = await probeEra({
    after: realAfter,
    clientInfo: { name: 'airlock', version: '1' },
    async open() {
      const { child, streams } = filesystem();
      return ok({ streams, close: async () => void child.kill() });
    },
  });
  expect(found).toEqual(ok('legacy'));

  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'era-')));
  folders.push(folder);
  const file = path.join(folder, 'a.txt');
  writeFileSync(file, 'what is in it');
  const session = governed(filesystem().streams, 'legacy');
  const client = new Client(
    { name: 'modern', version: '2' },
    { capabilities: { roots: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  let asked = 0;
  client.setRequestHandler('roots/list', () => {
    asked += 1;
    return { roots: [{ uri: pathToFileURL(folder).href, name: 'folder' }] };
  });
  await client.connect(session.transport as unknown as Transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('read_text_file');
  const result = await client.callTool({ name: 'read_text_file', arguments: { path: file } });
  expect(JSON.stringify(result.content)).toContain('what is in it');
  expect(asked).toBe(1);
  await client.close();
}, 60_000);
