import type { Sighting } from './sighting.ts';

interface Format {
  readonly kind: string;
  /** The public start of the token. */
  readonly prefix: string;
  /** What must follow it; one class with a lower bound, so that a look costs no more than it consumes. */
  readonly rest: RegExp;
  /** A stretch of nothing but such characters. */
  readonly run: RegExp;
}

const format = (kind: string, prefix: string, rest: string): Format => ({
  kind,
  prefix,
  rest: new RegExp(rest, 'y'),
  run: new RegExp(`^(?:${rest.replace(/\{.*\}$/, '')})+$`),
});

const word = '[A-Za-z0-9]';
const wide = '[A-Za-z0-9_-]';

/** The token formats that show by their start. */
export const formats: readonly Format[] = [
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((p) => format('aws-access-key', p, '[A-Z0-9]{16,}')),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((p) => format('github-token', p, `${word}{20,}`)),
  format('github-token', 'github_pat_', '[A-Za-z0-9_]{20,}'),
  ...['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glsoat-', 'glimt-'].map((p) =>
    format('gitlab-token', p, '[A-Za-z0-9_.-]{16,}'),
  ),
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xapp-'].map(
    (p) => format('slack-token', p, '[A-Za-z0-9%-]{10,}'),
  ),
  format('slack-webhook', 'hooks.slack.com/services/', '[A-Za-z0-9/_-]{16,}'),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'].map((p) =>
    format('stripe-key', p, `${word}{16,}`),
  ),
  format('stripe-key', 'whsec_', '[A-Za-z0-9+/=]{16,}'),
  format('anthropic-key', 'sk-ant-', `${wide}{16,}`),
  format('openai-key', 'sk-', `${wide}{20,256}`),
  format('google-key', 'AIza', `${wide}{30,}`),
  format('google-token', 'ya29.', `${wide}{20,}`),
  format('google-secret', 'GOCSPX-', `${wide}{20,}`),
  format('npm-token', 'npm_', `${word}{30,}`),
  format('pypi-token', 'pypi-', `${wide}{40,}`),
  format('huggingface-token', 'hf_', `${word}{30,}`),
  format('sendgrid-key', 'SG.', '[A-Za-z0-9_.-]{32,}'),
  format('digitalocean-token', 'dop_v1_', '[a-f0-9]{32,}'),
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((p) =>
    format('shopify-token', p, '[a-fA-F0-9]{24,}'),
  ),
  format('linear-key', 'lin_api_', `${word}{30,}`),
  format('notion-token', 'ntn_', `${word}{30,}`),
  format('figma-token', 'figd_', `${wide}{20,}`),
  format('supabase-key', 'sbp_', '[a-f0-9]{32,}'),
  format('databricks-token', 'dapi', '[a-f0-9]{32,}'),
  format('vault-token', 'hvs.', `${wide}{20,}`),
  format('atlassian-token', 'ATATT3x', '[A-Za-z0-9_=-]{32,}'),
  format('age-key', 'AGE-SECRET-KEY-1', '[A-Z0-9]{32,}'),
  format('telegram-token', ':AA', `${wide}{32,}`),
];

/** The formats a found anchor may begin: `sk-ant-` is also an `sk-`. */
const byAnchor = new Map<string, readonly Format[]>(
  formats.map(({ prefix }) => [
    prefix.toLowerCase(),
    formats.filter((one) => prefix.startsWith(one.prefix)),
  ]),
);

/**
 * The token that starts where an anchor was found, or undefined. `anchor` is the matched text in any case. With
 * `beyond`, only a token that reaches past that place counts, and a look costs at most 256 characters up to it.
 */
export function tokenAt(
  text: string,
  at: number,
  anchor: string,
  beyond?: number,
): Sighting | undefined {
  for (const one of byAnchor.get(anchor.toLowerCase()) ?? []) {
    if (!text.startsWith(one.prefix, at)) continue;
    if (beyond !== undefined && !reaches(text, at, one, beyond)) continue;
    const seen = token(text, at, one);
    if (seen !== undefined) return seen;
  }
  return undefined;
}

const longestInside = 256;

/** Whether the token's run goes on past a place, judged on the stretch up to it, which is bounded. */
function reaches(text: string, at: number, { prefix, run }: Format, beyond: number): boolean {
  const from = at + prefix.length;
  return from >= beyond || (beyond - at <= longestInside && run.test(text.slice(from, beyond + 1)));
}

const alphanumeric = /[A-Za-z0-9]/;

function token(text: string, at: number, { kind, prefix, rest }: Format): Sighting | undefined {
  rest.lastIndex = at + prefix.length;
  const match = rest.exec(text);
  if (match === null) return undefined;
  if (prefix === 'sk-') return shortPrefix(text, at, match[0], rest.lastIndex, kind);
  const start = prefix === ':AA' ? digitsBefore(text, at) : at;
  if (start === undefined) return undefined;
  return { start, end: rest.lastIndex, kind, hint: prefix === ':AA' ? '' : prefix.slice(0, 4) };
}

const runRest = /[A-Za-z0-9_-]*/y;

/** `sk-` also ends ordinary words ("task-list"), so what follows must look random: judged on 256 characters. */
function shortPrefix(
  text: string,
  at: number,
  body: string,
  until: number,
  kind: string,
): Sighting | undefined {
  const glued = alphanumeric.test(text[at - 1] ?? '');
  const mixed = /[0-9]/.test(body) && (!glued || (/[A-Z]/.test(body) && /[a-z]/.test(body)));
  if (!mixed) return undefined;
  runRest.lastIndex = until;
  runRest.test(text);
  return { start: at, end: runRest.lastIndex, kind, hint: 'sk-' };
}

/** A Telegram token starts with the digits of its bot. */
function digitsBefore(text: string, at: number): number | undefined {
  let start = at;
  while (start > 0 && at - start < 12 && /[0-9]/.test(text[start - 1] ?? '')) start -= 1;
  return at - start >= 8 ? start : undefined;
}
