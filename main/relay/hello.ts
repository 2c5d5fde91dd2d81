import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { BridgeHello } from '../../shared/hello.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { offerName } from './taken-pipes.ts';

/** A hello as it may come; members of later bridges are ignored. */
const HelloLine = z.object({
  airlock: z.literal(1),
  connection: z.string().min(1).max(200),
  token: z.string().max(200),
  pid: z.int().nonnegative(),
  ppid: z.int().nonnegative(),
  cwd: z.string().max(32_768),
  env: z.record(z.string(), z.string()),
  argv: z.array(z.string()),
  hand: z.string().regex(offerName).optional().catch(undefined),
});

/** What can be said of a bridge that was turned away: never its token. */
export interface KnownOfBridge {
  readonly connection?: string;
  readonly pid?: number;
}

/** A hello that does not open the door: what to tell the bridge, and what was known of it. */
export interface HelloProblem {
  readonly code: 'hello-unreadable' | 'wrong-token' | 'hello-too-long' | 'hello-slow';
  readonly message: string;
  readonly known: KnownOfBridge;
}

/** Reads one hello line (without its newline) and checks its token. */
export function readHello(line: Buffer, token: string): Result<BridgeHello, HelloProblem> {
  const parsed = HelloLine.safeParse(json(line));
  if (!parsed.success) {
    const message = 'Airlock could not read the bridge. Restart Airlock Desktop, which renews it.';
    return problem('hello-unreadable', message);
  }
  const hello = parsed.data;
  const known = { connection: hello.connection, pid: hello.pid };
  if (!sameToken(hello.token, token)) {
    const message =
      'The bridge and Airlock do not belong together (wrong token). Restart this server in your client; if it stays so, restart Airlock Desktop.';
    return problem('wrong-token', message, known);
  }
  const { hand, ...rest } = hello;
  return ok(hand === undefined ? rest : { ...rest, hand });
}

/** The problem as a failed result. */
export function problem(
  code: HelloProblem['code'],
  message: string,
  known: KnownOfBridge = {},
): { readonly ok: false; readonly problem: HelloProblem } {
  const made = fail(code, message);
  return { ok: false, problem: { ...made.problem, known } };
}

/** The line that tells a bridge why it was turned away. */
export const helloRefused = ({ code, message }: HelloProblem): string =>
  `${JSON.stringify({ airlock: 1, error: { code, message } })}\n`;

function json(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Compares hashes, which have one length, in a time that tells nothing of where the texts differ. */
function sameToken(given: string, expected: string): boolean {
  const digest = (text: string) => Buffer.from(hash('sha256', text, 'hex'), 'hex');
  return timingSafeEqual(digest(given), digest(expected)) && expected !== '';
}
