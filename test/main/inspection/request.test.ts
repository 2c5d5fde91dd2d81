import { describe, expect, test } from 'vitest';
import { maskerFor } from '../../../main/inspection/mask.ts';
import { makeRequestInspection } from '../../../main/inspection/request.ts';
import { aCall } from '../../fakes/call.ts';

const inspect = makeRequestInspection();
const seen = (argumentsText: string) =>
  inspect(aCall({ argumentsText })).map(({ code, severity }) => `${code} ${severity}`);

describe('inspecting the arguments of a call', () => {
  test.each([
    ['{"path":"/tmp/a.txt","limit":10}', []],
    ['{"text":"Grüße 👩‍👩‍👧 שלום"}', []],
    ['{"note":"line\\nbreak \\"quoted\\" \\\\ and \\u00e9"}', []],
    ['{"note":"ghp_aB3aB3aB3aB3aB3aB3aB3aB3"}', ['secret-in-arguments medium']],
    ['{"note":"\\u0067hp_aB3aB3aB3aB3aB3aB3aB3aB3"}', ['secret-in-arguments medium']],
    ['{"password":"hunter2"}', ['secret-in-arguments medium']],
    [
      '{"k":"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----"}',
      ['secret-in-arguments high'],
    ],
    ['{"cmd":"ls \u202e txt.exe"}', ['hidden-unicode high']],
    ['{"cmd":"ls \\u202e txt.exe"}', ['hidden-unicode high']],
    ['{"cmd":"\\u001b[2K\\u001b[1A"}', ['hidden-unicode high']],
    ['{"x":"\\udb40\\udc41\\udb40\\udc42"}', ['hidden-unicode high']],
    ['{}', []],
  ])('%s', (text, expected) => {
    expect(seen(text)).toEqual(expected);
  });

  test('a repeated key asks for a look, and does not hide the rest', () => {
    const findings = inspect(
      aCall({ argumentsText: '{"a":1,"a":2,"token":"x1"}', ambiguous: true }),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      'secret-in-arguments',
      'ambiguous-arguments',
    ]);
    expect(inspect(aCall({ argumentsText: '{"a":1,"a":2}', ambiguous: true }))).toHaveLength(1);
  });

  test('the secrets of the very connection are known', () => {
    const own = makeRequestInspection((id) => maskerFor(id === 'con_1' ? ['blue-horse-7'] : []));
    const argumentsText = '{"x":"say blue-horse-7"}';
    expect(own(aCall({ argumentsText })).map(({ code }) => code)).toEqual(['secret-in-arguments']);
    const other = aCall({ argumentsText, connection: { id: 'con_2', name: 'b', sessionId: 's' } });
    expect(own(other)).toEqual([]);
  });

  test('the message names kinds, never the value', () => {
    const [finding] = inspect(aCall({ argumentsText: '{"password":"hunter2"}' }));
    expect(finding?.message).toContain('named-secret');
    expect(JSON.stringify(finding)).not.toContain('hunter2');
    expect(finding?.owasp).toContain('MCP01');
  });

  test('a masker that fails counts as danger', () => {
    const broken = makeRequestInspection(() => () => {
      throw new Error('bug');
    });
    expect(broken(aCall())).toMatchObject([{ code: 'inspection-failed', severity: 'high' }]);
  });

  test('the head and the tail of very long arguments are inspected', () => {
    const filler = 'x'.repeat(400_000);
    const token = 'ghp_aB3aB3aB3aB3aB3aB3aB3aB3';
    expect(seen(JSON.stringify({ a: `${token} ${filler}` }))).toEqual([
      'secret-in-arguments medium',
    ]);
    expect(seen(JSON.stringify({ a: `${filler} ${token}` }))).toEqual([
      'secret-in-arguments medium',
    ]);
  });
});
