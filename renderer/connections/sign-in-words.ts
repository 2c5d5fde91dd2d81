import type { EntryView } from '../../shared/client.ts';
import type { SignInStatus, SignOutReport } from '../../shared/sign-in.ts';
import type { Tone } from '../components/risk-words.ts';
import { dateTime } from '../components/time-words.ts';
import type { StateWords } from './connection-words.ts';

/** The line of a sign-in, and the one thing a person would do next. */
interface SignInWords extends StateWords {
  readonly next: 'sign-in' | 'wait' | 'sign-out' | 'nothing';
  /** True where calls fail until that is done. */
  readonly urgent: boolean;
}

/** The host of an issuer, as a person knows it; what is no URL is shown whole. */
const issuerName = (issuer: string): string =>
  URL.canParse(issuer) ? new URL(issuer).host : issuer;

const untilThen = 'Its calls fail until you do.';

/** What stands beside the button, where main's sentence would tell a person to come here. */
const here: Readonly<Record<string, string>> = {
  'needs-sign-in': untilThen,
  'sign-in-declined': `Nobody agreed when a call asked for it. ${untilThen}`,
  stopped: `The last sign-in was cancelled. ${untilThen}`,
};

/** How a sign-in stands, in words. */
export function signInWords(status: SignInStatus, now: number): SignInWords {
  switch (status.state) {
    case 'none':
      return {
        text: 'Not signed in',
        tone: 'neutral',
        means: 'The server has not asked for it.',
        next: 'sign-in',
        urgent: false,
      };
    case 'needs-sign-in':
      return {
        text: 'Needs you to sign in',
        tone: 'warn',
        means: here[status.problem.code] ?? status.problem.message,
        next: 'sign-in',
        urgent: true,
      };
    case 'signing-in':
      return {
        text: 'Waiting for your browser',
        tone: 'info',
        means: 'Finish the sign-in there.',
        next: 'wait',
        urgent: false,
      };
    case 'signed-in':
      return signedInWords(status, now);
    case 'problem':
      return {
        text: 'Sign-in not known',
        tone: 'danger',
        means: status.problem.message,
        next: 'nothing',
        urgent: true,
      };
    default:
      return status satisfies never;
  }
}

function signedInWords(
  status: Extract<SignInStatus, { state: 'signed-in' }>,
  now: number,
): SignInWords {
  const { issuer, account, expiresAt, renews, problem } = status;
  if (!renews && expiresAt !== undefined && expiresAt <= now) {
    const means = `It ended ${dateTime(expiresAt, now)}. ${untilThen}`;
    return { text: 'Sign in again', tone: 'warn', means, next: 'sign-in', urgent: true };
  }
  const who = account === undefined ? '' : ` as ${account}`;
  const holds = renews
    ? 'Renews by itself.'
    : expiresAt === undefined
      ? ''
      : `Until ${dateTime(expiresAt, now)}, then you sign in again.`;
  return {
    text: `Signed in at ${issuerName(issuer)}${who}`,
    tone: problem === undefined ? 'ok' : 'warn',
    means: problem === undefined ? holds : problem.message,
    next: 'sign-out',
    urgent: false,
  };
}

/** What a sign-out came to, where the tokens had come from. */
export function signedOutWords(
  { revoked }: SignOutReport,
  issuer: string,
): { readonly text: string; readonly tone: Tone } {
  const place = issuerName(issuer);
  switch (revoked) {
    case 'yes':
      return { text: `Signed out. ${place} revoked the access, too.`, tone: 'ok' };
    case 'not-offered':
      return {
        text: `Signed out on this machine. ${place} cannot revoke access early; what it gave out ends by itself.`,
        tone: 'info',
      };
    case 'failed':
      return {
        text: `Signed out on this machine, but ${place} did not revoke the access: it may hold until it ends by itself. If this machine was tampered with, tell IT.`,
        tone: 'warn',
      };
    case 'nothing-to-revoke':
      return { text: 'Signed out. There was no access left to revoke.', tone: 'ok' };
    default:
      return revoked satisfies never;
  }
}

/** True where calls fail for want of a sign-in. */
export const wantsSignIn = (status: SignInStatus | undefined): boolean =>
  status !== undefined && (status.state === 'needs-sign-in' || status.state === 'problem');

/** The names of the clients whose entries lead to a server. */
export const clientsOf = (
  server: string,
  clients: readonly {
    readonly name: string;
    readonly files: readonly { entries: readonly EntryView[] }[];
  }[],
): string[] =>
  clients
    .filter(({ files }) =>
      files.some(({ entries }) =>
        entries.some((entry) => entry.protected && server !== '' && entry.server === server),
      ),
    )
    .map(({ name }) => name);
