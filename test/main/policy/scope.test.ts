import type { TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cedar } from '../../../main/policy/cedar.ts';
import { mayApply, type ScopeQuestion } from '../../../main/policy/scope.ts';

const uid = ({ type, id }: TypeAndId) => `${type}::"${id}"`;
const entity = (...types: string[]) =>
  fc.record({ type: fc.constantFrom(...types), id: fc.constantFrom('a', 'b') });

const scope = (name: string, types: string[]) =>
  fc.oneof(
    fc.constant(name),
    entity(...types).map((one) => `${name} == ${uid(one)}`),
    entity(...types).map((one) => `${name} in ${uid(one)}`),
    fc.constantFrom(...types).map((type) => `${name} is ${type}`),
    fc
      .tuple(fc.constantFrom(...types), entity(...types))
      .map(([type, one]) => `${name} is ${type} in ${uid(one)}`),
  );

const actionId = fc.constantFrom('connect', 'callTool', 'callToolUnattended');
const action = fc.oneof(
  fc.constant('action'),
  actionId.map((id) => `action == Action::"${id}"`),
  actionId.map((id) => `action in Action::"${id}"`),
  fc
    .array(actionId, { minLength: 1 })
    .map((ids) => `action in [${ids.map((id) => `Action::"${id}"`).join(', ')}]`),
);

const question: fc.Arbitrary<ScopeQuestion> = fc.record({
  principal: entity('Agent'),
  principalAbove: fc.uniqueArray(entity('Person', 'Group'), { selector: uid, maxLength: 3 }),
  action: actionId,
  resource: entity('Tool', 'Server'),
  resourceAbove: fc.uniqueArray(entity('Folder'), { selector: uid, maxLength: 1 }),
});

test('the head of a rule is read exactly as Cedar reads it', () => {
  const principals = scope('principal', ['Agent', 'Person', 'Group']);
  const resources = scope('resource', ['Tool', 'Server', 'Folder']);
  fc.assert(
    fc.property(principals, action, resources, question, (who, what, where, asked) => {
      const text = `permit (${who}, ${what}, ${where});`;
      const parsed = cedar.policyToJson(text);
      if (parsed.type === 'failure') throw new Error(parsed.errors[0]?.message);
      cedar.preparsePolicySet('scope-test', { staticPolicies: { a: text } });
      const answer = cedar.statefulIsAuthorized({
        principal: asked.principal,
        action: { type: 'Action', id: asked.action },
        resource: asked.resource,
        context: {},
        entities: [
          { uid: asked.principal, attrs: {}, parents: [...asked.principalAbove] },
          { uid: asked.resource, attrs: {}, parents: [...asked.resourceAbove] },
        ],
        preparsedPolicySetId: 'scope-test',
      });
      if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
      expect(mayApply(parsed.json, asked)).toBe(answer.response.decision === 'allow');
    }),
    { numRuns: 600 },
  );
});
