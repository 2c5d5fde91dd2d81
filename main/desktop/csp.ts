/** The pages' content security policy: nothing but our own files, and no network; they talk over IPC alone. */
export const csp: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'none'",
  'object-src': "'none'",
  'frame-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The policy as one header value. */
export const cspHeader = (): string =>
  Object.entries(csp)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
