const sampleChars = 120;

/**
 * A look at bytes that were no message, fit for a log: one short line without control characters, in which what could
 * be a secret (the value after a telling name, any long run without spaces) shows its first two characters alone.
 */
export function maskedSample(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, sampleChars * 4))
    .toString('utf8')
    .slice(0, sampleChars)
    .replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]+/gu, ' ')
    .trim();
  return text
    .replace(
      /((?:key|token|secret|passw\w{0,3}|bearer|auth\w{0,10})["']?[\s:=]{1,4}["']?)(\S+)/giu,
      '$1••••',
    )
    .replace(/\S{16,}/gu, (run) => `${run.slice(0, 2)}••••`);
}
