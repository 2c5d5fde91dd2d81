import type { Json } from './canonical.ts';

/** A value of OTLP in its JSON form (opentelemetry-proto, common.proto: AnyValue; 64-bit integers are strings). */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Record<string, never>;

/** A named value, as attributes and maps hold them. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** The OTLP form of JSON: objects become key-value lists, null the empty value; what is undefined is left out. */
export function anyValue(value: Json): AnyValue {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (isList(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}

/** The members of an object as attributes. */
export function keyValues(members: { readonly [key: string]: Json | undefined }): KeyValue[] {
  return Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
