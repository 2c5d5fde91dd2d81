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

/** What holds a setting: where its value comes from, and what the person may do about it. */
export const SettingHold = z.object({
  source: z.enum(['default', 'user', 'managed']),
  /** `locked`: it stands. `floored`: it may be stricter. `free`: it is the person's. */
  hold: z.enum(['free', 'floored', 'locked']),
  /** The least strict value that is let through; absent where it is free. */
  floor: z.union([z.string(), z.number(), z.boolean()]).optional(),
  /** For people; empty where it is free. */
  sentence: z.string(),
});
export type SettingHold = z.infer<typeof SettingHold>;

/** The address of a wish for access with the details filled in. `contact` is `mailto:` or `https:`. */
export function accessRequest(contact: string, subject: string, details: string): string {
  // A mail program takes a plus for a plus (RFC 6068), so spaces are written out.
  const query = `subject=${encodeURIComponent(subject.slice(0, 200))}&body=${encodeURIComponent(details.slice(0, 1_500))}`;
  return `${contact}${contact.includes('?') ? '&' : '?'}${query}`;
}
