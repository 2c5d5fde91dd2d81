import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Head } from '../../../main/audit/appender.ts';
import { publicKeyText, readCheckpoint, sealHolds } from '../../../main/audit/checkpoint-seal.ts';
import {
  checkpointEntries,
  checkpointMs,
  makeCheckpoints,
} from '../../../main/audit/checkpoints.ts';
import { fail, ok, type Result } from '../../../shared/outcome.ts';
import { deviceKey } from './sealed-trail.ts';
import { said } from './trail-child.ts';
import { aTrail, trailPath, watchedOpen } from './trail-support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function sealing(
  key: () => Promise<Result<KeyObject>> = async () => ok(deviceKey),
  path = trailPath(),
) {
  const { open, db } = watchedOpen();
  let told: (head: Head) => void = () => {};
  const onChange = vi.fn();
  const trail = aTrail(path, { open, onAppend: (head) => told(head) });
  const checkpoints = makeCheckpoints({ trail, deviceKey: key, now: () => 5, onChange });
  told = checkpoints.appended;
  const kept = () => trail.checkpointsAfter(0, 100).map(({ body }) => readCheckpoint(body));
  return { trail, checkpoints, kept, db, onChange, path };
}

/** The text with another first character. */
const swapFirst = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

const waitReal = { timeout: 5_000, interval: 5 };

describe('a checkpoint', () => {
  test('states where the chain stands, under the key of the device', async () => {
    const { trail, checkpoints, kept } = sealing();
    const entry = trail.append(said('a'));
    expect(await checkpoints.sign()).toBeUndefined();
    const [checkpoint] = kept();
    expect(checkpoint).toEqual({
      chain: entry.chain,
      sequence: 2,
      hash: entry.hash,
      time: 5,
      publicKey: publicKeyText(deviceKey),
      signature: expect.any(String),
    });
    expect(checkpoint && sealHolds(checkpoint)).toBe(true);
    expect(Buffer.from(checkpoint?.publicKey ?? '', 'base64')).toHaveLength(32);
  });

  test.each(['chain', 'sequence', 'hash', 'time', 'publicKey', 'signature'] as const)(
    'does not hold with another %s',
    async (member) => {
      const { trail, checkpoints, kept } = sealing();
      trail.append(said('a'));
      await checkpoints.sign();
      const [checkpoint] = kept();
      if (checkpoint === undefined) throw new Error('There is no checkpoint.');
      const value = checkpoint[member];
      const other = typeof value === 'number' ? value + 1 : swapFirst(value);
      expect(sealHolds({ ...checkpoint, [member]: other })).toBe(false);
    },
  );

  test('needs an Ed25519 key', () => {
    const { privateKey } = generateKeyPairSync('x25519');
    expect(() =>
      publicKeyText(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    ).toThrow();
    expect(
      sealHolds({ chain: '', sequence: 0, hash: '', time: 0, publicKey: '', signature: '' }),
    ).toBe(false);
    expect(privateKey.asymmetricKeyType).toBe('x25519');
  });
});

describe('it is made', () => {
  test(`after ${checkpointEntries} entries`, async () => {
    const { trail, kept } = sealing();
    for (let n = 0; n < checkpointEntries - 2; n += 1) trail.append(said(String(n)));
    expect(kept()).toEqual([]);
    trail.append(said('one more'));
    await vi.waitFor(() => expect(kept()).toHaveLength(1), waitReal);
    expect(kept()[0]?.sequence).toBe(checkpointEntries);
  });

  test('a minute after an entry', async () => {
    const { trail, kept } = sealing();
    trail.append(said('a'));
    vi.advanceTimersByTime(checkpointMs - 1);
    expect(kept()).toEqual([]);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(kept()).toHaveLength(1), waitReal);
    vi.advanceTimersByTime(10 * checkpointMs);
    trail.append(said('b'));
    expect(kept()).toHaveLength(1);
  });

  test('at the end, and then no more', async () => {
    const { trail, checkpoints, kept } = sealing();
    trail.append(said('a'));
    await checkpoints.stop();
    expect(kept()).toHaveLength(1);
    trail.appendMany(Array.from({ length: 300 }, () => said('b')));
    vi.advanceTimersByTime(10 * checkpointMs);
    expect(kept()).toHaveLength(1);
  });

  test('not twice for the same head, and goes on after a restart', async () => {
    const first = sealing();
    first.trail.append(said('a'));
    await Promise.all([first.checkpoints.sign(), first.checkpoints.sign()]);
    await first.checkpoints.stop();
    expect(first.kept()).toHaveLength(1);
    first.trail.close();
    const second = sealing(undefined, first.path);
    await second.checkpoints.sign();
    expect(second.kept()).toHaveLength(1);
    second.trail.append(said('b'));
    await second.checkpoints.sign();
    expect(second.kept().map((checkpoint) => checkpoint?.sequence)).toEqual([2, 3]);
  });

  test('not for an empty trail', async () => {
    const { checkpoints, kept } = sealing();
    expect(await checkpoints.sign()).toBeUndefined();
    expect(kept()).toEqual([]);
  });
});

describe('what stands in the way', () => {
  test('a locked keychain is told, and asked again in a minute', async () => {
    let key: Result<KeyObject> = fail('keychain-locked', 'Unlock the keychain.');
    const ask = vi.fn(async () => key);
    const { trail, checkpoints, kept, onChange } = sealing(ask);
    trail.append(said('a'));
    expect(await checkpoints.sign()).toMatchObject({ code: 'keychain-locked' });
    expect(checkpoints.problem()?.message).toBe('Unlock the keychain.');
    expect(onChange).toHaveBeenCalledOnce();
    trail.appendMany(Array.from({ length: 600 }, () => said('b')));
    expect(ask).toHaveBeenCalledOnce();
    key = ok(deviceKey);
    vi.advanceTimersByTime(checkpointMs);
    await vi.waitFor(() => expect(kept()).toHaveLength(1), waitReal);
    expect(checkpoints.problem()).toBeUndefined();
  });

  test('a trail that cannot be written', async () => {
    const { trail, checkpoints, kept, db } = sealing();
    trail.append(said('a'));
    db().exec('PRAGMA query_only = ON');
    expect(await checkpoints.sign()).toMatchObject({ code: 'not-writable' });
    db().exec('PRAGMA query_only = OFF');
    expect(await checkpoints.sign()).toBeUndefined();
    expect(kept()).toHaveLength(1);
  });
});
