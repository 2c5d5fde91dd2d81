import type { ClientView, FileView } from '../../shared/client.ts';

/** The systems the catalogue has paths for, as Node names them. */
export type Platform = 'darwin' | 'win32' | 'linux';

/**
 * Where a config may lie. `path` is a template with forward slashes: `${HOME}`, `${XDG_CONFIG_HOME}`, `${APPDATA}`,
 * `${LOCALAPPDATA}` and any other variable are filled in; `*` matches within one folder name. A template whose
 * variable is not set names no file.
 */
export interface ConfigPath {
  readonly path: string;
  readonly scope: FileView['scope'];
}

/** A map from name to server entry inside a file. `*` in `at` stands for any key. */
export interface ServerList {
  readonly at: readonly string[];
  /** Why entries of this list are shown but never rewritten, in one sentence; absent: they are rewritten. */
  readonly seenOnly?: string;
}

/** How a client names the members of an entry; absent means that the client has no such member. */
interface EntryShape {
  readonly command: string;
  readonly args: string;
  readonly env: string;
  readonly cwd?: string;
  /** The names a remote address goes by, the client's own spelling first. */
  readonly url: readonly string[];
  readonly headers?: string;
  /** The member that names the transport. `ignored`: the client looks at command and url only. */
  readonly type?: {
    readonly member: string;
    readonly ignored: boolean;
    readonly stdio: readonly string[];
    readonly http: readonly string[];
    readonly sse: readonly string[];
    readonly ws: readonly string[];
  };
  /** The member and value that switch an entry off in the file. */
  readonly disabled?: { readonly member: string; readonly value: boolean };
  /** Env values besides text that the client takes: numbers, and null for "unset". */
  readonly looseEnv: boolean;
  /** Members whose presence forbids a rewrite, each with the reason. */
  readonly obstacles: Readonly<Record<string, string>>;
}

/**
 * Which text in an entry the client expands. `dollar-brace` takes every `${…}` for a placeholder, also ones the client
 * does not know: left in the file they mean there what they meant before, in the keychain they never expand.
 */
export type PlaceholderDialect = 'none' | 'dollar-brace';

/** What the client's own parser takes. `unverified` is handled as no, and said so in the sentence a person sees. */
type Tolerance = 'yes' | 'no' | 'unverified';

/** One AI client: where its configs lie, how they read, and what a rewrite must respect. Data only. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** In the order they are shown; the first of two paths to one file wins. */
  readonly paths: Readonly<Record<Platform, readonly ConfigPath[]>>;
  /** Paths named by an environment variable that moves the client's files, looked at before `paths`. */
  readonly overrides: readonly ConfigPath[];
  readonly format: FileView['format'];
  readonly tolerance: { readonly comments: Tolerance; readonly trailingCommas: Tolerance };
  /** What the client does with a file it cannot read: why such a file is left alone. */
  readonly whenUnreadable: string;
  readonly lists: readonly ServerList[];
  readonly shape: EntryShape;
  /** Names the client loads, as an anchored pattern. Never used to rename, only to judge names of our own. */
  readonly nameRule?: string;
  readonly placeholders: PlaceholderDialect;
  /** Remote transports the client speaks itself. */
  readonly remote: readonly ('http' | 'sse' | 'ws')[];
  readonly reload: ClientView['reload'];
  /** True where the running app writes back a stale copy of the file: edits count only while it is quit. */
  readonly appMustBeQuit: boolean;
  /** What else is known and worth a look when something is odd. */
  readonly notes: readonly string[];
}
