/** What a machine and its user are, as far as the bridge's paths depend on it. */
export interface EndpointPlace {
  readonly platform: 'darwin' | 'linux' | 'win32';
  /** The user's home folder (HOME or USERPROFILE). */
  readonly home: string;
  /** Where the socket goes when the home is too deep: `socketTmp` for everything but tests. */
  readonly tmp: string;
  readonly uid: number;
  /** The first 16 hex digits of SHA-256 over the home folder: tells users and test homes apart. */
  readonly hash: string;
  /** True where the bridge is an executable: that matters to its name on Windows alone. */
  readonly packaged?: boolean;
}

/** Not TMPDIR: clients that pass on ten variables leave it out, and bridge and app would look in two places. */
export const socketTmp = '/tmp';

/** Where bridge and app meet. Both compute it from the home folder alone, as clients pass on few variables. */
export interface BridgeEndpoint {
  /** A unix socket's path, or the name of a Windows pipe. */
  readonly socket: string;
  /** The folder of the unix socket, which must be ours alone; undefined on Windows. */
  readonly socketFolder: string | undefined;
  /** Holds the token a hello must carry; readable by this user only. */
  readonly tokenFile: string;
  /** Says how the bridge starts the app: `{command, args, env?}`. */
  readonly launchFile: string;
  /** Where the bridge itself is installed; the command of every rewritten entry. */
  readonly bridgeFile: string;
}

/** macOS allows 104 bytes for a socket's path, Linux 108, each with a closing zero; some readers count less. */
const maxSocketBytes = 100;

/** The meeting place of bridge and app. A home too deep for a socket path moves the socket below `tmp`. */
export function bridgeEndpoint(place: EndpointPlace): BridgeEndpoint {
  const separator = place.platform === 'win32' ? '\\' : '/';
  const join = (...parts: string[]) => parts.join(separator);
  const extension = place.packaged ? '.exe' : '.cmd';
  const root = join(trimEnd(place.home, separator), '.airlock');
  const rest = {
    tokenFile: join(root, 'run', 'token'),
    launchFile: join(root, 'launch.json'),
    bridgeFile: join(
      root,
      'bin',
      place.platform === 'win32' ? `airlock-bridge${extension}` : 'airlock-bridge',
    ),
  };
  if (place.platform === 'win32') {
    return { socket: `\\\\.\\pipe\\airlock-${place.hash}`, socketFolder: undefined, ...rest };
  }
  const near = join(root, 'run');
  const far = join(trimEnd(place.tmp, separator), `airlock-${place.uid}-${place.hash}`);
  const folder = utf8Length(join(near, 'bridge.sock')) <= maxSocketBytes ? near : far;
  return { socket: join(folder, 'bridge.sock'), socketFolder: folder, ...rest };
}

/** `/home/ada/` and `/home/ada` are one home. */
function trimEnd(path: string, separator: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === separator) end -= 1;
  return path.slice(0, end);
}

/** Bytes of a text in UTF-8, counted without a platform's encoder. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const c = character.codePointAt(0) ?? 0;
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }
  return bytes;
}
