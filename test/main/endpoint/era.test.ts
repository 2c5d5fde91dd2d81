import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue, eraOf } from '../../../main/endpoint/era.ts';
import { ambiguousField, readHeaderFields } from '../../../main/endpoint/header-fields.ts';
import { readPosted } from '../../../main/endpoint/posted-message.ts';
import { sparingly } from '../../../main/endpoint/turned-away.ts';
import { ask, modernAsk, modernHeaders } from './rig.ts';

const fieldsOf = (headers: Record<string, string>) =>
  readHeaderFields(Object.entries(headers).flat());

/** The era of a message with its headers, or the code it is refused with. */
function eraOrCode(message: unknown, headers: Record<string, string> = {}) {
  const posted = readPosted(Buffer.from(JSON.stringify(message)));
  if (!posted.ok) throw new Error(posted.message);
  const era = eraOf(fieldsOf(headers), posted);
  return era.era === 'refused' ? era.refusal.code : era.era;
}

describe('the era of a POST', () => {
  const version = (text: string) => ({ 'MCP-Protocol-Version': text });
  const claim = (text: string) =>
    modernAsk('a', {}, 1, { 'io.modelcontextprotocol/protocolVersion': text });

  test.each([
    ['nothing says otherwise', ask('a'), {}, 'legacy'],
    ['the header names an earlier revision', ask('a'), version('2025-06-18'), 'legacy'],
    ['the body names an earlier revision', claim('2025-11-25'), {}, 'legacy'],
    ['it is a response', { jsonrpc: '2.0', id: 1, result: {} }, version('2025-11-25'), 'legacy'],
    ['it is a batch', [ask('a')], {}, 'legacy'],
    ['the body names 2026-07-28', claim('2026-07-28'), modernHeaders('a'), 'modern'],
    [
      'the header does, of a notification',
      { jsonrpc: '2.0', method: 'n' },
      version('2026-07-28'),
      'modern',
    ],
    ['the two disagree', claim('2026-07-28'), version('2025-11-25'), -32020],
    ['the two disagree the other way', claim('2025-11-25'), version('2026-07-28'), -32020],
    [
      'a legacy handshake carries a modern claim',
      modernAsk('initialize'),
      modernHeaders('initialize'),
      'modern',
    ],
  ])('is found where %s', (_, message, headers: Record<string, string>, expected) => {
    expect(eraOrCode(message, headers)).toBe(expected);
  });
});

describe('a mirrored value', () => {
  test('that is plain ASCII stands for itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,30}$/), (text) => {
        fc.pre(!(text.startsWith('=?base64?') && text.endsWith('?=')));
        expect(decodeValue(text)).toBe(text);
      }),
    );
  });

  test('in Base64 is what was encoded, a byte order mark included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }), (units) => {
        const whole = String.fromCharCode(...units).toWellFormed();
        expect(decodeValue(`=?base64?${Buffer.from(whole).toString('base64')}?=`)).toBe(whole);
      }),
    );
    expect(decodeValue('=?base64?77u/YQ==?=')).toBe('\ufeffa');
  });

  test.each(['=?base64?YQ?=', '=?base64?YQ=?=', '=?base64?Y Q==?=', 'a\u0000', 'a\r\nb', 'ä'])(
    '%j is none',
    (text) => {
      expect(decodeValue(text)).toBeUndefined();
    },
  );

  test('with the mark in another case is plain text', () => {
    expect(decodeValue('=?BASE64?YQ==?=')).toBe('=?BASE64?YQ==?=');
  });
});

test('a field is ambiguous in any spelling of its name', () => {
  fc.assert(
    fc.property(fc.constantFrom('Host', 'AUTHORIZATION', 'Mcp-Name', 'mcp-session-ID'), (name) => {
      expect(ambiguousField(readHeaderFields([name, 'a', name.toLowerCase(), 'a']))).toBe(
        name.toLowerCase(),
      );
      expect(
        ambiguousField(readHeaderFields([name, 'a', 'X-Other', 'a', 'X-Other', 'b'])),
      ).toBeUndefined();
    }),
  );
});

test('a flood of refusals is told sparingly, and nothing of it is forgotten', () => {
  const told: string[] = [];
  let at = 0;
  const tell = sparingly(
    ({ message }) => told.push(message),
    () => at,
  );
  for (let turn = 0; turn < 1_000; turn += 1) tell({ code: 'no-token', message: 'No.' });
  expect(told).toHaveLength(10);
  at = 60_000;
  tell({ code: 'no-token', message: 'No.' });
  tell({ code: 'no-token', message: 'No.' });
  expect(told.slice(10)).toEqual(['No. (990 more were turned away before.)', 'No.']);
});
