import { describe, expect, test } from 'vitest';
import { type Detector, finding, runDetectors } from '../../../main/inspection/detector.ts';

const sees = (
  code: string,
  severity: 'low' | 'medium' | 'high',
  place = 'x',
): Detector<string> => ({
  code,
  inspect: () => [finding(code, severity, place, 'It is so.', 'MCP03')],
});
const breaks: Detector<string> = {
  code: 'broken-check',
  inspect: () => {
    throw new Error('bug');
  },
};

describe('running detectors', () => {
  test('a detector that throws leaves a high finding and the others still run', () => {
    const findings = runDetectors([breaks, sees('b', 'low')], 'text');
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['inspection-failed', 'high'],
      ['b', 'low'],
    ]);
    expect(findings[0]?.message).toContain('broken-check');
  });

  test('the gravest come first and the same one at the same place counts once', () => {
    const findings = runDetectors(
      [sees('a', 'low'), sees('a', 'high'), sees('a', 'medium', 'y'), sees('b', 'medium')],
      'text',
    );
    expect(findings.map(({ code, severity, place }) => `${code} ${severity} ${place}`)).toEqual([
      'a high x',
      'a medium y',
      'b medium x',
    ]);
  });

  test('a flood of findings is cut, and keeps the grave ones', () => {
    const flood: Detector<string> = {
      code: 'flood',
      inspect: () =>
        Array.from({ length: 500 }, (_, at) =>
          finding('flood', 'low', `p${at}`, 'Again.', 'MCP03'),
        ),
    };
    const findings = runDetectors([flood, sees('grave', 'high')], 'text');
    expect(findings).toHaveLength(32);
    expect(findings[0]?.code).toBe('grave');
  });

  test('nothing seen costs no new list', () => {
    const quiet: Detector<string> = { code: 'q', inspect: () => [] };
    expect(runDetectors([quiet], 'a')).toBe(runDetectors([quiet], 'b'));
  });

  test('the OWASP entry is spelled out with its title', () => {
    expect(finding('a', 'low', 'x', 'm', 'MCP06').owasp).toBe('MCP06:2025 Intent Flow Subversion');
  });
});
