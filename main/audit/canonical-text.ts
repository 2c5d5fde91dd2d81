import { canonical, type Json } from './canonical.ts';

/** A JSON object, as parsed from a text. */
export type JsonRecord = { readonly [key: string]: Json | undefined };

/**
 * The object whose RFC 8785 form a text is; undefined where the text is anything else, so that two texts that say
 * the same can never stand for one entry.
 */
export function readCanonical(text: string): JsonRecord | undefined {
  try {
    const value: Json = JSON.parse(text);
    return isRecord(value) && canonical(value) === text ? value : undefined;
  } catch {
    // Not JSON, or nested so deep that no entry of ours can be it.
    return undefined;
  }
}

const isRecord = (value: Json): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
