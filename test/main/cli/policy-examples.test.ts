import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policyCheck } from '../../../main/cli/policy-check.ts';
import { templates } from '../../../main/cli/policy-command-line.ts';
import { policyTest } from '../../../main/cli/policy-test.ts';
import { examples, run } from './policy-desk.ts';

test('there is an example for every template, and no other', () => {
  expect(readdirSync(examples).sort()).toEqual([...templates].sort());
});

describe.each(templates)('the example policy %s', (name) => {
  const folder = join(examples, name);

  test('has nothing to be corrected or looked at', async () => {
    const { code, document } = await run((out) => policyCheck(folder, out));
    expect(document).toMatchObject({ problems: [], errors: 0, warnings: 0 });
    expect(code).toBe(0);
  });

  test('passes its own tests', async () => {
    const { code, text } = await run((out) => policyTest(folder, out));
    expect(text).toMatch(/(\d+) of \1 tests pass\.$/);
    expect(code).toBe(0);
  });

  test('has a test for every one of its rules', async () => {
    const { document } = await run((out) => policyTest(folder, out));
    const { tests } = document as { tests: { rules: string[] }[] };
    const seen = new Set(tests.flatMap(({ rules }) => rules));
    const rules = [
      ...readFileSync(join(folder, 'policy.cedar'), 'utf8').matchAll(/@id\("([^"]+)"\)/g),
    ].map(([, id]) => id);
    expect(rules.length).toBeGreaterThan(3);
    // What only permits to connect is never named: it decides nothing alone.
    expect(rules.filter((id) => id !== 'use-servers' && !seen.has(id ?? ''))).toEqual([]);
  });
});
