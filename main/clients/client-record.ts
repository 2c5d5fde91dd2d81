import type { ClientView, FileView } from '../../shared/client.ts';

/** The systems the catalogue has paths for, as Node names them. */
export type Platform = 'darwin' | 'win32' | 'linux';

/**
 * Where a config may lie. `path` is a template with forward slashes: `${HOME}`, `${XDG_CONFIG_HOME}`, `${APPDATA}`,
 * `${LOCALAPPDATA}` and any other variable are filled in; `*` matches within one folder name. A template whose
 * variable is not set names no file. The path of a workspace file is relative to the workspace's folder.
 */
export interface ConfigPath {
  readonly path: string;
  readonly scope: FileView['scope'];
  /** The name of another form this file has, of `Client.forms`. */
  readonly form?: string;
  /** Why the file is shown but never written, in one sentence. */
  readonly seenOnly?: string;
  /** Ids of other clients that are known to read this very file. */
  readonly readers?: readonly string[];
}

/** A map from name to server entry inside a file. `*` in `at` stands for any key. */
export interface ServerList {
  readonly at: readonly string[];
  /** The member that holds an entry's name where the entries stand in a list instead of a map. */
  readonly nameIn?: string;
  /** True where the key before the last names a folder that the entries are for. */
  readonly perFolder?: boolean;
  /** Another shape of the entries of this list. */
  readonly shape?: EntryShape;
  /** Why entries of this list are shown but never rewritten, in one sentence; absent: they are rewritten. */
  readonly seenOnly?: string;
}

/** How the member that names the transport is spelled. `ignored`: the client looks at command and url only. */
export interface TransportNames {
  readonly member: string;
  readonly ignored: boolean;
  readonly stdio: readonly string[];
  readonly http: readonly string[];
  readonly sse: readonly string[];
  readonly ws: readonly string[];
  /** Values that mark an entry that is no server of its own, each with the reason why it is left alone. */
  readonly foreign?: Readonly<Record<string, string>>;
  /** What a URL without this member means; absent: http. */
  readonly remoteDefault?: 'http' | 'sse';
}

/** How a client names the members of an entry; absent means that the client has no such member. */
export interface EntryShape {
  readonly command: string;
  /** `text`: the command alone. `argv`: one list of command and arguments. `either`: what is there decides. */
  readonly commandForm: 'text' | 'argv' | 'either';
  readonly args: string;
  readonly env: string;
  /** A list of names of variables that the client hands to the server from its own environment or keyring. */
  readonly envNames?: string;
  readonly cwd?: string;
  /** The names a remote address goes by, the client's own spelling first. */
  readonly url: readonly string[];
  /** The name of `url` that means SSE whatever else the entry says. */
  readonly sseUrl?: string;
  /** Where the headers stand, as a path of members. */
  readonly headers?: readonly string[];
  /** True where nobody has seen that the client really sends them. */
  readonly headersUnverified?: boolean;
  /** A map from header names to variables that the client fills them from. */
  readonly envHeaders?: string;
  /** Members that make the client send credentials of its own in `Authorization`. */
  readonly ownAuth?: readonly string[];
  readonly type?: TransportNames;
  /** The member and value that switch an entry off in the file. */
  readonly disabled?: { readonly member: string; readonly value: boolean | string };
  /** Env values besides text that the client takes: numbers, and null for "unset". */
  readonly looseEnv: boolean;
  /** Members whose presence forbids a rewrite, each with the reason. */
  readonly obstacles: Readonly<Record<string, string>>;
  /** A member that holds all of the above instead, with the names used in it. */
  readonly nested?: { readonly member: string; readonly shape: EntryShape };
  /** What an entry without command and URL is (an override, an extension), in one sentence, where such entries are. */
  readonly withoutCommand?: string;
}

/**
 * Which text in an entry the client expands. `dollar-brace` takes every `${…}` for a placeholder, also ones the client
 * does not know: left in the file they mean there what they meant before, in the keychain they never expand. `dollar`
 * adds `$NAME`; `shell` also `$(command)`; `percent` adds `%NAME%` to `dollar`; `curly` is `{env:X}` and `{file:X}`;
 * `double-curly` is `${{ x }}`.
 */
export type PlaceholderDialect =
  | 'none'
  | 'dollar-brace'
  | 'dollar'
  | 'percent'
  | 'shell'
  | 'curly'
  | 'double-curly';

/** What the client's own parser takes. `unverified` is handled as no, and said so in the sentence a person sees. */
type Tolerance = 'yes' | 'no' | 'unverified';

/** How one file of a client reads. */
export interface FileForm {
  readonly format: FileView['format'];
  readonly tolerance: { readonly comments: Tolerance; readonly trailingCommas: Tolerance };
  readonly lists: readonly ServerList[];
  readonly shape: EntryShape;
  readonly placeholders: PlaceholderDialect;
}

/** Rules of the client or its vendor that may stop a server, and where they are kept. See vendor-rules.ts. */
export interface VendorRules {
  readonly kind:
    | 'server-matchers'
    | 'codex-requirements'
    | 'factory-policy'
    | 'amp-permissions'
    | 'name-lists'
    | 'vscode-access'
    | 'goose-allowlist'
    | 'exclusive-file'
    | 'desktop-policy';
  /** Files with the rules, as templates; files of one rule count together. */
  readonly paths?: Readonly<Record<Platform, readonly string[]>>;
  /** The MDM domain or registry key with the same settings. */
  readonly domain?: string;
  /** Whether an allow list of one source is enough, or every source that has one must allow. */
  readonly combine?: 'any' | 'all';
}

/** Servers that no file edit can govern: told as seen, with what IT can do about them. */
export interface Ungoverned {
  readonly kind: 'extension' | 'plugin' | 'connector' | 'database' | 'command-line' | 'cloud';
  /** What it is, in a few words. */
  readonly what: string;
  /** Where it shows on this machine, as templates; absent: it is told of whenever the client is there. */
  readonly paths?: Readonly<Record<Platform, readonly string[]>>;
  /** What IT can do about it, in one sentence. */
  readonly advice: string;
}

/** A lock of the client's own that a writer respects. */
export interface ClientLock {
  /** `folder`: made by whoever writes, and taken by us. `file`: only waited for. */
  readonly kind: 'folder' | 'file';
  /** Added to the config's path, or beside it where it starts with a slash. */
  readonly name: string;
  /** An older lock was left by a crash. */
  readonly staleMs: number;
}

/** One AI client: where its configs lie, how they read, and what a rewrite must respect. Data only. */
export interface Client extends FileForm {
  readonly id: string;
  readonly name: string;
  /** In the order they are shown; the first of two paths to one file wins. */
  readonly paths: Readonly<Record<Platform, readonly ConfigPath[]>>;
  /** Paths named by an environment variable that moves the client's files, looked at before `paths`. */
  readonly overrides: readonly ConfigPath[];
  /** Configs in the folder of a project, relative to it. */
  readonly workspace: readonly ConfigPath[];
  /** Forms of files that differ from the client's own, by name; what is left out is as above. */
  readonly forms: Readonly<Record<string, Partial<FileForm>>>;
  /** What the client does with a file it cannot read: why such a file is left alone. */
  readonly whenUnreadable: string;
  /** What one bad entry does to the client, in one sentence, where it does more than be skipped. */
  readonly badEntry?: string;
  /** Names the client loads, as an anchored pattern. Never used to rename, only to judge names of our own. */
  readonly nameRule?: string;
  /** Lists of names in the same file that switch entries off. */
  readonly disabledIn: readonly (readonly string[])[];
  /** Remote transports the client speaks itself. */
  readonly remote: readonly ('http' | 'sse' | 'ws')[];
  readonly reload: ClientView['reload'];
  /** True where the running app writes back a stale copy of the file: edits count only while it is quit. */
  readonly appMustBeQuit: boolean;
  /** True where the client cannot start a command whose path holds a space. */
  readonly commandWithoutSpaces?: boolean;
  readonly lock?: ClientLock;
  readonly rules: readonly VendorRules[];
  readonly beyond: readonly Ungoverned[];
  /** What else is known and worth a look when something is odd. */
  readonly notes: readonly string[];
}

/** The client as it reads a file of this form; the client itself where the name is absent or unknown. */
export const inForm = (client: Client, form: string | undefined): Client =>
  form === undefined ? client : { ...client, ...client.forms[form] };
