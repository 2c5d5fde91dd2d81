/** The trace that a message belongs to (W3C Trace Context), as MCP carries it in `_meta` (SEP-414). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Version, trace id, parent id, flags. Version ff and ids of zeros alone are invalid. */
const form = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?=$|-)/;
const length = 55;

/** A list of vendors' entries: visible ASCII with blanks between, of at most 512 characters. */
const stateForm = /^[\x21-\x7e](?:[\t\x20-\x7e]{0,510}[\x21-\x7e])?$/;

/**
 * Reads `traceparent` and `tracestate` of a message's `_meta`; undefined where it names no valid trace. Of a version
 * after 00 the parts that 00 knows are taken, as the standard has it; a state without a parent counts for nothing.
 */
export function traceContext(meta: unknown): TraceContext | undefined {
  if (typeof meta !== 'object' || meta === null) return undefined;
  const { traceparent, tracestate } = meta as Readonly<Record<string, unknown>>;
  if (typeof traceparent !== 'string' || !form.test(traceparent)) return undefined;
  // Version 00 ends here; what a later one adds is not ours to judge.
  if (traceparent.startsWith('00') && traceparent.length > length) return undefined;
  const parent = traceparent.slice(0, length);
  return typeof tracestate === 'string' && stateForm.test(tracestate)
    ? { traceparent: parent, tracestate }
    : { traceparent: parent };
}
