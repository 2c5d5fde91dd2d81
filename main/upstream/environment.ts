/** The variable that every process of a session inherits: by it even a daemon that left its parents is found again. */
export const sessionMarker = 'AIRLOCK_SESSION';

/** Names and values of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment of a server is made from. */
export interface ChildEnvironment {
  readonly platform: NodeJS.Platform;
  /** The app's own environment, of which only the names below pass. */
  readonly parent: Environment;
  /** The PATH of the login shell; an entry's own PATH goes before it. */
  readonly path: string;
  /** The entry's own variables, secrets and placeholders already filled in. */
  readonly entry: Readonly<Record<string, string>>;
  readonly sessionId: string;
}

/** What the SDKs' `getDefaultEnvironment` passes, and where a person's language, time and files are. */
const unixNames = [
  'HOME',
  'LOGNAME',
  'USER',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TERM',
  'TMPDIR',
  'TZ',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
];

/** How a program on Linux finds the screen and the session: a server that opens a browser needs them. */
const desktopNames = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP',
  'DBUS_SESSION_BUS_ADDRESS',
];

const windowsNames = [
  'USERPROFILE',
  'USERNAME',
  'APPDATA',
  'LOCALAPPDATA',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'TEMP',
  'TMP',
  'PATHEXT',
  'ComSpec',
  'HOMEDRIVE',
  'HOMEPATH',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'ProgramW6432',
  'CommonProgramFiles',
  'ProgramData',
  'ALLUSERSPROFILE',
  'PUBLIC',
  'OS',
  'COMPUTERNAME',
  'USERDOMAIN',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
];

/** Where a company's network lets programs out, and whose certificates it has them trust; in either case of letters. */
const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
const networkNames = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'];

const namesOf = (platform: NodeJS.Platform): string[] => {
  const own = platform === 'win32' ? windowsNames : unixNames;
  return [...own, ...(platform === 'linux' ? desktopNames : []), ...networkNames];
};

/** The name of a variable as the platform compares it: Windows knows no case. */
const folded = (platform: NodeJS.Platform, name: string): string =>
  platform === 'win32' ? name.toUpperCase() : name;

/**
 * The value of a variable as the platform looks it up; undefined where it is not set. Of two Windows names that
 * differ in case only, the first one counts.
 */
export function variable(
  platform: NodeJS.Platform,
  environment: Environment,
  name: string,
): string | undefined {
  const key = Object.keys(environment).find((k) => folded(platform, k) === folded(platform, name));
  return key === undefined ? undefined : environment[key];
}

/**
 * The whole environment of a server: what a program needs to run, the entry's own variables, and the marker. What the
 * app was started with (NODE_OPTIONS, ELECTRON_RUN_AS_NODE, tokens of a shell) does not pass unless the entry names
 * it. Pure.
 */
export function childEnvironment(from: ChildEnvironment): Record<string, string> {
  const { platform, parent } = from;
  const allowed = new Set(namesOf(platform).map((name) => folded(platform, name)));
  const child = new Map<string, readonly [name: string, value: string]>();
  const set = (name: string, value: string) => child.set(folded(platform, name), [name, value]);

  for (const [name, value] of Object.entries(parent)) {
    const upper = name.toUpperCase();
    const passes =
      allowed.has(folded(platform, name)) ||
      (platform !== 'win32' && name.startsWith('LC_')) ||
      upper === 'NO_PROXY' ||
      // One with a password in it is a secret of the app, not of every server.
      (proxyNames.includes(upper) && value?.includes('@') === false);
    // A value that begins so is a function that bash would run (Shellshock); no variable named here is one.
    if (passes && value !== undefined && !value.startsWith('()')) set(name, value);
  }
  set('PATH', from.path);
  for (const [name, value] of Object.entries(from.entry)) set(name, value);
  // Last, so that no entry can hide its processes from the kill switch.
  set(sessionMarker, from.sessionId);
  return Object.fromEntries(child.values());
}
