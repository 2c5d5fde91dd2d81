import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  McpServer,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { serveOnLoopback } from '../interop/fixture/loopback.mjs';
import {
  identity,
  modernTools,
  said,
  steadyResults,
  steadyTools,
  taskTools,
} from '../interop/fixture/offer.mjs';
import {
  completion,
  promptResult,
  prompts,
  readResult,
  resources,
  resourceTemplates,
} from '../interop/fixture/shelf.mjs';

// node fixture-modern.mjs stdio|http: the fixture on SDK v2, for revision 2026-07-28 alone. Over HTTP it prints its port.

const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  logging: {},
  completions: {},
};

const state = createRequestStateCodec({ key: randomBytes(32) });
const caching = { ttlMs: 1000, cacheScope: 'public' };

/** @param {string} message @param {string} name @param {string} type */
const elicit = (message, name, type = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [name]: { type } }, required: [name] },
  });
/** @param {string} text @param {number} maxTokens */
const sample = (text, maxTokens) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    maxTokens,
  });

const modernPrompts = [
  ...prompts,
  { name: 'test_input_required_result_prompt', description: 'Asks before it is made.' },
];

/** Tells of changes: over HTTP on the handler's bus, since each request has a server of its own there. */
let notifier;

function makeServer() {
  const whole = new McpServer(identity, {
    capabilities,
    requestState: { verify: state.verify },
    cacheHints: {
      'tools/list': caching,
      'prompts/list': caching,
      'resources/list': caching,
      'resources/templates/list': caching,
      'resources/read': caching,
    },
  });
  // Tools are answered below, as data; these two lines let the SDK check the headers that repeat arguments (SEP-2243).
  for (const { name, inputSchema } of modernTools)
    whole.registerTool(name, { inputSchema: fromJsonSchema(inputSchema) }, () => said(''));
  const { server } = whole;
  server.setRequestHandler('tools/list', () => ({
    tools: [...steadyTools, ...modernTools, ...taskTools],
  }));
  server.setRequestHandler('tools/call', ({ params }, ctx) => call(server, params, ctx.mcpReq));
  server.setRequestHandler('prompts/list', () => ({ prompts: modernPrompts }));
  server.setRequestHandler('prompts/get', ({ params }, { mcpReq }) => {
    if (params.name !== 'test_input_required_result_prompt')
      return found(promptResult(params.name, params.arguments), params.name);
    const { kind, content } = inputResponse(mcpReq.inputResponses, 'user_context');
    if (kind !== 'elicit') {
      const question = 'What context should the prompt use?';
      return inputRequired({ inputRequests: { user_context: elicit(question, 'context') } });
    }
    const text = `The context is ${content?.context}.`;
    return { messages: [{ role: 'user', content: { type: 'text', text } }] };
  });
  server.setRequestHandler('resources/list', () => ({ resources }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params }) => {
    const result = readResult(params.uri);
    if (result === undefined) throw new ResourceNotFoundError(params.uri);
    return result;
  });
  server.setRequestHandler('completion/complete', () => ({ completion }));
  return whole;
}

function found(result, what) {
  if (result === undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no ${what}.`);
  return result;
}

async function call(server, { name, _meta }, request) {
  const responses = request.inputResponses;
  const answer = (key) => inputResponse(responses, key);
  const open = (inputRequests) => inputRequired({ inputRequests });
  const sealed = async (inputRequests, payload) =>
    inputRequired({ inputRequests, requestState: await state.mint(payload) });
  const can = request.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
  switch (name) {
    case 'test_tool_with_progress':
      await progress(request, _meta?.progressToken ?? request._meta?.progressToken);
      return said('Done.');
    case 'test_input_required_result_elicitation': {
      const named = answer('user_name');
      return named.kind === 'elicit' && typeof named.content?.name === 'string'
        ? said(`Hello, ${named.content.name}!`)
        : open({ user_name: elicit('What is your name?', 'name') });
    }
    case 'test_input_required_result_sampling': {
      const sampled = answer('capital_question');
      return sampled.kind === 'sampling'
        ? said(sampled.result.content.text)
        : open({ capital_question: sample('What is the capital of France?', 100) });
    }
    case 'test_input_required_result_list_roots': {
      const rooted = answer('client_roots');
      return rooted.kind === 'roots'
        ? said(`Roots: ${rooted.roots.map((root) => root.uri).join(', ')}`)
        : open({ client_roots: inputRequired.listRoots() });
    }
    case 'test_input_required_result_request_state':
    case 'test_input_required_result_tampered_state':
      return request.requestState() === undefined || answer('confirm').kind !== 'elicit'
        ? sealed({ confirm: elicit('Please confirm', 'ok', 'boolean') }, { asked: true })
        : said('state-ok');
    case 'test_input_required_result_multiple_inputs':
      return ['user_name', 'greeting', 'client_roots'].every(
        (key) => answer(key).kind !== 'missing',
      )
        ? said('All three came.')
        : sealed(
            {
              user_name: elicit('What is your name?', 'name'),
              greeting: sample('Generate a greeting', 50),
              client_roots: inputRequired.listRoots(),
            },
            { asked: true },
          );
    case 'test_input_required_result_multi_round': {
      const round = request.requestState()?.round;
      if (round === 1 && answer('step1').kind === 'elicit')
        return sealed(
          { step2: elicit('Step 2: What is your favorite color?', 'color') },
          { round: 2 },
        );
      return round === 2 && answer('step2').kind === 'elicit'
        ? said(`Your color is ${answer('step2').content?.color}.`)
        : sealed({ step1: elicit('Step 1: What is your name?', 'name') }, { round: 1 });
    }
    case 'test_input_required_result_capabilities':
      return open({
        ...(can.sampling && { thought: sample('Think of a number', 10) }),
        ...(can.elicitation && { number: elicit('Which number?', 'number') }),
      });
    case 'test_missing_capability':
      if (can.sampling === undefined)
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
      return said('The client can sample.');
    case 'test_streaming_elicitation':
      await request.notify({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken ?? 'stream', progress: 1 },
      });
      return open({ user_name: elicit('What is your name?', 'name') });
    case 'test_logging_tool':
      await request.log('info', 'A line for those who asked for it.');
      return said('Logged.');
    case 'test_trigger_tool_change':
      await (notifier ? notifier.toolsChanged() : server.sendToolListChanged());
      return said('Told.');
    case 'test_trigger_prompt_change':
      await (notifier ? notifier.promptsChanged() : server.sendPromptListChanged());
      return said('Told.');
    default:
      return found(steadyResults[name], name);
  }
}

async function progress({ notify }, progressToken) {
  for (const done of [0, 50, 100]) {
    if (progressToken !== undefined)
      await notify({
        method: 'notifications/progress',
        params: { progressToken, progress: done, total: 100 },
      });
    await wait(50);
  }
}

if (process.argv[2] === 'http') {
  const handler = createMcpHandler(makeServer, { legacy: 'reject' });
  notifier = handler.notify;
  serveOnLoopback(toNodeHandler(handler));
} else serveStdio(makeServer, { legacy: 'reject' });
