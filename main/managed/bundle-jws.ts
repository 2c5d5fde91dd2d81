import { createHash } from 'node:crypto';
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose';
import type { EnrolledKey } from '../../shared/managed.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';

/** The `typ` of a bundle, so that nothing else that the same key signed passes for one (RFC 8725, 3.11). */
export const bundleType = 'airlock-bundle+jws';

/** The longest bundle that is read, in bytes of its compact form; 10,000 rules are a third of it. */
export const maxBundleBytes = 8 * 1_048_576;

/** Why a text is no bundle of this organisation. */
export type BundleJwsProblem = Problem & {
  readonly code:
    | 'bundle-too-large'
    | 'bundle-not-jws'
    | 'bundle-header'
    | 'bundle-key'
    | 'bundle-signature'
    | 'bundle-not-json';
};

/** A payload whose signature holds. Nothing is known yet of its form, serial and times. */
export interface SignedPayload {
  readonly kid: string;
  /** Hex SHA-256 of the payload's bytes: two bundles of one serial have to be the same. */
  readonly hash: string;
  readonly json: unknown;
}

const compactForm = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/;

/** A header holds these and nothing else: no `crit`, no `b64`, no key or address of one brought along. */
const headerMembers = ['alg', 'kid', 'typ'];

const refused = (code: BundleJwsProblem['code'], message: string) => fail(code, message);

function headerOf(text: string): Result<{ readonly kid: string }, BundleJwsProblem> {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return refused('bundle-header', 'The header of the policy bundle cannot be read.');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    return refused('bundle-header', 'The header of the policy bundle is not an object.');
  }
  const members = new Map(Object.entries(header));
  const stranger = [...members.keys()].find((name) => !headerMembers.includes(name));
  if (stranger !== undefined) {
    return refused(
      'bundle-header',
      `The header of the policy bundle holds ${JSON.stringify(stranger.slice(0, 40))}, which is not allowed: sign it with "airlock policy sign".`,
    );
  }
  if (members.get('alg') !== 'EdDSA' || members.get('typ') !== bundleType) {
    return refused(
      'bundle-header',
      `The policy bundle must be signed with EdDSA and of the type ${bundleType}: sign it with "airlock policy sign".`,
    );
  }
  const kid = members.get('kid');
  if (typeof kid === 'string') return ok({ kid });
  return refused('bundle-header', 'The policy bundle does not name the key that signed it.');
}

/**
 * Verifies a bundle: JWS compact serialization (RFC 7515), EdDSA with Ed25519 (RFC 8037), by one of the enrolled keys.
 * The key is chosen by its `kid` and only ever used as an Ed25519 public key, whatever the header says. Never throws.
 */
export async function verifyBundleJws(
  compact: string,
  keys: readonly EnrolledKey[],
): Promise<Result<SignedPayload, BundleJwsProblem>> {
  if (compact.length > maxBundleBytes) {
    return refused('bundle-too-large', 'The policy bundle is larger than 8 MiB.');
  }
  const parts = compactForm.exec(compact);
  if (parts === null) {
    return refused('bundle-not-jws', 'This is not a signed policy bundle, or only a part of one.');
  }
  const header = headerOf(parts[1] ?? '');
  if (!header.ok) return header;
  const { kid } = header.value;
  const named = keys.filter((key) => key.kid === kid);
  const [key] = named;
  if (key === undefined || named.length > 1) {
    return refused(
      'bundle-key',
      `The policy bundle is signed by the key ${JSON.stringify(kid.slice(0, 80))}, which is not enrolled on this machine.`,
    );
  }
  let bytes: Uint8Array;
  try {
    const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key.x }, 'EdDSA');
    bytes = (await compactVerify(compact, publicKey, { algorithms: ['EdDSA'] })).payload;
  } catch {
    return refused(
      'bundle-signature',
      'The signature of the policy bundle does not fit: it was changed, or another key signed it.',
    );
  }
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return ok({ kid, hash: createHash('sha256').update(bytes).digest('hex'), json });
  } catch {
    return refused('bundle-not-json', 'The policy bundle is signed, but does not hold JSON.');
  }
}

/**
 * Signs a payload as a bundle. `key` is a private Ed25519 JWK (with `d`); its `kid` has to be the enrolled one.
 * Throws when the key is not of that kind.
 */
export async function signBundleJws(payload: unknown, key: JWK): Promise<string> {
  if (key.kty !== 'OKP' || key.crv !== 'Ed25519' || key.d === undefined || !key.kid) {
    throw new TypeError('The key must be a private Ed25519 JWK with a kid.');
  }
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: bundleType })
    .sign(await importJWK(key, 'EdDSA'));
}
