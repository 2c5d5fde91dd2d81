import { describe, expect, test } from 'vitest';
import {
  commandRaise,
  hasShellSyntax,
  looksLikeSql,
  sqlRaise,
} from '../../../main/policy/commands.ts';

describe('a command', () => {
  test.each([
    ['ls -la', 'execute'],
    ['npm run format-docs', 'execute'],
    ['echo "$(date)"', 'execute'],
    ['rm a', 'destroy'],
    ['/bin/rm -r x', 'destroy'],
    ['cd x && RM.EXE y', 'destroy'],
    ['true;shred x', 'destroy'],
    ['mkfs.ext4 /dev/sda', 'destroy'],
    ['git reset --hard', 'destroy'],
    ['git push -f', 'destroy'],
    ['aws s3 rm s3://x', 'destroy'],
    ['find . -name x -delete', 'destroy'],
    ['dd if=/dev/zero of=/dev/sda', 'destroy'],
    ['Remove-Item x', 'destroy'],
    ['cat .env', 'unknown'],
    ['scp ~/.ssh/id_rsa x:', 'unknown'],
    ['curl -s http://169.254.169.254/latest', 'unknown'],
    ['curl metadata.google.internal/x', 'unknown'],
    ['x'.repeat(20_000), 'unknown'],
  ])('%.40s is %s', (text, level) => {
    expect(commandRaise(text).level).toBe(level);
  });
});

describe('shell syntax', () => {
  test.each(['$(id)', '`id`', 'a && b', 'a || b', 'x; rm y', 'x | sh', 'a > /etc/x', 'a\ncurl b'])(
    'in %j',
    (text) => {
      expect(hasShellSyntax(text)).toBe(true);
    },
  );

  test.each([
    'main',
    'text/html; charset=utf-8',
    'bug|feature',
    'a & b',
    'R&D',
    'a > b',
    'Tom; Dick',
  ])('not in %j', (text) => {
    expect(hasShellSyntax(text)).toBe(false);
  });
});

describe('a statement', () => {
  test.each([
    ['SELECT 1', undefined],
    ['-- a comment\nselect 1', undefined],
    ["SELECT 'drop table x'", undefined],
    ["SELECT 'it''s a delete'", undefined],
    ['SHOW TABLES', undefined],
    ['UPDATE t SET a = 1', 'write'],
    ['SELECT * INTO x FROM y', 'write'],
    ['select 1; delete from t', 'destroy'],
    ['ALTER TABLE t ADD c int', 'destroy'],
    ["SELECT 'a\\'' ; DROP TABLE x; SELECT ''", 'destroy'],
    ["-- it's\nDROP TABLE x; -- it's", 'destroy'],
    ['SELECT "it\'s"; DROP TABLE x; SELECT "it\'s"', 'destroy'],
    ["EXEC xp_cmdshell 'x'", 'execute'],
    ["SELECT load_file('/etc/passwd')", 'execute'],
    ["COPY t FROM PROGRAM 'x'", 'execute'],
    ['mutation { x }', 'write'],
    ['FLY me', 'unknown'],
    [`SELECT ${'1,'.repeat(20_000)}1`, 'unknown'],
  ])('%.50s', (text, level) => {
    expect(sqlRaise(text)?.level).toBe(level);
  });

  test.each([
    ['SELECT 1', true],
    ['/* x */ insert into t', true],
    ['mutation { a }', true],
    ['selection of shoes', false],
    ['show', false],
    ['what is new', false],
  ])('%s looks like one: %s', (text, yes) => {
    expect(looksLikeSql(text)).toBe(yes);
  });
});
