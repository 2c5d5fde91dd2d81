import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type EngineThread, startEngine } from '../../../main/desktop/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'airlock-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Calls {
  add(a: number, b: number): number;
  fail(): void;
  hang(): void;
}

const source = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ id, name, words }) => {
  if (name === 'add') parentPort.postMessage({ kind: 'answer', id, value: words[0] + words[1] });
  if (name === 'fail') setImmediate(() => { throw new Error('out of order'); });
});
`;

function anEngine() {
  const file = path.join(folder, 'engine.cjs');
  writeFileSync(file, source);
  let told: (reason: string) => void = () => undefined;
  const failure = new Promise<string>((resolve) => {
    told = resolve;
  });
  const engine: EngineThread<Calls> = startEngine<Calls>(file, {}, told);
  return { engine, failure };
}

test('the engine answers from its own thread', async () => {
  const { engine } = anEngine();
  expect(await engine.remote.add(2, 3)).toBe(5);
  await engine.end();
});

test('an engine that fails says why, and what waits for it is told', async () => {
  const { engine, failure } = anEngine();
  const waits = engine.remote.hang();
  engine.remote.fail().catch(() => undefined);
  await expect(waits).rejects.toThrow('The engine has ended.');
  expect(await failure).toContain('out of order');
});

test('an engine that is told to end has not failed', async () => {
  const { engine, failure } = anEngine();
  await engine.remote.add(1, 1);
  await engine.end();
  const first = await Promise.race([failure, engine.remote.add(1, 1).catch(() => 'no failure')]);
  expect(first).toBe('no failure');
});
