// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import { client, everywhere, project, shape, transports, user } from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

/** Entries that name the transport `transport`. */
const byTransport = shape({ type: transports({ member: 'transport' }) });

/** Kimi Code. */
export const kimiCode: Client = client({
  id: 'kimi-code',
  name: 'Kimi Code',
  paths: everywhere('${HOME}/.kimi-code/mcp.json', '${HOME}/.kimi/mcp.json'),
  overrides: [user('${KIMI_CODE_HOME}/mcp.json')],
  workspace: [project('.kimi-code/mcp.json')],
  shape: byTransport,
});

/** Augment and Auggie. */
export const augment: Client = client({
  id: 'augment',
  name: 'Augment',
  paths: everywhere('${HOME}/.augment/settings.json'),
  workspace: [project('.augment/settings.json'), project('.augment/settings.local.json')],
});

/** Rovo Dev: the disabled list is in config.yml beside the file. */
export const rovoDev: Client = client({
  id: 'rovo-dev',
  name: 'Rovo Dev',
  paths: everywhere('${HOME}/.rovodev/mcp.json'),
  workspace: [project('.rovodev/mcp.json')],
  shape: byTransport,
  notes: ['config.yml beside the file holds mcp.disabledMcpServers and mcp.allowedMcpServers.'],
});

/** Mastra Code. */
export const mastraCode: Client = client({
  id: 'mastra-code',
  name: 'Mastra Code',
  paths: everywhere('${HOME}/.mastracode/mcp.json'),
  workspace: [project('.mastracode/mcp.json')],
});

/** MCPorter. */
export const mcporter: Client = client({
  id: 'mcporter',
  name: 'MCPorter',
  paths: everywhere('${HOME}/.mcporter/mcporter.json', '${HOME}/.mcporter/mcporter.jsonc'),
  workspace: [project('config/mcporter.json')],
  format: 'jsonc',
  tolerance: { comments: 'yes', trailingCommas: 'unverified' },
});

/** Pi. */
export const pi: Client = client({
  id: 'pi',
  name: 'Pi',
  paths: everywhere('${HOME}/.pi/agent/mcp.json'),
  overrides: [user('${PI_CODING_AGENT_DIR}/mcp.json')],
  workspace: [project('.pi/mcp.json')],
});

/** fx: takes a bearer token from a variable, and no other headers. */
export const fx: Client = client({
  id: 'fx',
  name: 'fx',
  paths: everywhere('${HOME}/.fx/mcp.json'),
  lists: [{ at: ['mcp'] }],
  shape: shape({ headersUnverified: true, ownAuth: ['bearerTokenEnv'] }),
});

/** Meta Muse Code: refuses a file without schema_version. */
export const museCode: Client = client({
  id: 'muse-code',
  name: 'Muse Code',
  paths: everywhere('${XDG_CONFIG_HOME}/muse/settings.json'),
  lists: [{ at: ['mcp_servers'] }],
  shape: shape({
    type: transports({ member: 'transport', http: ['streamable_http'], sse: [], ws: [] }),
    disabled: { member: 'enabled', value: false },
  }),
  remote: ['http'],
});

/** Deep Agents CLI: drops entries it does not understand without a word. */
export const deepAgents: Client = client({
  id: 'deepagents',
  name: 'Deep Agents',
  paths: everywhere('${HOME}/.deepagents/.mcp.json'),
  workspace: [project('.deepagents/.mcp.json')],
});

/** OpenClaw: JSON5, of which only what is also JSON with comments is edited; an unknown key stops it. */
export const openClaw: Client = client({
  id: 'openclaw',
  name: 'OpenClaw',
  paths: everywhere('${HOME}/.openclaw/openclaw.json'),
  format: 'jsonc',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  whenUnreadable:
    'OpenClaw may read it as JSON5; write names and texts in double quotes to have it routed.',
  badEntry: 'OpenClaw may not start while it is there.',
  lists: [{ at: ['mcp', 'servers'] }, { at: ['mcpServers'] }],
  remote: ['http'],
  reload: 'Restart the OpenClaw gateway.',
});
