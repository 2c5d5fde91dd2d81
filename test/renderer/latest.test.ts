import { describe, expect, test, vi } from 'vitest';
import { latest, sentence } from '../../renderer/latest.ts';

interface Value {
  readonly revision: number;
}

/** A main whose reply and pushes the test sets off by hand. */
function aMain() {
  let take: (next: Value) => void = () => {};
  let reply: (next: Value) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const stop = vi.fn();
  const listen = vi.fn((taker: (next: Value) => void) => {
    take = taker;
    return stop;
  });
  const fetch = vi.fn(
    () =>
      new Promise<Value>((resolve, reject) => {
        reply = resolve;
        refuse = reject;
      }),
  );
  return {
    store: latest(listen, fetch),
    listen,
    fetch,
    stop,
    push: (next: Value) => take(next),
    reply: (next: Value) => reply(next),
    refuse: (error: Error) => refuse(error),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a value that main owns', () => {
  test('is listened to before it is asked for', () => {
    const main = aMain();
    main.store.subscribe(() => {});
    expect(main.listen.mock.invocationCallOrder[0]).toBeLessThan(
      main.fetch.mock.invocationCallOrder[0] ?? 0,
    );
  });

  test('a reply that is older than a push does not count', async () => {
    const main = aMain();
    main.store.subscribe(() => {});
    main.push({ revision: 5 });
    main.reply({ revision: 4 });
    await settle();
    expect(main.store.current()).toEqual({ state: 'ready', value: { revision: 5 } });
  });

  test('a push that is no newer tells nobody', () => {
    const main = aMain();
    const changed = vi.fn();
    main.store.subscribe(changed);
    main.push({ revision: 2 });
    main.push({ revision: 2 });
    main.push({ revision: 1 });
    expect(changed).toHaveBeenCalledTimes(1);
  });

  test('a push without a revision is none', () => {
    const main = aMain();
    main.store.subscribe(() => {});
    main.push(undefined as unknown as Value);
    main.push({} as unknown as Value);
    expect(main.store.current()).toEqual({ state: 'loading' });
  });

  test('a failed fetch is told, can be tried again, and hides nothing that is known', async () => {
    const main = aMain();
    main.store.subscribe(() => {});
    main.refuse(new Error('gone'));
    await settle();
    expect(main.store.current()).toEqual({ state: 'failed', message: 'gone' });
    main.store.refresh();
    expect(main.store.current()).toEqual({ state: 'loading' });
    main.push({ revision: 1 });
    main.refuse(new Error('gone again'));
    await settle();
    expect(main.store.current()).toEqual({ state: 'ready', value: { revision: 1 } });
  });

  test('is let go with the last listener and taken up with the next', () => {
    const main = aMain();
    const first = main.store.subscribe(() => {});
    const second = main.store.subscribe(() => {});
    first();
    expect(main.stop).not.toHaveBeenCalled();
    second();
    expect(main.stop).toHaveBeenCalledTimes(1);
    main.store.subscribe(() => {});
    expect(main.listen).toHaveBeenCalledTimes(2);
  });
});

describe('a sentence for a person', () => {
  test("leaves out what Electron puts before main's own words", () => {
    const error = new Error("Error invoking remote method 'airlock:scanClients': Error: No home.");
    expect(sentence(error)).toBe('No home.');
    expect(sentence(new Error("Error invoking remote method 'a': TypeError: x"))).toBe('x');
    expect(sentence('plain')).toBe('plain');
  });
});
