/** What a person, a client or a server can cause: a code for programs and one sentence that says what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** Either a value or the problem that stood in its way. What only we can cause throws instead. */
export type Result<T, P extends Problem = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: P };

/** Wraps a value as a successful result. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Makes a failed result from a code and a sentence that says what to do. */
export const fail = <C extends string>(
  code: C,
  message: string,
): { readonly ok: false; readonly problem: { readonly code: C; readonly message: string } } => ({
  ok: false,
  problem: { code, message },
});
