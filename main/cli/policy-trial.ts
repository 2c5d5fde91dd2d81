import { join } from 'node:path';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { Registry } from '../../shared/managed.ts';
import type { Decision } from '../../shared/policy.ts';
import { makeRequestInspection } from '../inspection/request.ts';
import type { PlaceRules } from '../policy/places.ts';
import { makePolicy } from '../policy/policy.ts';
import { TestMachine } from './policy-files.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { registryView } from './policy-registry.ts';
import { callFor, type PolicyRequest, saysTrusted } from './policy-request.ts';

/** What decides calls in a trial. */
export interface TrialRules {
  /** The rules as a managed policy; undefined for a machine without one. */
  readonly text: string | undefined;
  readonly registry: Registry | undefined;
  /** The person's own policy file, where theirs count too. */
  readonly userFile?: string;
  readonly places: PlaceRules;
}

/** Decides a call of somebody who is in these groups. `trusted` overrides what the registry says. */
export type TrialDecide = (
  call: Call,
  findings: readonly Finding[],
  more?: { readonly groups?: readonly string[]; readonly trusted?: boolean | undefined },
) => Decision;

/** No file: a policy is tried without what a person may have added. */
const noFile = join('/', 'no', 'policy', 'file', 'is', 'here');

/** Sets rules up to be tried, exactly as the app has them in force: built-in rules, registry and all. */
export function makeTrial({ text, registry, userFile, places }: TrialRules): TrialDecide {
  const view = registryView(registry);
  const trusted = new Set<string>();
  let groups: readonly string[] = [];
  const policy = makePolicy({
    userFile: userFile ?? noFile,
    managedText: () => text,
    mode: () => 'enforce',
    trustedServers: () => trusted,
    groups: () => groups,
    places,
  });
  return (call, findings, more = {}) => {
    groups = more.groups ?? [];
    trusted.clear();
    if (more.trusted ?? view.trusts(call.server)) trusted.add(call.server.id);
    const decision = policy.decide(call, findings);
    const refused = view.refuses(call.server);
    return refused === undefined ? decision : { ...decision, decision: 'deny', rules: [refused] };
  };
}

/** The places of a machine that only stands in a test. */
const placesOf = ({ platform, home }: TestMachine): PlaceRules => ({
  platform,
  home,
  ownFolders: platform === 'win32' ? [`${home}\\AppData\\Local\\Temp`] : ['/tmp'],
  protectedFolders: [`${home}${platform === 'win32' ? '\\' : '/'}.airlock`],
});

/** Sets the policy of a folder up for example requests. */
export function tryPolicy({
  rules,
  bundle,
  tests,
}: PolicyFolder): (request: PolicyRequest) => Decision {
  const machine = tests?.ok === true ? tests.value.machine : TestMachine.parse({});
  const registry = bundle?.ok === true ? bundle.value.registry : undefined;
  const decide = makeTrial({ text: rules.text, registry, places: placesOf(machine) });
  const inspect = makeRequestInspection();
  let order = 0;
  return (request) => {
    order += 1;
    const call = callFor(request, order);
    const given = request.context.findings.map(
      ({ code, severity }): Finding => ({
        code,
        severity,
        place: 'arguments',
        message: 'Given with the request.',
        owasp: '',
      }),
    );
    const findings = [...inspect(call), ...given];
    const more = { groups: request.groups, trusted: saysTrusted(request) };
    // The policy counts the calls of a connection itself, so those before this one are made.
    for (let n = 1; n < request.context.rate; n += 1) decide(call, findings, more);
    return decide(call, findings, more);
  };
}
