import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { type BridgeEndpoint, bridgeEndpoint, socketTmp } from '../../shared/endpoint.ts';

/** How the bridge starts the app. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const uid = process.getuid?.() ?? 0;

/** Where the app of this home is met. Clients pass on few variables, so that HOME (or USERPROFILE) has to do. */
export function meetingPlace(): BridgeEndpoint {
  const home = homedir();
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  const platform =
    process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux';
  const at = (tmp: string) => bridgeEndpoint({ platform, home, tmp, uid, hash });
  const usual = at(socketTmp);
  if (platform === 'win32' || existsSync(usual.socket)) return usual;
  const other = at(tmpdir());
  return existsSync(other.socket) ? other : usual;
}

/** True where the socket lies in a folder that only this user can have put it in; else a token must not go there. */
export function isOurs({ socketFolder }: BridgeEndpoint): boolean {
  if (socketFolder === undefined) return true;
  const stats = lstatSync(socketFolder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o077) === 0;
}

/** This run's token, empty while there is none. */
export function readToken({ tokenFile }: BridgeEndpoint): string {
  return readOwn(tokenFile)?.trim() ?? '';
}

/** How to start the app; undefined where that is not written down, or not by this user. */
export function readLaunch({ launchFile }: BridgeEndpoint): Launch | undefined {
  const text = readOwn(launchFile);
  if (text === undefined) return undefined;
  try {
    const { command, args = [], env = {} } = JSON.parse(text);
    const words: unknown[] = [command, ...args, ...Object.values(env)];
    return words.every((word) => typeof word === 'string') && command !== ''
      ? { command, args, env }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A file's text where it is this user's and nobody else could have written it. */
function readOwn(file: string): string | undefined {
  try {
    const stats = statSync(file);
    const trusted =
      process.platform === 'win32' || (stats.uid === uid && (stats.mode & 0o022) === 0);
    return trusted ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
