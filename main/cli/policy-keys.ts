import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import { EnrolledKey, Enrolment } from '../../shared/managed.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ExitCode, Output } from './output.ts';
import { readText } from './policy-folder.ts';
import { readJson } from './policy-json.ts';

/** A private key as `keygen` writes it: an Ed25519 JWK (RFC 8037) with its name. */
const PrivateKey = EnrolledKey.extend({ d: EnrolledKey.shape.x });

/** What `verify --key` takes: one public key, a list of them, or the private key whose public half is meant. */
const PublicKeys = z.union([
  EnrolledKey,
  PrivateKey,
  z.array(EnrolledKey).min(1).max(8),
  z.strictObject({ keys: z.array(EnrolledKey).min(1).max(8) }),
]);

/** Writes a file that must not be there yet, for its owner alone. */
export function writeFresh(path: string, text: string, mode = 0o600): Result<string> {
  const full = resolve(path);
  try {
    writeFileSync(full, text, { flag: 'wx', mode });
    return ok(full);
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return there
      ? fail('exists', `${full} is there already, and nothing is written over it.`)
      : fail('not-written', `${full} cannot be written: ${(error as Error).message}.`);
  }
}

/** `airlock policy keygen`: makes an Ed25519 key pair, keeps the private key in a file, and says what to enrol. */
export async function policyKeygen(output: string, out: Output): Promise<Result<ExitCode>> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = await exportJWK(privateKey);
  const kid = `key-${createHash('sha256')
    .update(x ?? '')
    .digest('hex')
    .slice(0, 12)}`;
  const entry = { kid, kty: 'OKP', crv: 'Ed25519', x };
  const written = writeFresh(output, `${JSON.stringify({ ...entry, d }, null, 2)}\n`);
  if (!written.ok) return written;
  out.note(
    `The private key is in ${written.value}. Whoever has it decides for every enrolled machine: keep it where your release keys are, and never in git.`,
  );
  out.note('Add this entry to "keys" of the enrolment:');
  out.result(entry, JSON.stringify(entry, null, 2));
  return ok(0);
}

/** Reads a private key as `keygen` wrote it. */
export function readPrivateKey(path: string): Result<JWK & { readonly kid: string }> {
  const text = readText(path);
  if (!text.ok) return text;
  const key = readJson(text.value, PrivateKey);
  if (key.ok) return ok(key.value);
  const public_ = readJson(text.value, EnrolledKey);
  return fail(
    'key',
    public_.ok
      ? `${path} holds the public key only; sign with the private one.`
      : `${path} is no private key as airlock policy keygen writes it.`,
  );
}

/** Reads the public keys of a file. */
export function readPublicKeys(path: string): Result<readonly EnrolledKey[]> {
  const text = readText(path);
  if (!text.ok) return text;
  const read = readJson(text.value, PublicKeys);
  if (!read.ok) return fail('key', `${path} holds no Ed25519 public key as keygen prints it.`);
  const { value } = read;
  if (Array.isArray(value)) return ok(value);
  return ok('keys' in value ? value.keys : [EnrolledKey.strip().parse(value)]);
}

/** Reads an enrolment file. */
export function readEnrolment(path: string): Result<Enrolment> {
  const text = readText(path);
  if (!text.ok) return text;
  const read = readJson(text.value, Enrolment);
  if (read.ok) return ok(read.value);
  const { line, column, message } = read.problems[0] ?? { line: 1, column: 1, message: '' };
  return fail('enrolment', `${path}:${line}:${column}: ${message}`);
}
