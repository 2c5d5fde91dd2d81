import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { BundleFile, fileNames, TestFile } from './policy-files.ts';
import { type ReadJson, readJson } from './policy-json.ts';

/** The rules of a policy as text, and where they stand. */
export interface RulesFile {
  readonly path: string;
  readonly text: string;
}

/** A policy folder as read; a file that is not there is undefined. */
export interface PolicyFolder {
  readonly folder: string;
  readonly rules: RulesFile;
  readonly bundle: ReadJson<BundleFile> | undefined;
  readonly tests: ReadJson<TestFile> | undefined;
}

/** Reads a text file whole. A file that cannot be read is one sentence. */
export function readText(path: string): Result<string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not UTF-8' : codeOf(error);
    return fail('no-file', `${path} cannot be read: ${why}.`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? 'there is no such file'
    : (error as Error).message;

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Reads a policy folder. Needs its `policy.cedar`; what the other files lack is told by `check`. */
export function readPolicyFolder(folder: string): Result<PolicyFolder> {
  const path = resolve(folder);
  if (!isFolder(path)) {
    return fail('no-folder', `There is no folder ${path}. Make one with airlock policy init.`);
  }
  const rules = readRulesFile(join(path, fileNames.rules));
  if (!rules.ok) return rules;
  const bundle = readForm(join(path, fileNames.bundle), BundleFile);
  if (!bundle.ok) return bundle;
  const tests = readForm(join(path, fileNames.tests), TestFile);
  if (!tests.ok) return tests;
  return ok({ folder: path, rules: rules.value, bundle: bundle.value, tests: tests.value });
}

function readRulesFile(path: string): Result<RulesFile> {
  const text = readText(path);
  return text.ok ? ok({ path, text: text.value }) : text;
}

function readForm<S extends z.ZodType>(
  path: string,
  schema: S,
): Result<ReadJson<z.output<S>> | undefined> {
  if (!existsSync(path)) return ok(undefined);
  const text = readText(path);
  return text.ok ? ok(readJson(text.value, schema)) : text;
}

/** Reads a policy folder, or a single file of rules as one that has nothing else. */
export function readPolicy(path: string): Result<PolicyFolder> {
  const full = resolve(path);
  if (isFolder(full)) return readPolicyFolder(full);
  if (!existsSync(full)) return fail('no-file', `There is no file or folder ${full}.`);
  const rules = readRulesFile(full);
  return rules.ok
    ? ok({ folder: full, rules: rules.value, bundle: undefined, tests: undefined })
    : rules;
}
