import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policyHelp, readPolicyLine } from '../../../main/cli/policy-command-line.ts';
import { BundleFile, TestFile } from '../../../main/cli/policy-files.ts';
import { readJson } from '../../../main/cli/policy-json.ts';
import { PolicyRequest } from '../../../main/cli/policy-request.ts';
import { examples } from './policy-desk.ts';

const guide = readFileSync(join(examples, '../policy-guide.md'), 'utf8');
const blocks = (kind: string): string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text]) => text ?? '',
  );

describe('the guide for an organisation', () => {
  test('shows only commands that are understood, and every one of them', () => {
    const lines = [
      ...blocks('sh'),
      ...['starter', 'strict'].map((name) =>
        readFileSync(join(examples, name, 'README.md'), 'utf8'),
      ),
    ]
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.startsWith('airlock policy '));
    const words = (line: string) =>
      [...line.replace(/\s+#.*/, '').matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, whole, word]) => whole ?? word ?? '',
      );
    const named = lines.map((line) => {
      const read = readPolicyLine(words(line).slice(1));
      expect(read, line).toMatchObject({ ok: true });
      return read.ok ? read.value.command.name : '';
    });
    const all = [...policyHelp.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(all.sort());
  });

  test('names every member of a bundle and of a request', () => {
    const names = [...Object.keys(BundleFile.shape), ...Object.keys(PolicyRequest.shape)];
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });

  test('shows tests that have the right form', () => {
    const shown = blocks('json');
    expect(shown.length).toBe(1);
    expect(readJson(shown[0] ?? '', TestFile)).toMatchObject({ ok: true });
  });

  test('has a row for every example', () => {
    for (const name of ['starter', 'read-only', 'strict', 'monitor'])
      expect(guide).toContain(`| **${name}** |`);
  });
});
