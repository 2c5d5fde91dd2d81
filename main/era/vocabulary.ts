/** The revision without sessions that is spoken here. */
export const modernVersion = '2026-07-28';

/** Revisions that begin with `initialize`, the newest first. */
export const legacyVersions: readonly string[] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
];

/** Keys of `_meta` that revision 2026-07-28 reserves. */
export const metaKeys = {
  version: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** What a modern request says of itself and a legacy server has no use for. */
export const envelopeKeys: ReadonlySet<string> = new Set([
  metaKeys.version,
  metaKeys.clientInfo,
  metaKeys.capabilities,
  metaKeys.logLevel,
]);

/** Error codes of JSON-RPC and of revision 2026-07-28. */
export const wireCodes = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
  /** Until 2025-11-25; must not be sent in 2026-07-28. */
  resourceNotFound: -32002,
  /** Only in 2025-11-25; must not be sent in 2026-07-28. */
  urlElicitation: -32042,
} as const;

/** The requests that may be answered with `input_required` (2026-07-28, "Supported Requests"). */
export const interactiveMethods: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
]);

/** The requests whose results carry `ttlMs` and `cacheScope` (2026-07-28, "Caching"). */
export const cacheableMethods: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** Severities of log messages, the most talkative first (RFC 5424 by name). */
export const logLevels: readonly string[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

/** Notifications that a modern client asks for by `subscriptions/listen`, and the filter member of each. */
export const changeFilters: ReadonlyMap<string, string> = new Map([
  ['notifications/tools/list_changed', 'toolsListChanged'],
  ['notifications/prompts/list_changed', 'promptsListChanged'],
  ['notifications/resources/list_changed', 'resourcesListChanged'],
]);
