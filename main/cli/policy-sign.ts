import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodeJwt } from 'jose';
import { BundlePayload, bundleSchemaVersion } from '../../shared/managed.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { maxBundleBytes, signBundleJws } from '../managed/bundle-jws.ts';
import type { ExitCode, Output } from './output.ts';
import { checkPolicy, hasErrors, problemLines } from './policy-check.ts';
import { fileNames } from './policy-files.ts';
import { readPolicyFolder, readText } from './policy-folder.ts';
import { readPrivateKey } from './policy-keys.ts';
import { runTests } from './policy-test.ts';

/** What `airlock policy sign` is asked for. */
export interface SignRequest {
  readonly folder: string;
  readonly key: string;
  readonly output: string;
  /** Instead of the one in `bundle.json`. */
  readonly serial?: number;
}

const dayMs = 24 * 60 * 60 * 1_000;
const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * `airlock policy sign`: makes a bundle of a policy folder. Refuses (1) what `check` rejects and what fails its own
 * tests, and a serial that does not rise over the bundle it replaces: no machine would take it.
 */
export async function policySign(
  request: SignRequest,
  out: Output,
  now: () => number = Date.now,
): Promise<Result<ExitCode>> {
  const read = readPolicyFolder(request.folder);
  if (!read.ok) return read;
  const { bundle, rules, tests } = read.value;
  const report = checkPolicy(read.value);
  for (const line of problemLines(report.problems)) out.note(line);
  if (hasErrors(report)) return refused(out, 'The policy has errors, so it is not signed.');
  if (bundle?.ok !== true) {
    return fail('no-bundle', `There is no ${fileNames.bundle} in ${read.value.folder}.`);
  }
  if (tests !== undefined) {
    const ran = runTests(read.value);
    if (!ran.ok) return ran;
    const failing = ran.value.filter(({ pass }) => !pass).map(({ name }) => name);
    if (failing.length > 0) {
      return refused(
        out,
        `The policy fails its own tests, so it is not signed: ${failing.join('; ')}.`,
      );
    }
  }
  const key = readPrivateKey(request.key);
  if (!key.ok) return key;
  const { expires, validDays, ...rest } = bundle.value;
  const issued = now();
  const payload = BundlePayload.parse({
    ...rest,
    schemaVersion: bundleSchemaVersion,
    serial: request.serial ?? rest.serial,
    issued: instant(issued),
    expires: expires ?? instant(issued + validDays * dayMs),
    cedar: rules.text,
  });
  const output = resolve(request.output);
  const before = serialOf(output);
  if (!before.ok) return before;
  if (before.value !== undefined && payload.serial <= before.value) {
    return refused(
      out,
      `${output} has the serial ${before.value} and a machine never goes back: give --serial ${before.value + 1} or higher, or write it into ${fileNames.bundle}.`,
    );
  }
  const compact = await signBundleJws(payload, key.value);
  if (compact.length > maxBundleBytes) {
    return refused(out, 'The bundle is larger than the 8 MiB that a machine reads.');
  }
  const fresh = `${output}.${process.pid}`;
  try {
    writeFileSync(fresh, `${compact}\n`, { flag: 'wx', mode: 0o644 });
    renameSync(fresh, output);
  } catch (error) {
    rmSync(fresh, { force: true });
    return fail('not-written', `${output} cannot be written: ${(error as Error).message}.`);
  }
  const { organisation, serial } = payload;
  out.result(
    { output, organisation, serial, kid: key.value.kid, expires: payload.expires },
    `Signed for ${organisation}: serial ${serial}, ${report.rules.length} rules, by ${key.value.kid}, until ${payload.expires}.\n${output}`,
  );
  return ok(0);
}

/** A refusal is a negative answer, not bad input. */
function refused(out: Output, message: string): Result<ExitCode> {
  out.note(`airlock: ${message}`);
  out.result({ signed: false, reason: message }, '');
  return ok(1);
}

/** The serial of the bundle that stands where the new one goes; undefined where none does. */
function serialOf(output: string): Result<number | undefined> {
  if (!existsSync(output)) return ok(undefined);
  const text = readText(output);
  if (!text.ok) return text;
  const serial = writtenSerial(text.value.trim());
  return serial === undefined
    ? fail('not-a-bundle', `${output} is there and is no bundle, so nothing is written over it.`)
    : ok(serial);
}

/** The number on a bundle, whoever signed it: it is only not to be used again. */
function writtenSerial(compact: string): number | undefined {
  try {
    const { serial } = decodeJwt(compact);
    return typeof serial === 'number' ? serial : undefined;
  } catch {
    return undefined;
  }
}
