import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ExitCode, Output } from '../../../main/cli/output.ts';
import type { Result } from '../../../shared/outcome.ts';

/** The example policies of the documentation. */
export const examples = join(import.meta.dirname, '../../../docs/policies');

/** A folder that is gone after the test, with these files. */
export function aFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-cli-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const base = '@id("base")\npermit (principal, action, resource);\n';

/** The least that a bundle holds beside its rules. */
export const bundle = { schemaVersion: 1, organisation: 'Example Ltd', serial: 3 };

/** A policy folder of these rules after one that permits all. */
export const aPolicyFolder = (rules = '', files: Readonly<Record<string, string>> = {}): string =>
  aFolder({ 'policy.cedar': base + rules, 'bundle.json': JSON.stringify(bundle), ...files });

/** What a command wrote. */
export interface Said {
  readonly out: Output;
  readonly notes: string[];
  readonly texts: string[];
  readonly documents: unknown[];
}

/** An output that keeps what is written to it. */
export function listener(): Said {
  const said = { notes: [] as string[], texts: [] as string[], documents: [] as unknown[] };
  return {
    ...said,
    out: {
      result(document, text) {
        said.documents.push(document);
        said.texts.push(text);
      },
      note: (text) => said.notes.push(text),
    },
  };
}

/** Runs a command; gives its exit code or the code of its problem, its text, document and notes. */
export async function run(command: (out: Output) => Result<ExitCode> | Promise<Result<ExitCode>>) {
  const { out, notes, texts, documents } = listener();
  const done = await command(out);
  return {
    code: done.ok ? done.value : done.problem.code,
    problem: done.ok ? '' : done.problem.message,
    text: texts.join('\n'),
    document: documents[0] as never,
    notes,
  };
}
