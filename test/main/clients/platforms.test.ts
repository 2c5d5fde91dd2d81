import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../main/clients/catalogue.ts';
import { type Client, inForm, type Platform } from '../../../main/clients/client-record.ts';
import { configPatterns, type Machine } from '../../../main/clients/config-paths.ts';
import { connectionOf } from '../../../main/clients/entry.ts';
import { parseConfig } from '../../../main/clients/parse.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { previewRestore, restore } from '../../../main/clients/restore.ts';
import { planProtect } from '../../../main/clients/rewrite.ts';
import { bridgeFile, hiding, makeDesk } from '../../fakes/configs/desk.ts';
import type { Pair, Style, Value } from '../../fakes/configs/json-style.ts';
import { write } from '../../fakes/configs/json-style.ts';
import { value } from '../../fakes/configs/round-trip.ts';
import { writeToml } from '../../fakes/configs/toml-style.ts';
import { writeYaml } from '../../fakes/configs/yaml-style.ts';

/** The config that a form's data describes: one server that is started, with a variable. */
function fixture(client: Client): string {
  const [list] = client.lists;
  if (list === undefined) throw new Error('no list');
  const shape = list.shape ?? client.shape;
  const pairs: Pair[] = [
    ...(list.nameIn === undefined ? [] : [[list.nameIn, 'files'] as Pair]),
    ...(shape.type === undefined || shape.type.stdio[0] === undefined
      ? []
      : [[shape.type.member, shape.type.stdio[0]] as Pair]),
    [shape.command, shape.commandForm === 'argv' ? ['npx', 'files'] : 'npx'],
    ...(shape.commandForm === 'argv' ? [] : [[shape.args, ['files']] as Pair]),
    [shape.env, { pairs: [['TOKEN', 'LITERAL']] }],
  ];
  const entry: Value = { pairs };
  const served: Value = list.nameIn === undefined ? { pairs: [['files', entry]] } : [entry];
  const [first = '', ...rest] = list.at.map((step) => (step === '*' ? '/w' : step));
  const inner = rest.reduceRight<Value>((all, step) => ({ pairs: [[step, all]] }), served);
  const style: Style = {
    indent: '  ',
    eol: '\n',
    colon: ': ',
    mark: '',
    end: '\n',
    layout: 'lines',
    comments: client.tolerance.comments === 'yes',
    trailingCommas: client.tolerance.trailingCommas === 'yes',
    seed: 11,
  };
  const document = { pairs: [['theme', 'dark'] as Pair, [first, inner] as Pair] };
  if (client.format === 'toml') return writeToml(document, style);
  return client.format === 'yaml' ? writeYaml(document, style) : write(document, style);
}

const cases = (platform: Platform, machine: Machine) =>
  catalogue.flatMap((client) =>
    configPatterns(client, machine)
      .filter(({ from }) => from.seenOnly === undefined && from.scope !== 'managed')
      .map(({ base, tail, from }) => ({
        client: inForm(client, from.form),
        title: `${platform} ${client.id} ${from.path}`,
        file: [base, ...tail].join('/').replaceAll('*', 'some'),
      })),
  );

describe.each<Platform>(['linux', 'darwin'])('on %s', (platform) => {
  test('each client’s file is found where it lies, rewritten, and given back byte for byte', async () => {
    const home = '/home-of-test';
    for (const { client, title, file } of cases(platform, { platform, home, env: {} })) {
      const desk = makeDesk();
      try {
        const text = fixture(client);
        const full = desk.put(file.slice(home.length + 1), text);
        const machine = { ...desk.ports.machine, platform, systemRoot: desk.root };
        const ports = { ...desk.ports, machine };
        const previews = await previewProtect(ports, { clientId: client.id });
        expect(
          previews.map((one) => [one.path, one.entries, one.refused]),
          title,
        ).toEqual([[full, ['files'], undefined]]);
        await protect(ports, previews);
        const after = readFileSync(full, 'utf8');
        expect(after, title).toContain(bridgeFile);
        expect(after, title).not.toContain('LITERAL');
        expect(desk.keychain()[desk.connections()[0]?.id ?? ''], title).toEqual({
          'env.TOKEN': 'LITERAL',
        });
        await restore(ports, await previewRestore(ports, {}));
        expect(readFileSync(full, 'utf8'), title).toBe(text);
        expect(existsSync(path.join(desk.home, '.airlock')), title).toBe(false);
      } finally {
        desk.close();
      }
    }
  }, 120_000);
});

test('on Windows each client’s file is read and rewritten in its form', () => {
  const machine: Machine = { platform: 'win32', home: 'C:\\Users\\ada', env: {} };
  const all = cases('win32', machine);
  expect(all.length).toBeGreaterThan(60);
  for (const { client, title, file } of all) {
    expect(file, title).toMatch(/^C:\\Users\\ada\\/);
    const plan = value(
      planProtect(Buffer.from(fixture(client)), client, {
        ...hiding,
        file,
        newId: () => 'con_1',
        now: 1,
      }),
    );
    expect(plan.planned, title).toHaveLength(1);
    const [entry] = value(parseConfig(plan.bytes, client)).entries;
    expect(entry && connectionOf(entry, bridgeFile), title).toBe('con_1');
  }
});
