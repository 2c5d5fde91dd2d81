import { stat } from 'node:fs/promises';
import type { Finding } from '../../shared/finding.ts';
import {
  type CodeSignature,
  parseAuthenticode,
  parseCodesign,
  signatureQuery,
} from './code-signature.ts';
import { type AncestryPorts, ancestryOf } from './process-ancestry.ts';
import type { ProcessFacts } from './process-listing.ts';
import {
  callerIn,
  type ExpectedClient,
  type ProcessVerdict,
  processFinding,
  verdictOn,
} from './process-verdict.ts';

/** Who uses a connection, as far as the system tells. */
export interface CallingClient {
  /** The process that was asked about and those above it, nearest first. */
  readonly ancestry: readonly ProcessFacts[];
  readonly verdict: ProcessVerdict;
  /** To go with every call of the connection, where the caller is unexpected. */
  readonly finding?: Finding;
}

/** Program files whose signature is remembered. */
const mostSignatures = 64;

/**
 * Makes the function that finds out who stands behind a process id: the parent of a bridge, or the owner of a port
 * (`makeCallerOfPort`). Takes up to a second on Windows, so no session should wait for it. Never rejects.
 */
export function makeCallerJudge(
  ports: AncestryPorts,
): (pid: number | undefined, clients: readonly ExpectedClient[]) => Promise<CallingClient> {
  const signatures = new Map<string, CodeSignature>();

  return async (pid, clients) => {
    const ancestry = pid === undefined ? [] : await ancestryOf(pid, ports);
    const first = verdictOn(ancestry, clients, ports.platform);
    const path = callerIn(ancestry)?.path;
    // Whoever is unexpected by name need not be asked for a signature, which takes time.
    const verdict =
      first.verdict === 'matches' && path !== undefined
        ? verdictOn(ancestry, clients, ports.platform, await signatureOf(path))
        : first;
    const finding = processFinding(verdict);
    return { ancestry, verdict, ...(finding === undefined ? {} : { finding }) };
  };

  async function signatureOf(path: string): Promise<CodeSignature> {
    const query = signatureQuery(path, ports.platform, ports.systemRoot);
    if (query === undefined) return { state: 'unknown' };
    try {
      const { mtimeMs, ino } = await stat(path);
      const key = `${path}\n${mtimeMs}\n${ino}`;
      const known = signatures.get(key);
      if (known !== undefined) return known;
      const { out, err } = await ports.run(query);
      const fresh = ports.platform === 'darwin' ? parseCodesign(err) : parseAuthenticode(out);
      if (signatures.size >= mostSignatures) signatures.clear();
      signatures.set(key, fresh);
      return fresh;
    } catch {
      // A system that does not say is no evidence against the program.
      return { state: 'unknown' };
    }
  }
}
