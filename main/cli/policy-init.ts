import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ExitCode, Output } from './output.ts';
import type { PolicyTemplate } from './policy-command-line.ts';
import { fileNames } from './policy-files.ts';
import { writeFresh } from './policy-keys.ts';

/** The examples of the documentation are what a policy starts from; they are tested as they stand there. */
const templateFolder = join(import.meta.dirname, '../../docs/policies');

/** `airlock policy init`: makes a policy folder for git. Nothing that is there is written over. */
export function policyInit(
  { folder, template }: { readonly folder: string; readonly template: PolicyTemplate },
  out: Output,
): Result<ExitCode> {
  const to = resolve(folder);
  const files = Object.values(fileNames);
  const there = files.filter((file) => existsSync(join(to, file)));
  if (there.length > 0) {
    return fail(
      'exists',
      `${to} holds ${there.join(', ')} already, and nothing is written over it.`,
    );
  }
  try {
    mkdirSync(to, { recursive: true });
  } catch (error) {
    return fail('not-written', `${to} cannot be made: ${(error as Error).message}.`);
  }
  for (const file of files) {
    const text = readFileSync(join(templateFolder, template, file), 'utf8');
    const written = writeFresh(join(to, file), text, 0o644);
    if (!written.ok) return written;
  }
  out.result(
    { folder: to, template, files },
    [
      `${to} holds the policy "${template}": ${files.join(', ')}.`,
      `Write your organisation's name into ${fileNames.bundle}, then:`,
      `  airlock policy check ${folder}`,
      `  airlock policy test ${folder}`,
    ].join('\n'),
  );
  return ok(0);
}
