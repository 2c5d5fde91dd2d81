import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deniedByPolicy, plain, refusalLine, refusedWith } from '../../../main/relay/refusal.ts';
import { answerCodes } from '../../../shared/answers.ts';
import { aCall } from '../../fakes/call.ts';
import { decision } from './rig.ts';

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
});

const request = { idText: '7', method: 'tools/call', modern: false };

describe('a refusal', () => {
  test('is one line of JSON with the id as sent, whatever the texts hold', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('tools/call', 'prompts/get'), (text, method) => {
        const made = decision('deny');
        const rule = { id: text, text, source: 'managed' as const };
        const refused = deniedByPolicy(aCall({ target: text }), { ...made, rules: [rule] });
        const line = refusalLine({ ...request, method }, refused);
        expect(line).not.toContain('\n');
        expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0', id: 7 });
      }),
    );
  });

  test('says what to do, by who can change the rule', () => {
    const sentence = (source: 'managed' | 'user' | 'built-in') =>
      deniedByPolicy(aCall(), {
        ...decision('deny'),
        rules: [{ id: 'r', text: 'No writes.', source }],
      }).sentence;
    expect(sentence('managed')).toContain('ask your administrator');
    expect(sentence('user')).toContain('change your rule in Airlock');
    expect(sentence('built-in')).toContain('accept this tool in Airlock');
  });

  test('without a rule says that none permits it', () => {
    const { sentence, rule } = deniedByPolicy(aCall(), { ...decision('deny'), rules: [] });
    expect(sentence).toMatch(/^Airlock refused write_file: no rule permits it\./);
    expect(rule).toBeUndefined();
  });

  test('of a dead server is an error also for tools', () => {
    const gone = { outcome: 'server-gone', code: 'serverGone', sentence: 'Gone.' } as const;
    expect(JSON.parse(refusalLine(request, gone))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { code: -31002, message: 'Gone.' },
    });
  });

  test('keeps our codes out of the ranges JSON-RPC and MCP reserve', () => {
    const ours = Object.entries(answerCodes).filter(([name]) => !/^(parse|invalid)/.test(name));
    expect(ours.length).toBeGreaterThan(3);
    for (const [, code] of ours) expect(code < -32768 || code > -32000).toBe(true);
    expect(refusedWith('refused', 'x').code).toBe('refused');
  });
});

describe('text from outside in our sentences', () => {
  test('loses what cannot be seen and what would move a terminal', () => {
    expect(plain('a\u001b[31mb\u202ec\u{e0041}d\u2028e\nf')).toBe('a[31mbcdef');
  });

  test('is cut where it is long', () => {
    expect(plain('x'.repeat(10_000))).toHaveLength(301);
  });
});
