import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wantsStepUp } from '../../../main/identity/step-up-rule.ts';

describe('a call wants a fresh sign-in', () => {
  test.each<[string, string, boolean]>([
    ['deploy', 'deploy', true],
    ['deploy', 'deploy_all', false],
    ['deploy*', 'deploy_all', true],
    ['*_delete', 'file_delete', true],
    ['*_delete', '_delete', true],
    ['*_delete', 'delete', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'ac', false],
    ['*b*b*', 'b', false],
    ['*', '', true],
    ['', 'x', false],
    ['delete.file', 'deletexfile', false],
  ])('by the pattern %j for %j: %s', (pattern, tool, wanted) => {
    expect(wantsStepUp({ tools: [pattern], risks: [] }, tool, 'write')).toBe(wanted);
  });

  test('by its risk', () => {
    const rule = { tools: [], risks: ['destroy', 'execute'] } as const;
    expect(wantsStepUp(rule, 'x', 'destroy')).toBe(true);
    expect(wantsStepUp(rule, 'x', 'write')).toBe(false);
    expect(wantsStepUp({ tools: [], risks: [] }, 'x', 'unknown')).toBe(false);
  });

  test('as a regular expression would say', () => {
    const text = (unit: fc.Arbitrary<string>) => fc.string({ unit, maxLength: 8 });
    const patterns = text(fc.constantFrom('a', 'b', '*'));
    fc.assert(
      fc.property(patterns, text(fc.constantFrom('a', 'b')), (pattern, tool) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(tool);
        expect(wantsStepUp({ tools: [pattern], risks: [] }, tool, 'read')).toBe(expected);
      }),
    );
  });
});
