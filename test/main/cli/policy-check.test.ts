import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policyCheck } from '../../../main/cli/policy-check.ts';
import { aFolder, aPolicyFolder, bundle, run } from './policy-desk.ts';

const check = (path: string) => run((out) => policyCheck(path, out));

describe('airlock policy check', () => {
  test('names file, line, column and rule, and ends with 1', async () => {
    const folder = aPolicyFolder(
      '@id("no-etc")\nforbid (principal, action, resource)\nwhen { resource.path == "/etc" };',
    );
    const { code, text, document } = await check(folder);
    expect(code).toBe(1);
    expect(text).toContain('policy.cedar:5:8: error [no-etc] Attribute `path` on entity type');
    expect(text).toMatch(/\n2 rules, 1 error, 0 warnings\.$/);
    expect(document).toMatchObject({
      errors: 1,
      problems: [{ file: join(folder, 'policy.cedar'), line: 5, column: 8, rule: 'no-etc' }],
    });
  });

  test('ends with 0 where there are only warnings', async () => {
    const { code, text } = await check(
      aPolicyFolder('@id("a") permit (principal == Agent::"cursr", action, resource);'),
    );
    expect(text).toContain(':3:38: warning [a] Airlock knows no client called "cursr".');
    expect(code).toBe(0);
  });

  test('takes a single file, which stands beside the built-in rules and so need not permit', async () => {
    const rule = '@id("a") forbid (principal, action == Action::"callTool", resource);';
    const file = join(aFolder({ 'own.cedar': rule }), 'own.cedar');
    expect(await check(file)).toMatchObject({ code: 0, text: '1 rule, 0 errors, 0 warnings.' });
    const folder = aFolder({ 'policy.cedar': rule, 'bundle.json': JSON.stringify(bundle) });
    expect((await check(folder)).text).toContain('No rule permits connect');
  });

  test.each<[string, string, string]>([
    ['is not JSON', '{\n  "serial": 1,,\n}', ':2:15: error This is not JSON'],
    [
      'holds a member twice',
      '{"serial": 1,\n "serial": 2}',
      ':2:2: error The member "serial" stands here twice.',
    ],
    [
      'lacks something',
      '{"schemaVersion": 1, "serial": 1}',
      ':1:1: error organisation: Invalid input: expected string, received undefined.',
    ],
    [
      'has a member that is not known',
      JSON.stringify({ ...bundle, expiry: 'never' }, null, 1),
      ':5:2: error Unrecognized key: "expiry".',
    ],
    [
      'has a value that does not fit, deep inside',
      JSON.stringify({ ...bundle, registry: { deny: [{ server: {} }] } }, null, 1),
      ':8:5: error registry.deny[0].server: must name an id, a package, a url or a command.',
    ],
    [
      'is over already',
      JSON.stringify({ ...bundle, expires: '2020-01-01T00:00:00Z' }),
      ':1:1: error expires: 2020-01-01T00:00:00Z is past, so no machine would take it.',
    ],
    [
      'sets a setting to what it cannot be',
      JSON.stringify({ ...bundle, settings: { approvalSeconds: { value: 900, mode: 'floor' } } }),
      ':1:1: error settings.approvalSeconds: 900 is no value of this setting.',
    ],
    [
      'sets what is no setting',
      JSON.stringify({ ...bundle, settings: { colour: { value: 'red', mode: 'lock' } } }),
      ':1:1: warning settings.colour: this version of Airlock has no such setting.',
    ],
  ])('says where a bundle %s', async (_, text, expected) => {
    const { text: said, code } = await check(aPolicyFolder('', { 'bundle.json': text }));
    expect(said).toContain(`bundle.json${expected}`);
    expect(code).toBe(expected.includes(' error ') ? 1 : 0);
  });

  test('says where a test does not have the right form', async () => {
    const tests = { tests: [{ name: 'a', request: { tool: 'x', resource: 'y' }, expect: {} }] };
    const { text } = await check(aPolicyFolder('', { 'tests.json': JSON.stringify(tests) }));
    expect(text).toContain('tests[0].request: must name one of tool, resource, prompt and asks.');
    expect(text).toContain('tests[0].expect.decision: ');
  });

  test('has a sentence for what is not there or cannot be read', async () => {
    expect(await check('/no/such/place')).toMatchObject({
      code: 'no-file',
      problem: 'There is no file or folder /no/such/place.',
    });
    const empty = aFolder();
    expect((await check(empty)).problem).toBe(
      `${join(empty, 'policy.cedar')} cannot be read: there is no such file.`,
    );
    const folder = aFolder();
    writeFileSync(join(folder, 'policy.cedar'), Buffer.from([0xff, 0xfe]));
    expect((await check(folder)).problem).toContain('it is not UTF-8');
    mkdirSync(join(folder, 'tests.json'));
    writeFileSync(join(folder, 'policy.cedar'), '');
    expect((await check(folder)).code).toBe('no-file');
  });
});
