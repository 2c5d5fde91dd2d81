// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders that clients expand
import { expect, test } from 'vitest';
import type { Client } from '../../../main/clients/client-record.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { findSecrets, secretArgs } from '../../../main/clients/secrets.ts';
import { clientOf, looksSecret } from '../../fakes/configs/desk.ts';

const vscode = clientOf('vscode');

function entry(value: unknown, client: Client = vscode) {
  const key = client.lists[0]?.at[0] ?? '';
  const parsed = parseConfig(Buffer.from(JSON.stringify({ [key]: { e: value } })), client);
  const [found] = parsed.ok ? parsed.value.entries : [];
  if (found === undefined) throw new Error('no entry');
  return found;
}
const sightings = (value: unknown, client: Client = vscode) =>
  findSecrets(entry(value, client), client, looksSecret).map(
    ({ location, kind }) => `${location}: ${kind}`,
  );

test('every literal variable counts, a placeholder does not', () => {
  const env = { TOKEN: 'sk-1234567890', REGION: 'eu', LATER: '${env:X}', PORT: 5, GONE: null };
  expect(sightings({ command: 'x', env })).toEqual([
    'env.TOKEN: api key',
    'env.REGION: value',
    'env.PORT: value',
  ]);
});

test('a dollar brace is no placeholder where the client expands none', () => {
  expect(sightings({ command: 'x', env: { A: '${X}' } }, clientOf('claude-desktop'))).toEqual([
    'env.A: value',
  ]);
});

test('arguments count where the detector says so, also by the flag before them', () => {
  const value = {
    command: 'x',
    args: ['sk-1234567890', '--key', 'plain', '${input:sk-1234567890}'],
  };
  expect(sightings(value)).toEqual(['args[0]: api key']);
  const byFlag = (text: string) => (text === '--key=plain' ? 'named' : undefined);
  const { reading } = entry(value);
  if (reading.kind !== 'stdio') throw new Error('stdio expected');
  expect([...secretArgs(reading, vscode, byFlag)]).toEqual([[2, 'named']]);
});

test('a flag is not judged by the flag before it', () => {
  const { reading } = entry({ command: 'x', args: ['--token', '--verbose'] });
  if (reading.kind !== 'stdio') throw new Error('stdio expected');
  expect(
    secretArgs(reading, vscode, (text) => (text.includes('token=') ? 'x' : undefined)).size,
  ).toBe(0);
});

test('headers and the address of a remote server count', () => {
  const value = {
    url: 'https://a.example/?k=sk-1234567890',
    headers: { Authorization: 'Bearer t', X: '${env:X}' },
  };
  expect(sightings(value)).toEqual(['url: api key', 'headers.Authorization: value']);
});

test('what cannot be understood shows nothing', () => {
  expect(sightings({ command: 7, env: { A: 'sk-1234567890' } })).toEqual([]);
});
