import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { PlaceRules } from '../../../main/policy/places.ts';
import { type CallPolicy, makePolicy, type PolicyPorts } from '../../../main/policy/policy.ts';
import type { Call } from '../../../shared/call.ts';
import type { Finding } from '../../../shared/finding.ts';
import type { ToolView } from '../../../shared/server.ts';
import { aCall } from '../../fakes/call.ts';

/** Ada's machine. */
export const adasPlaces: PlaceRules = {
  platform: 'linux',
  home: '/home/ada',
  ownFolders: ['/tmp'],
  protectedFolders: ['/home/ada/.airlock'],
};

/** A folder that is gone after the test. */
export function aFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A policy with the built-in rules and, where given, the user's own and a managed text. */
export function aPolicy(
  userText?: string,
  more: Partial<PolicyPorts> & { managed?: string } = {},
): CallPolicy & { file: string } {
  const file = path.join(aFolder(), 'policy.cedar');
  if (userText !== undefined) writeFileSync(file, userText);
  const { managed, ...ports } = more;
  const policy = makePolicy({
    userFile: file,
    managedText: () => managed,
    mode: () => 'enforce',
    trustedServers: () => new Set(),
    groups: () => [],
    places: adasPlaces,
    ...ports,
  });
  return { ...policy, file };
}

/** A call of a tool with these arguments; the tool is as the server listed it and was accepted. */
export function aToolCall(
  name: string,
  args: unknown = {},
  tool: Partial<ToolView> = {},
  over: Partial<Call> = {},
): Call {
  const view: ToolView = {
    serverId: 'srv_1',
    name,
    annotations: {},
    pin: 'pin-1',
    state: 'accepted',
    findings: [],
    ...tool,
  };
  return aCall({ target: name, tool: view, argumentsText: JSON.stringify(args), ...over });
}

/** A finding of the request. */
export const aFinding = (severity: Finding['severity'], code = 'odd'): Finding => ({
  code,
  severity,
  place: 'arguments',
  message: 'Something was found.',
  owasp: 'MCP05',
});

/** Everything of a decision but the risk, short. */
export const brief = (policy: CallPolicy, call: Call, findings: readonly Finding[] = []) => {
  const { decision, rules } = policy.decide(call, findings);
  return [decision, ...rules.map(({ id }) => id)];
};
