import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryWords, verifyWords } from '../../../renderer/settings/delivery-words.ts';
import {
  type Check,
  checkEndpoint,
  checkSeconds,
  checkShortcut,
} from '../../../renderer/settings/validation.ts';
import { DeliveryStatus, type VerifyReport } from '../../../shared/audit.ts';
import { SettingsPatch } from '../../../shared/settings.ts';

/** The page must say a sentence for exactly what main would not take. */
const agrees = (check: Check, text: string, patch: unknown): void => {
  expect([text, check(text) === '']).toEqual([text, SettingsPatch.safeParse(patch).success]);
};

describe('a typed setting is right where the contract takes it', () => {
  test('seconds', () => {
    const typed = fc.oneof(fc.integer({ min: -5, max: 70 }).map(String), fc.constant('12.5'));
    fc.assert(
      fc.property(typed, (text) => agrees(checkSeconds, text, { approvalSeconds: Number(text) })),
    );
    for (const text of ['', ' ', 'soon']) expect(checkSeconds(text)).not.toBe('');
  });

  test('endpoint', () => {
    const typed = fc.oneof(
      fc.string().map((path) => `https://collector.example.com/${path}`),
      fc.string().map((host) => `http://${host}`),
      fc.string().map((host) => `https:${host}`),
      fc.constantFrom('', 'collector', 'ftp://x.org/', 'file:///etc/passwd', 'https://', '//x.org'),
    );
    fc.assert(fc.property(typed, (text) => agrees(checkEndpoint, text, { auditEndpoint: text })));
  });

  test('shortcut', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) =>
        agrees(checkShortcut, text, { killShortcut: text }),
      ),
    );
  });
});

describe('how delivery stands', () => {
  const delivery = (over: Partial<DeliveryStatus>): DeliveryStatus => ({
    state: 'off',
    endpoint: '',
    pending: 3,
    deliveredThrough: 1_200,
    setAside: 1,
    ...over,
  });

  test('each state in words; only what arrived looks well', () => {
    const words = DeliveryStatus.shape.state.options.map((state) =>
      deliveryWords(delivery({ state, nextAttemptAt: 42_000 }), 0),
    );
    expect(words.map(({ text }) => text)).toEqual([
      'Off: entries stay on this machine',
      'Delivered through #1,200',
      'Sending, 3 entries waiting',
      'Not reached, 3 entries waiting; next try in 42 s',
      'The endpoint refused 1 batch, set aside',
    ]);
    expect(words.filter(({ tone }) => tone === 'ok')).toHaveLength(1);
  });

  test('without a time for the next try it names none', () => {
    expect(deliveryWords(delivery({ state: 'waiting' }), 0).text).toBe(
      'Not reached, 3 entries waiting',
    );
  });
});

test('a verification says broken when it is', () => {
  const report: VerifyReport = {
    ok: true,
    chain: 'c',
    entries: 10,
    checkpoints: 1,
    firstSequence: 1,
    lastSequence: 10,
    lastHash: 'h',
    problems: [],
  };
  expect(verifyWords(report)).toBe('Unbroken: 10 entries and 1 checkpoint verified, #1 to #10.');
  const problems = [{ sequence: 4, message: 'x' }];
  expect(verifyWords({ ...report, ok: false, problems })).toBe(
    'Broken: 10 entries and 1 checkpoint looked at, 1 problem found.',
  );
});
