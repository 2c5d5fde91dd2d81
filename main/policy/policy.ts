import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { Decision, Risk, Rule } from '../../shared/policy.ts';
import { makeDecisionKey, makeLocalHour } from './decision-key.ts';
import { type CallFacts, contextOf, type Subject, subjectOf } from './entities.ts';
import { complete, type Plan, plan, type Question } from './evaluation.ts';
import { compileManaged, loadUser, managedNow } from './indexed-sets.ts';
import { actionOf, type Judgement, judge, type Opinion, type Stage, stages } from './judgement.ts';
import { joinSets, type Loaded, type LoadedSet } from './load.ts';
import { makeLru } from './lru.ts';
import type { PlaceRules } from './places.ts';
import { makePreparedSets } from './prepared.ts';
import { makeRateCounter } from './rate.ts';
import { callRisk, otherRisk, type ToolRisk, toolRisk } from './risk.ts';
import type { RuleIndex } from './rule-index.ts';
import type { RuleSet } from './rule-set.ts';

/** What the policy needs from outside. */
export interface PolicyPorts {
  /** The user's policy file; it need not exist. Its last readable text is kept beside it. */
  readonly userFile: string;
  /** The Cedar text of IT to begin with; undefined where this machine is not managed. */
  readonly managedText: () => string | undefined;
  /** Compiles managed rules away from the thread that decides; absent: here, which holds calls up. */
  readonly compile?: (text: string) => Promise<RuleSet>;
  readonly mode: () => 'enforce' | 'monitor';
  /** Ids of the servers whose annotations may lower a risk. */
  readonly trustedServers: () => ReadonlySet<string>;
  /** The groups of a person, from the sign-in; none where nobody signed in. */
  readonly groups: (person: string) => readonly string[];
  readonly places: PlaceRules;
}

/** The policy stage: decides every call, and says by which rules. */
export interface CallPolicy {
  /** Never throws: what fails is a deny by the rule `evaluation-failed`. */
  decide(call: Call, findings: readonly Finding[]): Decision;
  mode(): 'enforce' | 'monitor';
  /** Hex SHA-256 over what the rules in force mean. Grants are bound to it. */
  hash(): string;
  /** Every rule in force, in the order of evaluation: managed, user, built-in. */
  rules(): readonly Rule[];
  /** Sentences for the person: broken rules with their lines, an unreadable file. */
  problems(): readonly string[];
  /** Reads the files again and forgets every remembered decision. Keeps the rules in force when that throws. */
  reload(): void;
  /**
   * Puts other managed rules in force, undefined for none, and resolves when calls are decided by them, with what is
   * wrong with single ones. Until then the old ones decide. When several are set at once the last stays.
   */
  setManaged(text: string | undefined): Promise<readonly string[]>;
}

const maxRemembered = 4_096;

/** One question of a call to one set, asked as far as it does not depend on the arguments. */
interface Step {
  readonly stage: Stage;
  readonly set: Opinion['set'];
  readonly question: Question;
  readonly plan: Plan;
}

/** What is remembered of one kind of call: the end of it, or the steps that each call has to complete. */
type Remembered =
  | { readonly kind: 'settled'; readonly judgement: Judgement }
  | { readonly kind: 'open'; readonly steps: readonly Step[] };

/** Makes the policy stage and loads its rules. Throws when Cedar or the built-in rules cannot be used. */
export function makePolicy(ports: PolicyPorts): CallPolicy {
  const sets = makePreparedSets();
  const rates = makeRateCounter();
  const keyOf = makeDecisionKey();
  const hourOf = makeLocalHour();
  const remembered = makeLru<string, Remembered>(maxRemembered);
  const toolRisks = makeLru<string, ToolRisk>(maxRemembered);
  let user = loadUser(ports.userFile);
  let firstText = ports.managedText();
  let managed = managedNow(firstText);
  let loaded: Loaded = joinSets(user, managed);
  let latest = 0;

  return {
    decide(call, findings) {
      try {
        return decide(call, findings);
      } catch (error) {
        return failed(error);
      }
    },
    mode: ports.mode,
    hash: () => loaded.hash,
    rules: () => bothSets().flatMap(([, set]) => set.rules.map(({ rule }) => rule)),
    problems: () => loaded.problems,
    reload() {
      const text = ports.managedText();
      const fresh = text === firstText ? managed : managedNow(text);
      user = loadUser(ports.userFile);
      managed = fresh;
      firstText = text;
      putInForce();
    },
    async setManaged(text) {
      latest += 1;
      const mine = latest;
      const next = await compileManaged(text, ports.compile);
      // What was asked for later is in force already, or will be.
      if (mine === latest) {
        managed = next;
        putInForce();
      }
      return next.problems;
    },
  };

  function putInForce(): void {
    loaded = joinSets(user, managed);
    remembered.clear();
    sets.clear();
  }

  function decide(call: Call, findings: readonly Finding[]): Decision {
    const rate = rates.count(call.connection.id, call.at);
    const trusted = ports.trustedServers().has(call.server.id);
    const tool = toolRiskOf(call, trusted);
    const known: Risk = tool ?? otherRisk(call, ports.places);
    const { risk, tooLarge } = callRisk(call, known, ports.places);
    const facts: CallFacts = {
      riskLevel: risk.level,
      readOnly: tool?.readOnly ?? false,
      destructive: tool?.destructive ?? false,
      openWorld: tool?.openWorld ?? true,
      trusted,
      groups: ports.groups(call.agent.person),
      findings,
      tooLarge,
      hour: hourOf(call.at),
    };
    const key = keyOf(call, facts);
    const kept = remembered.get(key) ?? learn(key, call, facts);
    const judgement =
      kept.kind === 'settled' ? kept.judgement : finish(kept.steps, call, facts, rate);
    return { decision: judgement.decision, rules: judgement.rules, risk };
  }

  /** A definition decides its risk, and an accepted pin is its hash; what is not accepted is read every time. */
  function toolRiskOf(call: Call, trusted: boolean): ToolRisk | undefined {
    const { tool } = call;
    if (call.action !== 'callTool' || tool === undefined) return undefined;
    if (tool.state !== 'accepted' || tool.pin === '') return toolRisk(tool, trusted);
    const key = `${trusted} ${tool.pin.length} ${tool.pin} ${tool.name.length} ${tool.name} ${tool.serverId}`;
    const known = toolRisks.get(key);
    if (known !== undefined) return known;
    const fresh = toolRisk(tool, trusted);
    toolRisks.set(key, fresh);
    return fresh;
  }

  /** The sets that are asked apart. Without a managed one there is no constraint from there. */
  function bothSets(): (readonly [Opinion['set'], LoadedSet, RuleIndex])[] {
    const own = ['user', user.set, user.index] as const;
    return managed.set.kind === 'none' ? [own] : [['managed', managed.set.set, managed.index], own];
  }

  function learn(key: string, call: Call, facts: CallFacts): Remembered {
    const subject = subjectOf(call, facts);
    const context = contextOf(call, facts, undefined);
    const steps = stages.flatMap((stage) =>
      bothSets().map(([set, , index]): Step => {
        const question = questionOf(stage, call, subject);
        const rules = index.relevant(
          {
            principal: question.principal,
            action: question.action,
            resource: question.resource,
            ...question.above,
          },
          attributesOf(question),
        );
        return { stage, set, question, plan: plan(sets, rules, question, context) };
      }),
    );
    const open = steps.some((step) => step.plan.pending !== undefined);
    const fresh: Remembered = open
      ? { kind: 'open', steps }
      : {
          kind: 'settled',
          judgement: lasting(judge(opinionsOf(steps), broken(), facts.riskLevel)),
        };
    remembered.set(key, fresh);
    return fresh;
  }

  function finish(steps: readonly Step[], call: Call, facts: CallFacts, rate: number): Judgement {
    let context: ReturnType<typeof contextOf> | undefined;
    const full = () => {
      context ??= contextOf(call, facts, { arguments: true, rate });
      return context;
    };
    function* opinions(): Generator<Opinion> {
      for (const { stage, set, question, plan: prepared } of steps) {
        yield { stage, set, verdict: complete(sets, prepared, question, full) };
      }
    }
    return judge(opinions(), broken(), facts.riskLevel);
  }

  function broken(): Rule[] {
    return bothSets().flatMap(([, set]) => (set.broken === undefined ? [] : [set.broken]));
  }
}

/** A judgement that many decisions share, so that none of them can change it for the others. */
function lasting(judgement: Judgement): Judgement {
  for (const rule of judgement.rules) Object.freeze(rule);
  Object.freeze(judgement.rules);
  return judgement;
}

const opinionsOf = (steps: readonly Step[]): Opinion[] =>
  steps.map(({ stage, set, plan: prepared }) => ({ stage, set, verdict: prepared.verdict }));

/** The right to use a server at all is asked of the server, everything else of the thing called. */
const questionOf = (stage: Stage, call: Call, subject: Subject): Question => ({
  principal: subject.principal,
  action: actionOf(stage, call.action),
  resource: stage === 'connect' ? subject.server : subject.resource,
  above: stage === 'connect' ? { ...subject.above, resourceAbove: [] } : subject.above,
  entities: subject.entities,
});

/** The attributes of what is asked about. */
const attributesOf = ({ entities, resource }: Question): EntityJson['attrs'] =>
  entities.find(({ uid }) => {
    const { type, id } = '__entity' in uid ? uid.__entity : uid;
    return type === resource.type && id === resource.id;
  })?.attrs ?? {};

function failed(error: unknown): Decision {
  const message = error instanceof Error ? error.message : 'no reason given';
  const text = `The policy could not be evaluated, so nothing is let through: ${message.slice(0, 200)}`;
  return {
    decision: 'deny',
    rules: [{ id: 'evaluation-failed', text, source: 'built-in' }],
    risk: { level: 'unknown', reasons: ['The policy could not be evaluated.'] },
  };
}
