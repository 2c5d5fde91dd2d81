/** A value as one short line. */
const line = (value: unknown): string => {
  const text = value === undefined ? 'absent' : (JSON.stringify(value) ?? 'absent');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What differs between the arguments of the last approved call of a tool and these, one line for each top-level
 * member, at most `limit` lines. Both sides must be masked already.
 */
export function changedArguments(before: unknown, now: unknown, limit = 8): string[] {
  if (before === undefined) return [];
  if (!isRecord(before) || !isRecord(now)) {
    return line(before) === line(now) ? [] : [`arguments: ${line(before)} → ${line(now)}`];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const lines = keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map((key) => `${key}: ${line(before[key])} → ${line(now[key])}`);
  return lines.length > limit
    ? [...lines.slice(0, limit), `and ${lines.length - limit} more`]
    : lines;
}
