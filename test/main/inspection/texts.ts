import fc from 'fast-check';

const point = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x2fff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x10ffff }) },
);

/** Any text at all: printable, control, hidden, astral, and half surrogate pairs. */
export const anyText = (maxLength = 60): fc.Arbitrary<string> =>
  fc.array(point, { maxLength }).map((points) => String.fromCodePoint(...points));

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** A token body of exactly so many characters of an alphabet, with a capital, a small letter and a digit among them. */
export const body = (length: number, alphabet = `${letters}${digits}`): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength: length - 3, maxLength: length - 3 })
    .map(
      (all) =>
        `${all.join('')}${alphabet.includes('Q') ? 'Q' : 'f'}${alphabet.includes('k') ? 'k' : 'e'}7`,
    );

const pem = body(64).map(
  (key) => `-----BEGIN RSA PRIVATE KEY-----\n${key}\n${key}\n-----END RSA PRIVATE KEY-----`,
);

/** Secrets of every known kind, each with the part that must not survive. */
export const tokens: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'aws-access-key': body(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').map(
    (t) => `AKIA${t.toUpperCase()}`,
  ),
  'github-token': fc.oneof(
    body(36).map((t) => `ghp_${t}`),
    body(36).map((t) => `gho_${t}`),
    body(60).map((t) => `github_pat_${t}`),
  ),
  'gitlab-token': body(20).map((t) => `glpat-${t}`),
  'slack-token': body(24).map((t) => `xoxb-123456789012-${t}`),
  'stripe-key': fc.oneof(
    body(24).map((t) => `sk_live_${t}`),
    body(24).map((t) => `rk_test_${t}`),
  ),
  'anthropic-key': body(90).map((t) => `sk-ant-api03-${t}`),
  'google-key': body(35).map((t) => `AIza${t}`),
  'google-token': body(60).map((t) => `ya29.${t}`),
  'npm-token': body(36).map((t) => `npm_${t}`),
  'huggingface-token': body(34).map((t) => `hf_${t}`),
  'sendgrid-key': fc.tuple(body(22), body(43)).map(([a, b]) => `SG.${a}.${b}`),
  'digitalocean-token': body(64, 'abcdef0123456789').map((t) => `dop_v1_${t}`),
  jwt: fc.tuple(body(30), body(40), body(43)).map(([a, b, c]) => `eyJ${a}.eyJ${b}.${c}`),
  'private-key': pem,
};

/** What of a secret must not be seen any more: all but its public start. */
export const kernel = (secret: string): string =>
  secret
    .replace(/-----[A-Z ]+-----/g, '')
    .trim()
    .slice(14, 30);
