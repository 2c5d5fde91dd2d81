/**
 * A key as a reader sees it that ignores case, as Go's encoding/json does when it fills a struct: it also takes the long
 * s (U+017F) for s and the Kelvin sign (U+212A) for k, which upper and then lower case bring about here too.
 */
export const foldKey = (key: string): string => key.toUpperCase().toLowerCase();
