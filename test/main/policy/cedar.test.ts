import { describe, expect, test } from 'vitest';
import { cedar, outOfBounds, ruleBounds } from '../../../main/policy/cedar.ts';

const rule = (condition: string) => `permit (principal, action, resource) when { ${condition} };`;
const { nesting, operators, chain, conjunctions, characters } = ruleBounds;
const nested = (levels: number, inner = 'true') => '('.repeat(levels) + inner + ')'.repeat(levels);
const ors = (count: number) => `context.a${' || context.a'.repeat(count)}`;

/** Every way into Cedar with one rule. */
function takes(text: string): void {
  const json = cedar.policyToJson(text);
  expect(json.type).toBe('success');
  expect(cedar.preparsePolicySet('bounds', { staticPolicies: { a: text } }).type).toBe('success');
  const entity = { type: 'A', id: 'a' };
  const answer = cedar.statefulIsAuthorized({
    principal: entity,
    action: { type: 'Action', id: 'a' },
    resource: entity,
    context: { a: false },
    entities: [],
    preparsedPolicySetId: 'bounds',
  });
  expect(answer.type).toBe('success');
  const schema =
    'entity A; action "a" appliesTo { principal: A, resource: A, context: { a: Bool } };';
  expect(cedar.validate({ schema, policies: { staticPolicies: { a: text } } }).type).toBe(
    'success',
  );
}

describe('a rule at the bounds is taken', () => {
  test.each([
    ['nesting', rule(nested(nesting - 2))],
    ['negations', rule(`${'!('.repeat(nesting - 2)}true${')'.repeat(nesting - 2)}`)],
    ['operators', rule(ors(operators))],
    ['sums', rule(`1${' + 1'.repeat(operators)} == 1`)],
    [
      'conditions',
      rule(
        `if true then ${'if true then '.repeat(nesting)}true${' else true'.repeat(nesting + 1)}`,
      ),
    ],
    ['attributes', rule(`context${'.a'.repeat(chain)}`)],
    ['conjunctions', rule(`true${' && true'.repeat(conjunctions)}`)],
    [
      'everything at once',
      rule(nested(nesting - 2, `context${'.a'.repeat(chain)} || ${ors(operators - 1)}`)),
    ],
    ['a long list', rule(`[${'1,'.repeat(5_000)}1].contains(1)`)],
  ])('%s', (_, text) => {
    expect(outOfBounds(text)).toBeUndefined();
    takes(text);
  });
});

describe('a rule beyond them is named', () => {
  test.each([
    ['nested', rule(nested(nesting))],
    ['nested', rule(`${'['.repeat(nesting)}${']'.repeat(nesting)}`)],
    ['operators', rule(ors(operators + 1))],
    ['operators', rule(`1${' + 1'.repeat(operators + 1)} == 1`)],
    ['operators', rule('!'.repeat(operators + 1))],
    ['operators', rule(`true${' && true'.repeat(conjunctions + 1)}`)],
    ['operators', rule(`${'if true then '.repeat(operators + 1)}true`)],
    ['chains', rule(`context${'.a'.repeat(chain + 1)}`)],
    ['chains', rule(`context${'["a"]'.repeat(chain + 1)}`)],
    ['longer', rule(`"${'x'.repeat(characters)}" == ""`)],
  ])('%s', (word, text) => {
    expect(outOfBounds(text)).toContain(word);
  });

  test('what stands in strings and comments does not count', () => {
    const noise = '(((([[[[{{{{ || && !! ....'.repeat(50);
    expect(outOfBounds(`// ${noise}\n${rule(`context.a == "${noise} \\" ("`)}`)).toBeUndefined();
  });
});

test('the version is the pinned one', () => {
  expect(cedar.version()).toBe('4.13.0');
});
