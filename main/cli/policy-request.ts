import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Call } from '../../shared/call.ts';
import { Severity } from '../../shared/finding.ts';
import { PinState, ToolAnnotations } from '../../shared/server.ts';
import { catalogue } from '../clients/catalogue.ts';
import { scanArguments } from '../relay/arguments-scan.ts';

const name = z.string().min(1);

/**
 * An example request, as it stands in `tests.json` and is given to `airlock policy explain`. It names one of `tool`,
 * `resource`, `prompt` and `asks`; everything else may be left out.
 */
export const PolicyRequest = z
  .strictObject({
    /** Id of the client (`cursor`, `claude-code`). */
    client: name.default('cursor'),
    /** Whether its process is one that the client is known to run as. */
    process: z.enum(['matches', 'unexpected', 'unknown']).default('unknown'),
    person: name.default('person'),
    signedIn: z.boolean().default(false),
    groups: z.array(name).default([]),
    /** Name of the entry in the client's config. */
    connection: name.default('server'),
    /** Its command line or URL, or more of it. */
    server: z
      .union([
        name,
        z.strictObject({
          id: name.optional(),
          label: name.default('npx server'),
          transport: z.enum(['stdio', 'http', 'sse', 'ws']).default('stdio'),
          /** Overrides what the registry says. */
          trusted: z.boolean().optional(),
        }),
      ])
      .default('npx server'),
    tool: name.optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    annotations: ToolAnnotations.strict().default({}),
    pinState: PinState.default('accepted'),
    /** URI of a resource. */
    resource: name.optional(),
    prompt: name.optional(),
    /** What the server asks of the client: its model, or the person. */
    asks: z.enum(['sample', 'elicit']).optional(),
    arguments: z.record(z.string(), z.unknown()).default({}),
    /** The arguments as JSON text, for what JSON can say twice. */
    argumentsText: z.string().optional(),
    context: z
      .strictObject({
        /** Findings beyond those that the inspection makes of the arguments. */
        findings: z.array(z.strictObject({ code: name, severity: Severity })).default([]),
        /** Calls of the connection in the last minute, this one included. */
        rate: z.number().int().min(1).max(1_000).default(1),
        /** Hour of the local day. */
        hour: z.number().int().min(0).max(23).default(12),
      })
      .prefault({}),
  })
  .refine(
    ({ tool, resource, prompt, asks }) =>
      [tool, resource, prompt, asks].filter((one) => one !== undefined).length === 1,
    { message: 'must name one of tool, resource, prompt and asks' },
  )
  .refine(({ argumentsText }) => argumentsText === undefined || isJson(argumentsText), {
    message: 'argumentsText must be JSON',
  });
export type PolicyRequest = z.infer<typeof PolicyRequest>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function aim({ tool, resource, prompt, asks }: PolicyRequest) {
  if (tool !== undefined)
    return { action: 'callTool', method: 'tools/call', target: tool } as const;
  if (resource !== undefined)
    return { action: 'readResource', method: 'resources/read', target: resource } as const;
  if (prompt !== undefined)
    return { action: 'getPrompt', method: 'prompts/get', target: prompt } as const;
  return asks === 'sample'
    ? ({ action: 'sample', method: 'sampling/createMessage', target: '' } as const)
    : ({ action: 'elicit', method: 'elicitation/create', target: '' } as const);
}

const clientNames = new Map(catalogue.map(({ id, name: shown }) => [id, shown]));

/** The server a request names, with an id made of its label where none is given. */
function serverOf({ server }: PolicyRequest) {
  const known = typeof server === 'string' ? { label: server } : server;
  const { label, id, transport } = { id: undefined, transport: undefined, ...known };
  const remote = /^https?:/.test(label) ? 'http' : 'stdio';
  const hash = createHash('sha256').update(label).digest('hex').slice(0, 32);
  return { id: id ?? `srv_${hash}`, label, transport: transport ?? remote } as const;
}

/** Whether a request says itself that its server is trusted. */
export const saysTrusted = ({ server }: PolicyRequest): boolean | undefined =>
  typeof server === 'string' ? undefined : server.trusted;

/**
 * The call that a request stands for, as the relay would make it. `order` keeps the calls of one run apart, so that
 * no request counts towards the rate of another.
 */
export function callFor(request: PolicyRequest, order: number): Call {
  const { action, method, target } = aim(request);
  const server = serverOf(request);
  const argumentsText = request.argumentsText ?? JSON.stringify(request.arguments);
  const { title, description, annotations, pinState } = request;
  return {
    id: `request-${order}`,
    at: new Date(2026, 0, 5, request.context.hour, 30).getTime(),
    action,
    method,
    target,
    connection: { id: `connection-${order}`, name: request.connection, sessionId: 'session' },
    agent: {
      clientId: request.client,
      clientName: clientNames.get(request.client) ?? request.client,
      person: request.person,
      signedIn: request.signedIn,
      processVerdict: request.process,
    },
    server,
    ...(action === 'callTool'
      ? {
          tool: {
            serverId: server.id,
            name: target,
            ...(title === undefined ? {} : { title }),
            ...(description === undefined ? {} : { description }),
            annotations,
            pin: pinState === 'accepted' || pinState === 'changed' ? `pin-${order}` : '',
            state: pinState,
            findings: [],
          },
        }
      : {}),
    requestId: '1',
    argumentsText,
    arguments: JSON.parse(argumentsText),
    argumentsHash: createHash('sha256').update(argumentsText).digest('hex'),
    ambiguous: scanArguments(argumentsText).ambiguous,
    bytes: argumentsText.length,
  };
}
