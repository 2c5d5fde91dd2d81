import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { makeWire } from '../../../main/engine/wire.ts';

interface Desk {
  name(): string;
  later(word: string, times: number): Promise<string>;
  wrong(): never;
  note(n: number): void;
}

const notes: number[] = [];
const desk: Desk = {
  name: () => 'desk',
  later: async (word, times) => word.repeat(times),
  wrong() {
    throw new Error('no such paper');
  },
  note: (n) => void notes.push(n),
};

const open: MessageChannel[] = [];
afterEach(() => {
  for (const { port1 } of open.splice(0)) port1.close();
  notes.length = 0;
});

function joined() {
  const channel = new MessageChannel();
  open.push(channel);
  makeWire(channel.port1, { ...desk });
  return makeWire<Desk>(channel.port2, { ownName: () => 'here' });
}

test('a call takes its words there and brings its answer back', async () => {
  const { remote } = joined();
  expect(await remote.name()).toBe('desk');
  expect(await remote.later('ab', 3)).toBe('ababab');
});

test('calls arrive in the order they were made', async () => {
  const { remote } = joined();
  const all = Array.from({ length: 100 }, (_, n) => remote.note(n));
  await Promise.all(all);
  expect(notes).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test('what throws there rejects here, with its message', async () => {
  const { remote } = joined();
  await expect(remote.wrong()).rejects.toThrow('no such paper');
});

test('only what is served itself can be called', async () => {
  const { remote } = joined();
  const any = remote as unknown as Record<string, () => Promise<unknown>>;
  await expect(any.toString?.()).rejects.toThrow('no call named toString');
  await expect(any.ownName?.()).rejects.toThrow('no call named ownName');
});

test('a remote is no promise, so it can be returned from an async function', async () => {
  const { remote } = joined();
  const same = await (async () => remote)();
  expect(await same.name()).toBe('desk');
});

test('when the other side is gone, what waits and what comes later is rejected', async () => {
  const wire = joined();
  const waits = wire.remote.name();
  wire.cut('gone for good');
  await expect(waits).rejects.toThrow('gone for good');
  await expect(wire.remote.name()).rejects.toThrow('gone for good');
});
