import { z } from 'zod';

/** How a server entry reaches its server, as far as its config shows: only a real call proves `routed`. */
export const RouteState = z.enum(['routed', 'direct', 'blocked', 'unknown']);
export type RouteState = z.infer<typeof RouteState>;

/** A secret seen in a config: where in the entry (`env.TOKEN`, `args[2]`) and what it looks like; never its value. */
export const SecretSighting = z.object({ location: z.string(), kind: z.string() });
export type SecretSighting = z.infer<typeof SecretSighting>;

/** One server entry of a config file. All values are masked. */
export const EntryView = z.object({
  name: z.string(),
  transport: z.enum(['stdio', 'http', 'sse', 'ws', 'unknown']),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  url: z.string().optional(),
  disabled: z.boolean(),
  /** True when the entry already runs through Airlock. */
  protected: z.boolean(),
  routeState: RouteState,
  /** Why this entry cannot be governed, in one sentence. */
  notGovernable: z.string().optional(),
  secrets: z.array(SecretSighting),
  /** Server identity id, or empty where it has none. */
  server: z.string(),
  connectionId: z.string().optional(),
  /** The project folder the entry is for, where it is for one alone. */
  folder: z.string().optional(),
});
export type EntryView = z.infer<typeof EntryView>;

/** A config file of a client. `error` says why it was left alone. */
export const FileView = z.object({
  path: z.string(),
  scope: z.enum(['user', 'workspace', 'profile', 'local', 'managed']),
  format: z.enum(['json', 'jsonc', 'toml', 'yaml']),
  error: z.string().optional(),
  entries: z.array(EntryView),
});
export type FileView = z.infer<typeof FileView>;

/** A client found on this machine. */
export const ClientView = z.object({
  id: z.string(),
  name: z.string(),
  /** What makes an edit take effect, in one sentence ("Quit Claude Desktop fully, then start it again."). */
  reload: z.string(),
  files: z.array(FileView),
});
export type ClientView = z.infer<typeof ClientView>;

/** Servers that were seen but that no edit of a config can govern, with what IT can do about them. */
export const UngovernedView = z.object({
  clientId: z.string(),
  clientName: z.string(),
  kind: z.enum(['extension', 'plugin', 'connector', 'database', 'command-line', 'cloud']),
  /** What it is, or its own name where it has one. */
  name: z.string(),
  /** Where it was seen; absent for what leaves no trace on this machine. */
  path: z.string().optional(),
  /** One sentence for IT. */
  advice: z.string(),
});
export type UngovernedView = z.infer<typeof UngovernedView>;

/** Every client and server found below one home folder. */
export const ScanReport = z.object({
  clients: z.array(ClientView),
  servers: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      transport: z.string(),
      usedBy: z.array(z.string()),
    }),
  ),
  /** What no edit of a file can govern; absent when nothing of the kind was seen. */
  ungoverned: z.array(UngovernedView).optional(),
});
export type ScanReport = z.infer<typeof ScanReport>;

/** What a protect or restore would do to one file, as a unified diff with secrets masked. */
export const FilePreview = z.object({
  clientId: z.string(),
  clientName: z.string(),
  path: z.string(),
  diff: z.string(),
  /** Names of the entries that change. */
  entries: z.array(z.string()),
  /** Why this file will be left alone, in one sentence. */
  refused: z.string().optional(),
  /** Hex SHA-256 of the bytes the preview was made from; the write refuses when the file has changed since. */
  basedOn: z.string(),
});
export type FilePreview = z.infer<typeof FilePreview>;

/** What was done to one file. */
export const FileChange = z.object({
  clientId: z.string(),
  clientName: z.string(),
  path: z.string(),
  result: z.enum(['changed', 'unchanged', 'refused', 'restored-exact', 'restored-entries']),
  entries: z.array(z.string()),
  reason: z.string().optional(),
});
export type FileChange = z.infer<typeof FileChange>;

/**
 * What a protected remote entry led to. The values of `secretHeaders` are in the keychain as `headers.NAME`, and the
 * URL as `url` where it may hold a secret; headers with placeholders stay in the file, and the client sends them to
 * our endpoint, which hands on those of `forwardedHeaders` and nothing else.
 */
export const RemoteTemplate = z.object({
  transport: z.enum(['http', 'sse', 'ws']),
  url: z.union([z.string(), z.object({ secret: z.literal('url') })]),
  secretHeaders: z.array(z.string()),
  forwardedHeaders: z.array(z.string()),
  /** `endpoint`: the entry names our local URL. `bridge`: the client starts servers only, so it names the bridge. */
  via: z.enum(['endpoint', 'bridge']),
  /** Names of the headers that Airlock added to the entry. */
  ownHeaders: z.array(z.string()),
});
export type RemoteTemplate = z.infer<typeof RemoteTemplate>;

/**
 * A protected entry, as our journal keeps it. Secret values live in the keychain under `connection/<id>`, each by its
 * place: `env.NAME` or `args[2]`.
 */
export const Connection = z.object({
  id: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  file: z.string(),
  /** Where in the file the entry stands, e.g. `["mcpServers","files"]`. */
  keyPath: z.array(z.string()),
  name: z.string(),
  serverId: z.string(),
  serverLabel: z.string(),
  command: z.string(),
  /** The original argv after the command; a secret literal is replaced by `{"secret":"args[2]"}`. */
  args: z.array(z.union([z.string(), z.object({ secret: z.string() })])),
  cwd: z.string().optional(),
  /** Names of env variables whose literal values are in the keychain. */
  secretEnv: z.array(z.string()),
  /** Names of env variables that hold placeholders the client expands; the bridge hands their values on. */
  forwardedEnv: z.array(z.string()),
  /**
   * True where the original argv holds placeholders and so stays in the file after `--`. A secret argument does not
   * stay: `airlock:secret:args[2]` stands in its place, and whatever is handed on there, the keychain's value counts.
   */
  argvInFile: z.boolean(),
  /** Set where the entry reaches its server by URL; `command` is empty then. */
  remote: RemoteTemplate.optional(),
  /** Ids of other clients known to read the same file: which one speaks, only its `clientInfo` tells. */
  readers: z.array(z.string()).optional(),
  createdAt: z.number(),
  restoredAt: z.number().optional(),
});
export type Connection = z.infer<typeof Connection>;
