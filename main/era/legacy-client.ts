import { edited, memberEdits, memberNamed, membersOf } from './json-text.ts';
import { isObject, type JsonObject, paramsAt, type Request } from './message.ts';
import type { Change } from './reshape.ts';
import { envelopeKeys, legacyVersions, metaKeys, modernVersion } from './vocabulary.ts';

/** What a legacy client said of itself in `initialize`, as the JSON texts that every modern request repeats. */
export interface LegacyClient {
  readonly version: string;
  /** Undefined where it named nobody: the member is not required. */
  readonly infoText: string | undefined;
  readonly capabilitiesText: string;
  readonly capabilities: JsonObject;
}

/** Nothing known: a client that asks before it introduces itself can do nothing. */
export const unknownClient: LegacyClient = {
  version: legacyVersions[0] ?? '',
  infoText: undefined,
  capabilitiesText: '{}',
  capabilities: {},
};

/** Reads `initialize`. A version that is none of the legacy ones gets the newest of them (2025-11-25, "Version Negotiation"). */
export function readInitialize(request: Request): LegacyClient {
  const { text, params } = request;
  const at = paramsAt(request);
  if (at === undefined) return unknownClient;
  const members = membersOf(text, at);
  const { clientInfo, capabilities, protocolVersion } = params;
  const named =
    isObject(clientInfo) &&
    typeof clientInfo.name === 'string' &&
    typeof clientInfo.version === 'string';
  const info = memberNamed(members, 'clientInfo');
  const can = memberNamed(members, 'capabilities');
  const version =
    typeof protocolVersion === 'string' && legacyVersions.includes(protocolVersion)
      ? protocolVersion
      : unknownClient.version;
  return {
    version,
    infoText: named && info !== undefined ? text.slice(info.start, info.end) : undefined,
    capabilitiesText:
      can !== undefined && isObject(capabilities)
        ? withoutTasks(text.slice(can.start, can.end))
        : '{}',
    capabilities: isObject(capabilities) ? capabilities : {},
  };
}

/** Tasks of 2025-11-25 are not those of the extension in 2026-07-28: neither side may count on the other's. */
export const withoutTasks = (capabilitiesText: string): string =>
  edited(
    capabilitiesText,
    memberEdits(0, membersOf(capabilitiesText, 0), ({ key }) => key === 'tasks'),
  );

/** The `_meta` that a modern request of this client carries. */
export function envelopeOf(client: LegacyClient, logLevel: string | undefined): Change {
  return {
    remove: envelopeKeys,
    add: [
      [metaKeys.version, JSON.stringify(modernVersion)],
      ...(client.infoText === undefined ? [] : [[metaKeys.clientInfo, client.infoText] as const]),
      [metaKeys.capabilities, client.capabilitiesText],
      ...(logLevel === undefined ? [] : [[metaKeys.logLevel, JSON.stringify(logLevel)] as const]),
    ],
  };
}

/**
 * A sentence where a client with these capabilities may not be asked this, else undefined. An empty `elicitation` means
 * forms; sampling with tools wants `sampling.tools`.
 */
export function mayNotBeAsked(
  capabilities: JsonObject,
  method: string,
  params: JsonObject,
): string | undefined {
  const no = `The client does not take part in ${method} of this kind.`;
  if (method === 'roots/list') return isObject(capabilities.roots) ? undefined : no;
  if (method === 'sampling/createMessage') {
    const { sampling } = capabilities;
    if (!isObject(sampling)) return no;
    const tools = params.tools !== undefined || params.toolChoice !== undefined;
    return tools && !isObject(sampling.tools) ? no : undefined;
  }
  if (method !== 'elicitation/create') return `No client can be asked ${JSON.stringify(method)}.`;
  const { elicitation } = capabilities;
  if (!isObject(elicitation)) return no;
  const form = isObject(elicitation.form) || !isObject(elicitation.url);
  const able = params.mode === 'url' ? isObject(elicitation.url) : form;
  return able ? undefined : no;
}
