import type { ManagedStatus } from '../../shared/managed-status.ts';
import { personLabel } from '../../shared/person.ts';
import type { AppState } from '../../shared/state.ts';
import type { Tone } from '../components/risk-words.ts';
import { dateTime } from '../components/time-words.ts';

/** A moment of a bundle (ISO 8601) for people; as it stands where it is none. */
export const momentWords = (moment: string, now: number): string => {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? moment : dateTime(at, now);
};

/** How the machine stands with its organisation: a word, how loudly, and what it means. */
export function managedWords(
  { state, expires }: ManagedStatus,
  now: number,
): { readonly text: string; readonly tone: Tone; readonly means: string } {
  switch (state) {
    case 'not-managed':
      return { text: 'Not managed', tone: 'neutral', means: 'Your own rules count.' };
    case 'managed':
      return expires !== undefined && Date.parse(expires) <= now
        ? {
            text: 'Policy has expired',
            tone: 'warn',
            means: 'The last policy stays in force until a newer one comes.',
          }
        : {
            text: 'Policy in force',
            tone: 'ok',
            means: 'Both its rules and yours must allow a call.',
          };
    case 'waiting':
      return {
        text: 'Waiting for the policy',
        tone: 'warn',
        means: 'Until it arrives, agents may only read.',
      };
    case 'unreadable':
      return {
        text: 'Enrolment cannot be trusted',
        tone: 'danger',
        means: 'Agents may only read. Tell IT: the enrolment on this machine has to be mended.',
      };
    default:
      return state satisfies never;
  }
}

/** What IT needs to know about this machine to answer a wish, below the person's own words. */
export const accessDetails = (state: AppState, wish: string): string =>
  [
    wish.trim().slice(0, 1_000),
    '',
    `Person: ${personLabel(state.signedIn.person)}`.slice(0, 200),
    `Airlock ${state.version}, policy ${state.managed.serial ?? 'none'}`,
  ].join('\n');
