// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import type { Client, ConfigPath, EntryShape, Platform, TransportNames } from './client-record.ts';

/** What a catalogue entry may leave out, because most clients have nothing of the kind. */
type Defaults =
  | 'overrides'
  | 'workspace'
  | 'forms'
  | 'whenUnreadable'
  | 'disabledIn'
  | 'appMustBeQuit'
  | 'rules'
  | 'beyond'
  | 'notes'
  | 'format'
  | 'tolerance'
  | 'lists'
  | 'shape'
  | 'placeholders'
  | 'remote'
  | 'reload';

/** A catalogue entry: what is left out is as in most clients (an `mcpServers` map in JSON whose tolerance is unverified). */
export const client = (own: Omit<Client, Defaults> & Partial<Pick<Client, Defaults>>): Client => ({
  overrides: [],
  workspace: [],
  forms: {},
  whenUnreadable: `${own.name} would not load it either.`,
  disabledIn: [],
  appMustBeQuit: false,
  rules: [],
  beyond: [],
  notes: [],
  format: 'json',
  tolerance: { comments: 'unverified', trailingCommas: 'unverified' },
  lists: [{ at: ['mcpServers'] }],
  shape: plainShape,
  placeholders: 'none',
  remote: ['http', 'sse'],
  reload: `Restart ${own.name}.`,
  ...own,
});

export const strict = { comments: 'no', trailingCommas: 'no' } as const;
export const lenient = { comments: 'yes', trailingCommas: 'yes' } as const;
/** Comments are read, trailing commas are not. */
export const commented = { comments: 'yes', trailingCommas: 'no' } as const;

/** The names of transports that most clients understand; the first of each list is the one a client writes itself. */
export const transports = (over: Partial<TransportNames> = {}): TransportNames => ({
  member: 'type',
  ignored: false,
  stdio: ['stdio'],
  http: ['http', 'streamable-http', 'streamableHttp', 'streamable_http'],
  sse: ['sse'],
  ws: ['ws', 'websocket'],
  ...over,
});

/** An entry as most clients write it. */
export const plainShape: EntryShape = {
  command: 'command',
  commandForm: 'text',
  args: 'args',
  env: 'env',
  url: ['url'],
  headers: ['headers'],
  ownAuth: ['oauth', 'auth'],
  type: transports(),
  looseEnv: false,
  obstacles: {},
};

/** The plain shape with other names. */
export const shape = (over: Partial<EntryShape>): EntryShape => ({ ...plainShape, ...over });

/** With the flag that most clients switch an entry off by. */
export const disabledShape = (over: Partial<EntryShape> = {}): EntryShape =>
  shape({ disabled: { member: 'disabled', value: true }, ...over });

/** The same user files on every system. */
export const everywhere = (...paths: (string | ConfigPath)[]): Client['paths'] => {
  const files = paths.map((path) => (typeof path === 'string' ? user(path) : path));
  return { darwin: files, win32: files, linux: files };
};

/** A file of the user. */
export const user = (path: string, more: Omit<ConfigPath, 'path' | 'scope'> = {}): ConfigPath => ({
  path,
  scope: 'user',
  ...more,
});

/** A file of a project folder. */
export const project = (
  path: string,
  more: Omit<ConfigPath, 'path' | 'scope'> = {},
): ConfigPath => ({ path, scope: 'workspace', ...more });

/** A file only an administrator writes. */
export const managed = (
  path: string,
  more: Omit<ConfigPath, 'path' | 'scope'> = {},
): ConfigPath => ({ path, scope: 'managed', ...more });

/** The folder below which applications of a system keep their data. */
export const appData: Readonly<Record<Platform, string>> = {
  darwin: '${HOME}/Library/Application Support',
  win32: '${APPDATA}',
  linux: '${XDG_CONFIG_HOME}',
};

/** Files below that folder, on every system. */
export const inAppData = (...files: string[]): Client['paths'] => ({
  darwin: files.map((file) => user(`${appData.darwin}/${file}`)),
  win32: files.map((file) => user(`${appData.win32}/${file}`)),
  linux: files.map((file) => user(`${appData.linux}/${file}`)),
});

/** The same templates on every system. */
export const onAll = (...paths: string[]): Readonly<Record<Platform, readonly string[]>> => ({
  darwin: paths,
  win32: paths,
  linux: paths,
});

/** The editors an extension of VS Code may be installed in. */
const hosts = ['Code', 'Code - Insiders', 'Cursor', 'VSCodium', 'Windsurf'];

/** The settings file of a VS Code extension in each of them. */
export const extensionFiles = (extension: string, file: string): string[] =>
  hosts.map((host) => `${host}/User/globalStorage/${extension}/settings/${file}`);

/** Paths of several kinds on each system. */
export const joined = (...all: Client['paths'][]): Client['paths'] => ({
  darwin: all.flatMap(({ darwin }) => darwin),
  win32: all.flatMap(({ win32 }) => win32),
  linux: all.flatMap(({ linux }) => linux),
});
