import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeTidying } from '../../../main/audit/tidying.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function tidied(over: { sync?: () => Promise<void>; index?: () => boolean } = {}) {
  let time = 0;
  const steps = {
    sync: vi.fn(over.sync ?? (async () => {})),
    index: vi.fn(over.index ?? (() => false)),
    fold: vi.fn(),
    failed: vi.fn(),
  };
  const tidying = makeTidying(steps, () => time);
  return {
    ...steps,
    tidying,
    pass: async (ms: number) => {
      time += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

describe('what was written', () => {
  test('is synced and indexed within a second, once', async () => {
    const { sync, index, tidying, pass } = tidied();
    tidying.written(1);
    await pass(999);
    expect(sync).not.toHaveBeenCalled();
    await pass(1);
    await pass(60_000);
    expect(sync).toHaveBeenCalledTimes(1);
    expect(index).toHaveBeenCalledTimes(1);
  });

  test('is synced at once when it is a thousand entries', async () => {
    const { sync, tidying, pass } = tidied();
    tidying.written(999);
    expect(sync).not.toHaveBeenCalled();
    tidying.written(1);
    expect(sync).toHaveBeenCalledTimes(1);
    await pass(1_000);
    expect(sync).toHaveBeenCalledTimes(1);
  });

  test('during a sync is synced by the next', async () => {
    let done: () => void = () => {};
    const { sync, tidying, pass } = tidied({
      sync: () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    });
    tidying.written(1_000);
    tidying.written(1);
    done();
    await pass(1_000);
    expect(sync).toHaveBeenCalledTimes(2);
    done();
  });

  test('is indexed in bites', async () => {
    let left = 3;
    const { index, sync, tidying, pass } = tidied({ index: () => --left > 0 });
    tidying.written(1);
    await pass(1_000);
    expect(index).toHaveBeenCalledTimes(1);
    await pass(30);
    expect(index).toHaveBeenCalledTimes(3);
    expect(sync).toHaveBeenCalledTimes(1);
  });
});

describe('the index', () => {
  test('waits while entries come, and catches up when they stop', async () => {
    const { index, sync, tidying, pass } = tidied();
    for (let n = 0; n < 20; n += 1) {
      tidying.written(10);
      await pass(100);
    }
    expect(sync).toHaveBeenCalled();
    expect(index).not.toHaveBeenCalled();
    await pass(1_200);
    expect(index).toHaveBeenCalledTimes(1);
  });

  test('does not wait once thousands are missing in it', async () => {
    const { index, tidying, pass } = tidied();
    for (let n = 0; n < 20; n += 1) {
      tidying.written(1_000);
      await pass(100);
    }
    expect(index.mock.calls.length).toBeGreaterThan(1);
  });
});

describe('the log', () => {
  test('is folded after a thousand entries, when nobody appends', async () => {
    const { fold, tidying, pass } = tidied();
    tidying.written(1_000);
    await pass(150);
    expect(fold).not.toHaveBeenCalled();
    tidying.written(5);
    await pass(150);
    expect(fold).not.toHaveBeenCalled();
    await pass(400);
    expect(fold).toHaveBeenCalledTimes(1);
    await pass(60_000);
    expect(fold).toHaveBeenCalledTimes(1);
  });

  test('is left alone for a few', async () => {
    const { fold, tidying, pass } = tidied();
    tidying.written(10);
    await pass(60_000);
    expect(fold).not.toHaveBeenCalled();
  });
});

test('a failure is told, and the next write tries again', async () => {
  const sync = vi.fn(async () => {
    throw new Error('the disk');
  });
  const { failed, tidying, pass } = tidied({ sync });
  tidying.written(1);
  await pass(1_000);
  expect(failed).toHaveBeenCalledWith(expect.objectContaining({ message: 'the disk' }));
  tidying.written(1);
  await pass(1_000);
  expect(sync).toHaveBeenCalledTimes(2);
});

test('a failure after the end concerns nobody', async () => {
  let fail: () => void = () => {};
  const { failed, index, tidying, pass } = tidied({
    sync: () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('closed'));
      }),
  });
  tidying.written(1_000);
  tidying.stop();
  fail();
  await pass(1);
  expect(failed).not.toHaveBeenCalled();
  expect(index).not.toHaveBeenCalled();
});

test('nothing is done after the end', async () => {
  const { sync, tidying, pass } = tidied();
  tidying.written(1);
  tidying.stop();
  tidying.written(5_000);
  await pass(60_000);
  expect(sync).not.toHaveBeenCalled();
});
