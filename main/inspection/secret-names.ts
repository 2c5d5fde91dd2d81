/** Words that make a name secret wherever they stand in it. */
const always = new Set(
  `password passwords passwd passwort passwoerter passphrase pwd secret secrets apikey apikeys credential credentials
  authorization cookie cookies bearer jwt mnemonic seedphrase privatekey accesskey secretkey authkey sshkey masterkey
  encryptionkey accountkey sharedaccesskey signingkey accesstoken authtoken refreshtoken idtoken sessiontoken
  contrasena contraseña kennwort motdepasse senha пароль 密码 密钥 パスワード cvv cvc otp sig sas`.split(
    /\s+/,
  ),
);

/** Words before `key` that make it a secret one; `key` alone is a place in a map. */
const beforeKey = new Set(
  'api access private secret account signing encryption master auth service storage shared ssh client deploy webhook hmac aes rsa license subscription application app'.split(
    ' ',
  ),
);

/** Words before `token` that make it a cursor or a count. */
const beforeToken = new Set(
  'next page continuation sync cursor max min num count stop start end pad eos bos unk delimiter previous prev total skip'.split(
    ' ',
  ),
);

/** Last words that make it a property of a secret, not the secret. */
const about = new Set(
  `type url uri endpoint path file filename count length policy expires expiry expiration expire limit usage required
  enabled hint field selector label ids arn version format algorithm alg kind ttl scope scopes issuer budget manager
  name names rotation strength placeholder prompt description title store provider source env var variable ref`.split(
    /\s+/,
  ),
);

const boundary = /([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])/g;

const wordsOf = (name: string): readonly string[] =>
  name
    .replace(boundary, '$1$3 $2$4')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Longest name that is judged, in UTF-16 units; longer ones are no names. */
const longestName = 128;

/**
 * Whether a member, variable, flag or header of this name holds a secret: `DB_PASSWORD`, `apiKey`, `X-Auth-Token`,
 * but not `max_tokens`, `nextPageToken`, `token_type` or a bare `key`.
 */
export function isSecretName(name: string): boolean {
  if (name.length > longestName || name.length < 2) return false;
  const known = judged.get(name);
  if (known !== undefined) return known;
  const secret = judge(name);
  if (judged.size >= mostJudged) judged.clear();
  judged.set(name, secret);
  return secret;
}

/** The same few names come with every call; a hostile flood of names only empties the memory. */
const judged = new Map<string, boolean>();
const mostJudged = 2000;

function judge(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (words.length > 1 && about.has(last)) return false;
  return words.some((word, at) => {
    if (always.has(word)) return true;
    const before = words[at - 1] ?? '';
    if (word === 'key' || word === 'keys') return beforeKey.has(before);
    if (word === 'token') return !beforeToken.has(before) && words[at + 1] !== 'count';
    if (word === 'tokens') return /^(?:access|auth|refresh|api|bearer)$/.test(before);
    if (word === 'pass') return words.length === 1 || at === words.length - 1;
    return word === 'auth' && at === words.length - 1 && (words.length > 1 || name.startsWith('_'));
  });
}

const placeholder =
  /^(?:\$\{[^{}]{0,200}\}|\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%|\{\{[^{}]{0,200}\}\}|<[^<>]{0,100}>|\*{2,64}|x{3,64}|\.{3}|…|true|false|null|none|undefined)?$/i;

/** Whether a value only stands for one to come: `${env:TOKEN}`, `<your token>`, `****`, `true`, or nothing. */
export const isPlaceholder = (value: string): boolean => placeholder.test(value.trim());
