/** A secret found in a text: where, of what kind, and what of it may be shown (at most four public characters). */
export interface Sighting {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly hint: string;
}

/** What stands in for a secret, after the hint and an ellipsis where there is a hint. */
export const marker = '[masked]';

const masked = /(?:[^\s"'`…]{0,4}…)?\[masked\]/y;

/** Whether exactly this stretch is a masked value already: it must not be masked again. */
export const isMasked = (text: string, start: number, end: number): boolean => {
  masked.lastIndex = start;
  return masked.test(text) && masked.lastIndex === end;
};

/** Whether a masked value starts here and reaches at least to `end`. */
export const maskedThrough = (text: string, start: number, end: number): boolean => {
  masked.lastIndex = start;
  return masked.test(text) && masked.lastIndex >= end;
};
