import { expect, test } from 'vitest';
import { CedarBroken, cedar } from '../../../main/policy/cedar.ts';
import { aPolicy, aToolCall } from './a-policy.ts';

// Its own file: it breaks Cedar for the whole process.
test('after one throw Cedar is not used again, and everything is denied', () => {
  const policy = aPolicy();
  const call = aToolCall('read_file');
  const fresh = aToolCall('list_files');
  expect(policy.decide(call, []).decision).toBe('allow');

  const deep = `permit (principal, action, resource) when { ${'('.repeat(5_000)}true${')'.repeat(5_000)} };`;
  expect(() => cedar.policyToJson(deep)).toThrow(CedarBroken);
  expect(() => cedar.version()).toThrow(CedarBroken);

  const decision = policy.decide(fresh, []);
  expect(decision.decision).toBe('deny');
  expect(decision.rules).toMatchObject([{ id: 'evaluation-failed', source: 'built-in' }]);
  expect(decision.rules[0]?.text).toContain('Restart Airlock');
  expect(decision.risk.level).toBe('unknown');
  expect(() => policy.reload()).toThrow(CedarBroken);
  expect(policy.decide(fresh, []).decision).toBe('deny');
});
