import { userInfo } from 'node:os';

/** The operating system's name of the person at this machine, until one signs in. */
export function person(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an account (some containers) has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
