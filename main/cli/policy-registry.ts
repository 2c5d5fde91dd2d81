import type { Registry } from '../../shared/managed.ts';
import type { Rule } from '../../shared/policy.ts';
import type { ServerIdentity } from '../../shared/server.ts';
import { judgeServer, type ServerFacts } from '../managed/server-match.ts';

/** What a registry says of servers, as far as a label tells. */
export interface RegistryView {
  trusts(server: ServerIdentity): boolean;
  /** The rule that stands in the way of a server which may not be used at all. */
  refuses(server: ServerIdentity): Rule | undefined;
}

/** A server as the registry compares it. The label of a stdio server is its command line. */
function factsOf({ id, label, transport }: ServerIdentity): ServerFacts {
  if (transport !== 'stdio') return { id, label, transport };
  const [command = '', ...args] = label.split(' ');
  return { id, label, transport, command, args };
}

/** Judges servers by the registry of a policy; without one every server may be used, and none is trusted. */
export const registryView = (registry: Registry | undefined): RegistryView => ({
  trusts: (server) => judgeServer(registry, factsOf(server)).trusted,
  refuses(server) {
    const { allowed, sentence } = judgeServer(registry, factsOf(server));
    return allowed ? undefined : { id: 'registry', text: sentence, source: 'managed' };
  },
});
