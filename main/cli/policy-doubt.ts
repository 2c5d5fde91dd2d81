import type { Decision } from '../../shared/policy.ts';
import type { CompiledRule } from '../policy/rule-set.ts';
import { contextUses } from '../policy/rule-uses.ts';
import { mayApply } from '../policy/scope.ts';
import type { PastCall } from './policy-history.ts';

/** Why it cannot be told for certain how a past call would be decided. */
export const doubts = {
  arguments:
    'a rule reads the arguments, and the trail holds them with secrets masked or long texts cut',
  risk: 'they had another risk then: of what it came from, the trail no longer tells enough',
  definition:
    'a rule asks what kind of tool it is, and the definition that was in force is no longer known',
  person: 'a rule asks for groups, sign-in or process, which the trail does not keep with a call',
} as const;
export type Doubt = keyof typeof doubts;

const personal = /"type":"Group"|"attr":"(?:groups|signedIn|process)"/;
const ofTool = /"attr":"(?:readOnly|destructive|openWorld)"/;

/** Every question that a call puts to the rules. */
const actionsOf = (action: string): string[] => ['connect', action, `${action}Unattended`];

function applies({ policy }: Pick<CompiledRule, 'policy'>, { call }: PastCall): boolean {
  const server = { type: 'Server', id: call.server.id };
  const types = { callTool: 'Tool', readResource: 'Resource', getPrompt: 'Prompt' } as const;
  const asks = call.action === 'sample' || call.action === 'elicit';
  const own = asks ? server : { type: types[call.action], id: `${call.server.id}/${call.target}` };
  return actionsOf(call.action).some((action) => {
    const resource = action === 'connect' ? server : own;
    return mayApply(policy, {
      principal: { type: 'Agent', id: call.agent.clientId },
      principalAbove: [{ type: 'Person', id: call.agent.person }],
      action,
      resource,
      resourceAbove: resource === server ? [] : [server],
    });
  });
}

/** Tells what is doubtful about the decision that these rules would make of a past call. */
export function makeDoubts(rules: readonly CompiledRule[]) {
  const of = (test: (rule: CompiledRule) => boolean) => rules.filter(test);
  const readers = of(({ policy }) => {
    const uses = contextUses(policy);
    return uses.has('*') || uses.has('arguments') || uses.has('argumentsText');
  });
  // Whether the caller was in a group is not known, so no head that names one keeps a rule from applying.
  const askWho = of(({ policy }) => personal.test(JSON.stringify(policy))).map(({ policy }) => ({
    policy: { ...policy, principal: { op: 'All' as const } },
  }));
  const askTool = of(({ policy }) => ofTool.test(JSON.stringify(policy)));
  return (past: PastCall, decision: Decision): Doubt[] => {
    const some = (among: readonly Pick<CompiledRule, 'policy'>[]) =>
      among.some((rule) => applies(rule, past));
    return [
      ...(past.argumentsHidden && some(readers) ? (['arguments'] as const) : []),
      ...(past.risk === decision.risk.level ? [] : (['risk'] as const)),
      ...(!past.definitionKnown && some(askTool) ? (['definition'] as const) : []),
      ...(some(askWho) ? (['person'] as const) : []),
    ];
  };
}
