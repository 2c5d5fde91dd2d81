import { expect, test } from 'vitest';
import { fitForHttp } from '../../main/compose-fit.ts';
import type { ServerIdentity } from '../../shared/server.ts';

const server = (transport: ServerIdentity['transport']): ServerIdentity => ({
  id: 'srv_1',
  transport,
  label: 'files',
});
const tool = (name: string, header?: unknown) => {
  const property = { type: 'string', ...(header !== undefined && { 'x-mcp-header': header }) };
  const definition = { name, inputSchema: { type: 'object', properties: { a: property } } };
  return { name, definition, text: JSON.stringify(definition) };
};
const tools = [tool('plain'), tool('fine', 'Region'), tool('spaced', 'a b'), tool('empty', '')];

test('a remote server loses the tools that nobody may call over HTTP', () => {
  const withheld = fitForHttp(server('http'), tools, []);
  expect(withheld.map(({ index, name }) => [index, name])).toEqual([
    [2, 'spaced'],
    [3, 'empty'],
  ]);
  expect(withheld[0]?.reason).toContain('It cannot be called over HTTP: the x-mcp-header of "a"');
});

test('what is withheld for another reason stays so, once', () => {
  const held = [{ index: 2, name: 'spaced', reason: 'Its definition changed.' }];
  expect(fitForHttp(server('http'), tools, held).map(({ reason }) => reason)).toEqual([
    'Its definition changed.',
    expect.stringContaining('HTTP'),
  ]);
});

test('a stdio server keeps them, and so does a list without any', () => {
  const held = [{ index: 0, name: 'plain', reason: 'x' }];
  expect(fitForHttp(server('stdio'), tools, held)).toBe(held);
  expect(fitForHttp(server('http'), tools.slice(0, 2), held)).toBe(held);
  const odd = [null, 7, { inputSchema: null }].map((definition) => ({
    name: '',
    definition,
    text: '',
  }));
  expect(fitForHttp(server('http'), odd, [])).toEqual([]);
});
