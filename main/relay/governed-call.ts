import { protocolVersionKey } from '../../shared/answers.ts';
import type { Action, Agent, Call, ConnectionRef } from '../../shared/call.ts';
import type { ServerIdentity, ToolView } from '../../shared/server.ts';
import { traceContext } from '../../shared/trace-context.ts';
import { argumentsHash, boundHash } from './arguments-hash.ts';
import { scanArguments } from './arguments-scan.ts';
import { foldKey } from './key-fold.ts';
import { isObject, type JsonObject, type Request } from './message.ts';

/** Who makes a request: the client in the common direction, the server for sampling and elicitation. */
export type Side = 'client' | 'server';

/** What a governed request asks for. */
export type GovernedAction = Exclude<Action, 'connect'>;

/** The governed methods by the side that sends them; everything else passes. */
const governed: Record<Side, ReadonlyMap<string, GovernedAction>> = {
  client: new Map<string, GovernedAction>([
    ['tools/call', 'callTool'],
    ['resources/read', 'readResource'],
    ['prompts/get', 'getPrompt'],
  ]),
  server: new Map<string, GovernedAction>([
    ['sampling/createMessage', 'sample'],
    ['elicitation/create', 'elicit'],
  ]),
};

const foldedMethods = new Set(
  [...governed.client.keys(), ...governed.server.keys()].map((method) => foldKey(method)),
);

/**
 * The action a method is governed by, undefined for methods that pass, and `look-alike` for one that a forgiving
 * reader would take for a governed one (`Tools/Call`, `tools/call` with spaces around it).
 */
export function actionOf(side: Side, method: string): GovernedAction | 'look-alike' | undefined {
  const action = governed[side].get(method);
  if (action !== undefined) return action;
  // The other side's governed methods pass here as they are: nobody answers them in this direction.
  if (governed.client.has(method) || governed.server.has(method)) return undefined;
  const bare = foldKey(method.normalize('NFKC').replace(/[\s\p{C}]/gu, ''));
  return foldedMethods.has(bare) ? 'look-alike' : undefined;
}

/** Whose call it is; the same for every call of a session. */
export interface CallContext {
  readonly connection: ConnectionRef;
  readonly agent: Agent;
  readonly server: ServerIdentity;
  readonly lookupTool: (name: string) => ToolView | undefined;
  readonly newId: () => string;
  readonly now: () => number;
}

const targetMember = { callTool: 'name', readResource: 'uri', getPrompt: 'name' } as const;
/** What the hash of the arguments covers already, or what carries no meaning for the server's act. */
const boundMembers = new Set(['name', 'uri', 'arguments', '_meta']);

/**
 * The call a governed request makes, or the sentence that says why it makes none. For sampling and elicitation the
 * whole params are the arguments.
 */
export function callOf(
  request: Request,
  action: GovernedAction,
  bytes: number,
  context: CallContext,
): Call | string {
  const { params, text } = request;
  const ofServer = action === 'sample' || action === 'elicit';
  if (params === undefined && (!ofServer || request.value.params !== undefined))
    return `The params of ${request.method} must be an object.`;

  let target = '';
  if (action in targetMember) {
    const member = targetMember[action as keyof typeof targetMember];
    const named = params?.value[member];
    if (typeof named !== 'string')
      return `The params of ${request.method} need a ${member} that is a string.`;
    target = named;
  }

  const span = ofServer ? params?.span : params?.members.get('arguments');
  const argumentsText = span === undefined ? '{}' : text.slice(span.start, span.end);
  const parsed = span === undefined ? {} : ofServer ? params?.value : params?.value.arguments;
  const scan = scanArguments(argumentsText);
  const more: string[] = [];
  if (!ofServer && params !== undefined) {
    for (const [key, { start, end }] of params.members) {
      if (!boundMembers.has(key)) more.push(key, text.slice(start, end));
    }
  }
  const call: { -readonly [K in keyof Call]: Call[K] } = {
    id: context.newId(),
    at: context.now(),
    action,
    method: request.method,
    target,
    connection: context.connection,
    agent: context.agent,
    server: context.server,
    requestId: request.idText,
    argumentsText,
    arguments: parsed,
    argumentsHash: boundHash(argumentsHash(argumentsText, parsed, scan), more),
    ambiguous: scan.ambiguous || (params?.repeated ?? false),
    bytes,
  };
  const tool = action === 'callTool' ? context.lookupTool(target) : undefined;
  if (tool !== undefined) call.tool = tool;
  const trace = traceContext(params?.value._meta);
  if (trace !== undefined) {
    call.traceparent = trace.traceparent;
    if (trace.tracestate !== undefined) call.tracestate = trace.tracestate;
  }
  return call;
}

/** The `params._meta` of a request, empty where there is none. */
export function metaOf(request: Request): JsonObject {
  const meta = request.params?.value._meta;
  return isObject(meta) ? meta : {};
}

/** True for a request of protocol version 2026-07-28 or later: such clients name the version in every request. */
export const isModern = (request: Request): boolean => protocolVersionKey in metaOf(request);
