import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../main/clients/catalogue.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { planProtect } from '../../../main/clients/rewrite.ts';
import { findSecrets } from '../../../main/clients/secrets.ts';
import { isSameAs, tomlTree, tomlValue } from '../../../main/clients/toml-tree.ts';
import { bridgeFile, hiding } from '../../fakes/configs/desk.ts';
import { value } from '../../fakes/configs/round-trip.ts';

const codex = catalogue.find(({ id }) => id === 'codex');
if (codex === undefined) throw new Error('no codex');
const client = codex;

function read(text: string) {
  const parsed = parseConfig(Buffer.from(text), client);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value.entries;
}

describe('dotted keys inside braces', () => {
  const text =
    '[mcp_servers]\nfiles = { command = "npx", args = ["-y", "x"], env.TOKEN = "sk-1", env.B = "2" }\n';

  test('are read like a table of their own', () => {
    const [entry] = read(text);
    expect(entry?.reading).toMatchObject({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', 'x'],
      env: [
        { name: 'TOKEN', value: 'sk-1' },
        { name: 'B', value: '2' },
      ],
    });
    expect(
      entry && findSecrets(entry, client, () => undefined).map(({ location }) => location),
    ).toEqual(['env.TOKEN', 'env.B']);
  });

  test('are never changed, with the reason', () => {
    expect(read(text)[0]?.reading).toMatchObject({
      obstacle: expect.stringContaining('dotted keys inside braces'),
    });
  });

  test('leave the other servers of the file to be changed', () => {
    const [files, other] = read(`${text}[mcp_servers.other]\ncommand = "uvx"\n`);
    expect(files?.reading).toHaveProperty('obstacle');
    expect(other?.reading).not.toHaveProperty('obstacle');
  });

  test('stay as they are while the server beside them is routed', () => {
    const whole = `${text}[mcp_servers.other]\ncommand = "uvx"\n`;
    const made = value(
      planProtect(Buffer.from(whole), client, {
        ...hiding,
        file: '/f',
        newId: () => 'con_1',
        now: 7,
      }),
    );
    expect(made.after.text).toContain(text);
    expect(made.after.text.slice(text.length)).toContain(bridgeFile);
    expect(made.left.map(({ name }) => name)).toEqual(['files']);
  });

  test('may hold whole servers', () => {
    const entries = read(
      'mcp_servers = { a.command = "npx", a.args = ["x"], b = { command = "uvx" } }\n',
    );
    expect(entries.map(({ name, reading }) => [name, reading.kind, 'obstacle' in reading])).toEqual(
      [
        ['a', 'stdio', true],
        ['b', 'stdio', false],
      ],
    );
  });

  test.each(['x = { a.b = 1, a.b = 2 }', 'x = { a = 1, a.b = 2 }', 'x = { a.b = 1, a = {} }'])(
    'that name a thing twice are no TOML: %s',
    (bad) => {
      expect(parseConfig(Buffer.from(bad), client).ok).toBe(false);
    },
  );

  test('say the same to this reader as to the parser, whatever they are', () => {
    const key = fc.array(fc.constantFrom('a', 'b', '"c d"', "'e'"), { minLength: 1, maxLength: 4 });
    const pair = fc.tuple(key, fc.constantFrom('1', '"x"', '[1, { y.z = 2 }]', '{ p.q = "r" }'));
    let valid = 0;
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 5 }), (pairs) => {
        const inside = pairs.map(([keys, value]) => `${keys.join(' . ')} = ${value}`).join(', ');
        const whole = `x = { ${inside} }\n`;
        const value = tomlValue(whole);
        if (!('value' in value)) return;
        valid += 1;
        const tree = tomlTree(whole);
        expect(tree !== undefined && isSameAs(tree, value.value)).toBe(true);
      }),
    );
    expect(valid).toBeGreaterThan(10);
  });
});
