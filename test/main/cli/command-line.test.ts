import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../main/cli/command-line.ts';
import { help } from '../../../main/cli/help.ts';

const read = (line: string) => readCommandLine(line.split(' ').filter(Boolean));

describe('a command line', () => {
  test.each([
    ['scan --json --home /h', { command: { name: 'scan' }, json: true, home: '/h' }],
    [
      'protect --client cursor --dry-run',
      { command: { name: 'protect', client: 'cursor', dryRun: true } },
    ],
    ['restore --yes', { command: { name: 'restore', yes: true } }],
    ['kill --server srv_1', { command: { name: 'kill', server: 'srv_1' } }],
    ['audit verify', { command: { name: 'audit-verify' } }],
    ['audit verify a.ndjson', { command: { name: 'audit-verify', file: 'a.ndjson' } }],
    ['audit export --format csv', { command: { name: 'audit-export', format: 'csv' } }],
    ['doctor', { command: { name: 'doctor', strict: false } }],
    ['doctor --strict', { command: { name: 'doctor', strict: true } }],
    ['inventory', { command: { name: 'inventory' } }],
    ['inventory export', { command: { name: 'inventory-export', format: 'json' } }],
    [
      'inventory export --format cyclonedx -o /a/bom.json',
      { command: { name: 'inventory-export', format: 'cyclonedx', output: '/a/bom.json' } },
    ],
    ['collect --port 0', { command: { name: 'collect', port: 0 } }],
    [
      'run --policy p.cedar -- npx server --json',
      {
        command: { name: 'run', policy: 'p.cedar', command: ['npx', 'server', '--json'] },
        json: false,
      },
    ],
    ['', { command: { name: 'help' } }],
    ['protect --help', { command: { name: 'help' } }],
    ['--version', { command: { name: 'version' } }],
  ])('"%s" is understood', (line, expected) => {
    expect(read(line)).toMatchObject({ ok: true, value: expected });
  });

  test.each([
    ['approve card-1', 'There is no command "approve".'],
    ['resume kill-1', 'There is no command "resume".'],
    ['audit', 'There is no command "audit".'],
    ['audit forget', 'There is no command "audit forget".'],
    ['scan all', '"all" is one word too many for scan.'],
    ['scan --yes', 'scan does not take --yes.'],
    ['protect --force', "Unknown option '--force'."],
    ['kill --client a --server b', 'kill takes --client or --server, not both.'],
    ['collect --port x', '--port is a number from 0 to 65535, not "x".'],
    ['collect --port 70000', '--port is a number from 0 to 65535, not "70000".'],
    ['audit export --format xml', '--format is ndjson or csv, not "xml".'],
    ['inventory export --format xml', '--format is json, csv or cyclonedx, not "xml".'],
    ['inventory import', '"import" is one word too many for inventory.'],
    ['scan --strict', 'scan does not take --strict.'],
    ['run', 'run needs the server command after --.'],
    ['run npx', '"npx" is one word too many for run.'],
    ['scan -- x', 'scan takes nothing after --.'],
  ])('"%s" is one sentence', (line, sentence) => {
    const result = read(line);
    expect(result).toMatchObject({ ok: false, problem: { code: 'usage' } });
    if (!result.ok) expect(result.problem.message).toBe(`${sentence} See airlock --help.`);
  });

  test('never throws, whatever the words', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        readCommandLine(words);
      }),
    );
  });

  test('has no command that approves or resumes', () => {
    expect(help).not.toMatch(/^ {2}(approve|allow|answer|resume|grant)/m);
  });
});
