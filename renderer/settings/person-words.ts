import type { PersonSignOut, PersonStatus } from '../../shared/person.ts';
import type { Tone } from '../components/risk-words.ts';
import { dateTime } from '../components/time-words.ts';

/** A sign-in in a word, how loudly, what it means, and what a person can do about it. */
export interface PersonWords {
  readonly text: string;
  readonly tone: Tone;
  readonly means: string;
  readonly next: 'sign-in' | 'cancel' | 'sign-out';
}

/** The provider by its host, as people know it; the issuer itself where it is no address. */
const provider = (issuer: string): string =>
  URL.canParse(issuer) ? new URL(issuer).hostname : issuer;

/** How the sign-in stands; undefined where none is offered. `now` is Unix milliseconds. */
export function personWords(status: PersonStatus, now: number): PersonWords | undefined {
  switch (status.state) {
    case 'not-offered':
      return undefined;
    case 'signed-out': {
      const why = status.problem === undefined ? '' : `${status.problem.message} `;
      return status.required
        ? {
            text: 'Not signed in',
            tone: 'danger',
            means: `${why}Every call is refused until you sign in at ${provider(status.issuer)}.`,
            next: 'sign-in',
          }
        : {
            text: 'Not signed in',
            tone: status.problem === undefined ? 'neutral' : 'warn',
            means: `${why}Your account on this machine counts until you sign in.`,
            next: 'sign-in',
          };
    }
    case 'signing-in':
      return {
        text: 'Waiting for your browser',
        tone: 'info',
        means: `Finish the sign-in at ${provider(status.issuer)} there.`,
        next: 'cancel',
      };
    case 'signed-in':
      return signedIn(status, now);
    default:
      return status satisfies never;
  }
}

function signedIn(status: Extract<PersonStatus, { state: 'signed-in' }>, now: number): PersonWords {
  const { issuer, offline, problem, endsAt } = status;
  const place = provider(issuer);
  if (offline !== undefined) {
    return {
      text: 'Signed in, offline',
      tone: 'warn',
      means: `${place} has not answered since ${dateTime(offline.since, now)}. Your sign-in still counts until ${dateTime(offline.until, now)}.`,
      next: 'sign-out',
    };
  }
  return {
    text: `Signed in at ${place}`,
    tone: problem === undefined ? 'ok' : 'warn',
    means: problem?.message ?? `You sign in again ${dateTime(endsAt, now)}.`,
    next: 'sign-out',
  };
}

/** What a sign-out came to. */
export function signedOutWords({ revoked, browser }: PersonSignOut): {
  readonly text: string;
  readonly tone: Tone;
} {
  const web =
    browser === 'opened'
      ? ' Finish it in the browser that opened.'
      : browser === 'failed' || browser === 'not-offered'
        ? ' Your browser may still be signed in: sign out there yourself.'
        : '';
  return revoked === 'failed'
    ? {
        text: `Signed out on this machine, but the provider did not confirm it.${web}`,
        tone: 'warn',
      }
    : { text: `Signed out.${web}`, tone: browser === 'failed' ? 'warn' : 'ok' };
}
