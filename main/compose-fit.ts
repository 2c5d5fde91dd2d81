import type { ServerIdentity } from '../shared/server.ts';
import type { ListedTool, Withheld } from './relay/list-answer.ts';
import { toolHeaders } from './upstream/http-tool-headers.ts';

/**
 * What is withheld of a list of tools, and with it those that nobody may call over HTTP because their `x-mcp-header`
 * breaks the rules (2026-07-28, "Custom Headers from Tool Parameters"): a remote server is reached over HTTP by us, and
 * its local endpoint by the client.
 */
export function fitForHttp(
  server: ServerIdentity,
  tools: readonly ListedTool[],
  withheld: readonly Withheld[],
): readonly Withheld[] {
  if (server.transport === 'stdio') return withheld;
  const known = new Set(withheld.map(({ index }) => index));
  const unfit = tools.flatMap(({ name, definition }, index): Withheld[] => {
    const schema = (definition as { inputSchema?: unknown } | null)?.inputSchema;
    const headers = toolHeaders(schema);
    if (headers.ok || known.has(index)) return [];
    return [{ index, name, reason: `It cannot be called over HTTP: ${headers.reason}.` }];
  });
  return unfit.length === 0 ? withheld : [...withheld, ...unfit];
}
