import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../main/cli/command-line.ts';
import { policyHelp } from '../../../main/cli/policy-command-line.ts';
import { aFolder, examples } from './policy-desk.ts';

const read = (line: string) => readCommandLine(line.split(' ').filter(Boolean));

describe('a policy command line', () => {
  test.each([
    ['policy init p', { name: 'init', folder: 'p', template: 'starter' }],
    ['policy init --template read-only p', { name: 'init', folder: 'p', template: 'read-only' }],
    ['policy check p', { name: 'check', path: 'p' }],
    ['policy test p', { name: 'test', folder: 'p' }],
    ['policy explain p --request r.json', { name: 'explain', folder: 'p', request: 'r.json' }],
    ['policy keygen --output k', { name: 'keygen', output: 'k' }],
    ['policy sign p --key k -o b', { name: 'sign', folder: 'p', key: 'k', output: 'b' }],
    [
      'policy sign p --key k --output b --serial 7',
      { name: 'sign', folder: 'p', key: 'k', output: 'b', serial: 7 },
    ],
    ['policy verify b --key k', { name: 'verify', file: 'b', by: { key: 'k' } }],
    ['policy verify b --enrolment e', { name: 'verify', file: 'b', by: { enrolment: 'e' } }],
    ['policy diff p', { name: 'diff', folder: 'p', days: 7, against: 'recorded' }],
    ['policy diff p --days 30 --against q', { name: 'diff', folder: 'p', days: 30, against: 'q' }],
    ['policy pull', { name: 'pull' }],
    ['policy', { name: 'help' }],
    ['policy --help', { name: 'help' }],
  ])('"%s" is understood', (line, ask) => {
    expect(read(line)).toEqual({
      ok: true,
      value: { command: { name: 'policy', ask }, json: false },
    });
  });

  test('takes what every command takes, wherever it stands', () => {
    expect(read('--json --home /h policy check p')).toEqual({
      ok: true,
      value: {
        command: { name: 'policy', ask: { name: 'check', path: 'p' } },
        json: true,
        home: '/h',
      },
    });
    expect(read('kill --client policy')).toMatchObject({ value: { command: { name: 'kill' } } });
  });

  test.each([
    ['policy approve', 'There is no command "policy approve".'],
    ['policy constructor', 'There is no command "policy constructor".'],
    ['policy check', 'policy check needs a folder or a file.'],
    ['policy check p q', '"q" is one word too many for policy check.'],
    ['policy pull now', '"now" is one word too many for policy pull.'],
    ['policy check p --days 3', 'policy check does not take --days.'],
    ['policy check p --force', "Unknown option '--force'."],
    [
      'policy init p --template lax',
      '--template is one of starter, read-only, strict, monitor, not "lax".',
    ],
    ['policy explain p', 'policy explain needs --request FILE or JSON.'],
    ['policy keygen', 'policy keygen needs --output FILE.'],
    ['policy sign p --output b', 'policy sign needs --key FILE.'],
    ['policy sign p --key k', 'policy sign needs --output FILE.'],
    [
      'policy sign p --key k --output b --serial 0',
      '--serial is a whole number from 1 on, not "0".',
    ],
    [
      'policy sign p --key k --output b --serial 1e3',
      '--serial is a whole number from 1 on, not "1e3".',
    ],
    ['policy verify b', 'policy verify needs --key FILE or --enrolment FILE, and not both.'],
    [
      'policy verify b --key k --enrolment e',
      'policy verify needs --key FILE or --enrolment FILE, and not both.',
    ],
    ['policy diff p --days x', '--days is a number from 1 to 3650, not "x".'],
  ])('"%s" is one sentence', (line, sentence) => {
    const result = read(line);
    expect(result).toMatchObject({ ok: false, problem: { code: 'usage' } });
    if (!result.ok) expect(result.problem.message).toBe(`${sentence} See airlock policy --help.`);
  });

  test('has no command that approves, resumes or loosens', () => {
    expect(policyHelp).not.toMatch(/^ {2}(approve|allow|answer|resume|grant|relax)/m);
  });
});

/** Runs the command as a process of its own. */
function airlock(...args: string[]) {
  const root = join(import.meta.dirname, '../../..');
  const command = ['--import', 'tsx', join(root, 'main/cli/airlock.ts'), ...args];
  const env = { ...process.env, AIRLOCK_DATA: aFolder() };
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('the command itself', () => {
  test('ends with 0 on a policy that is good, and says so as JSON', () => {
    const { status, stdout } = airlock('policy', 'test', join(examples, 'monitor'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0 });
    expect(status).toBe(0);
  }, 90_000);

  test('ends with 1 on a negative answer, and names the place from where it was called', () => {
    const { status, stdout } = airlock('policy', 'check', 'docs/policy.cedarschema');
    expect(stdout).toMatch(/^docs\/policy\.cedarschema:\d+:\d+: error /);
    expect(status).toBe(1);
  }, 90_000);

  test('ends with 2 on bad input, with one sentence', () => {
    const { status, stdout, stderr } = airlock('policy', 'check', 'nowhere');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^airlock: There is no file or folder .*nowhere\.\n$/);
  }, 90_000);
});
