import { z } from 'zod';
import { Notice } from './managed.ts';

/** How this machine stands with its organisation, for people. Moments as in the bundle, `checkedAt` in Unix milliseconds. */
export const ManagedStatus = z.object({
  /**
   * `waiting`: enrolled, but no policy could be had yet; `unreadable`: the enrolment is there and cannot be trusted or
   * read. In both only reading is let through.
   */
  state: z.enum(['not-managed', 'managed', 'waiting', 'unreadable']),
  /** Empty where nobody can tell. */
  organisation: z.string(),
  /** Where "request access" leads: `mailto:` or `https:`. */
  contact: z.string().optional(),
  serial: z.number().optional(),
  issued: z.string().optional(),
  expires: z.string().optional(),
  /** The key that signed the bundle in force. */
  kid: z.string().optional(),
  /** When the policy host last gave an answer that could be used. */
  checkedAt: z.number().optional(),
  notices: z.array(Notice),
  /** What is wrong, one sentence each. */
  problems: z.array(z.string()),
});
export type ManagedStatus = z.infer<typeof ManagedStatus>;

/** The address of a wish for access with the details filled in. `contact` is `mailto:` or `https:`. */
export function accessRequest(contact: string, subject: string, details: string): string {
  const url = new URL(contact);
  url.searchParams.set('subject', subject.slice(0, 200));
  url.searchParams.set('body', details.slice(0, 1_500));
  // A mail program takes a plus for a plus (RFC 6068).
  return url.href.replaceAll('+', '%20');
}
