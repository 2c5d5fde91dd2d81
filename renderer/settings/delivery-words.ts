import type { DeliveryStatus, VerifyReport } from '../../shared/audit.ts';
import { count, number } from '../components/count.ts';
import type { Tone } from '../components/risk-words.ts';
import { timeLeft } from '../components/time-words.ts';

/** How delivery of the audit stands, in one sentence. */
export function deliveryWords(
  delivery: DeliveryStatus,
  now: number,
): { readonly text: string; readonly tone: Tone } {
  const pending = `${count(delivery.pending, 'entry', 'entries')} waiting`;
  switch (delivery.state) {
    case 'off':
      return { text: 'Off: entries stay on this machine', tone: 'neutral' };
    case 'idle':
      return { text: `Delivered through #${number(delivery.deliveredThrough)}`, tone: 'ok' };
    case 'sending':
      return { text: `Sending, ${pending}`, tone: 'info' };
    case 'waiting':
      return {
        text:
          delivery.nextAttemptAt === undefined
            ? `Not reached, ${pending}`
            : `Not reached, ${pending}; next try in ${timeLeft(delivery.nextAttemptAt, now)}`,
        tone: 'warn',
      };
    case 'alert':
      return {
        text: `The endpoint refused ${count(delivery.setAside, 'batch', 'batches')}, set aside`,
        tone: 'danger',
      };
    default:
      return delivery.state satisfies never;
  }
}

/** What a verification of the trail found, in one sentence. */
export function verifyWords(report: VerifyReport): string {
  const what = `${count(report.entries, 'entry', 'entries')} and ${count(report.checkpoints, 'checkpoint')}`;
  return report.ok
    ? `Unbroken: ${what} verified, #${number(report.firstSequence)} to #${number(report.lastSequence)}.`
    : `Broken: ${what} looked at, ${count(report.problems.length, 'problem')} found.`;
}
