import { hostRaise } from './addresses.ts';
import { credentialPlace, type Raise } from './places.ts';

/** Of longer texts only the head is read; what was not read counts as unknown. */
const maxRead = 16_384;

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

const destructive = set(`
  rm rmdir del erase rd shred mkfs wipefs fdisk diskpart format shutdown reboot halt poweroff
  remove-item clear-content format-volume stop-computer truncate`);
const withDelete = set(
  'kubectl aws gcloud az gh docker podman helm terraform git npm firebase heroku',
);
const deleting = set(
  'delete destroy rm rmi prune terminate clean purge uninstall remove --force -f --hard',
);

/**
 * What a command line or a piece of code in the arguments adds: it runs, at the least; it destroys where it names
 * a program or a switch that does; its reach is unknown where it touches credentials or was too long to read.
 */
export function commandRaise(text: string): Raise {
  const head = text.slice(0, maxRead);
  const tokens = head.split(/[\s;&|()<>"'`=,{}]+/).filter((token) => token !== '');
  const secret = tokens.find((token) => token.length < 512 && credentialPlace(token));
  if (secret !== undefined) {
    return {
      level: 'unknown',
      reason: `Its command names a place of credentials (${secret.slice(0, 80)}).`,
    };
  }
  const metadata = tokens
    .map(
      (token) =>
        /(?:^|\/\/)((?:\d{1,3}\.){3}\d{1,3}|[\w.-]+\.internal)(?=[:/]|$)/i.exec(token)?.[1],
    )
    .find((host) => host !== undefined && hostRaise(host).level === 'unknown');
  if (metadata !== undefined) return hostRaise(metadata);
  if (text.length > maxRead) {
    return { level: 'unknown', reason: 'It holds a command too long to be read.' };
  }
  const names = tokens.map((token) =>
    token
      .toLowerCase()
      .replace(/^.*[/\\]/, '')
      .replace(/\.exe$/, ''),
  );
  const plain = names.find((name) => destructive.has(name) || name.startsWith('mkfs.'));
  if (plain !== undefined) return { level: 'destroy', reason: `Its command uses ${plain}.` };
  const paired = names.findIndex((name) => withDelete.has(name));
  const deed = paired < 0 ? undefined : names.slice(paired + 1).find((name) => deleting.has(name));
  if (deed !== undefined) {
    return { level: 'destroy', reason: `Its command uses ${names[paired]} ${deed}.` };
  }
  if (names.includes('-delete') || (names.includes('dd') && names.includes('of'))) {
    return { level: 'destroy', reason: 'Its command overwrites or deletes.' };
  }
  return { level: 'execute', reason: 'It holds a command or code to run.' };
}

/** True where a short text that should be plain would mean more to a shell. */
export const hasShellSyntax = (text: string): boolean =>
  /\$\(|`[^`]+`|&&|\|\||>\s*[/~]|[;|&\n]\s*(?:rm|sh|bash|zsh|curl|wget|nc|ncat|python3?|perl|node|cat|sudo|chmod|powershell|pwsh|cmd|iwr|iex|dd|kill|tee|ssh|scp|eval|exec|base64)\b/i.test(
    text,
  );

const sqlStart = /^\s*(?:--[^\n]*\n\s*|\/\*[^*]*\*\/\s*)*([a-z]+)/i;
const sqlReads = set('select with show explain describe desc pragma values table');
const sqlWords = set(`
  select with show explain describe desc pragma values table insert update delete drop truncate alter
  create replace merge grant revoke copy call exec execute attach vacuum set begin commit load do`);

/** True for a text that starts like a statement of SQL, or like a GraphQL mutation. */
export const looksLikeSql = (text: string): boolean => {
  const first = sqlStart.exec(text.slice(0, 512))?.[1]?.toLowerCase();
  return (
    first !== undefined && (first === 'mutation' || (sqlWords.has(first) && /\s/.test(text.trim())))
  );
};

const sqlExecutes =
  /\b(?:xp_cmdshell|pg_read_file|pg_ls_dir|lo_import|lo_export|load_file|load_extension|outfile|dumpfile|to\s+program|from\s+program|exec|execute|call|do)\b/i;
const sqlDestroys = /\b(?:drop|truncate|delete|alter|revoke)\b/i;
const sqlWrites =
  /\b(?:insert|update|create|replace|merge|grant|copy|into|attach|vacuum|set|upsert|mutation)\b/i;

/**
 * Takes the literals out, so that a word inside a text is no statement; but only where an apostrophe can mean
 * nothing else: escapes, comments and other quotes are read differently by every dialect.
 */
const withoutLiterals = (sql: string): string =>
  /[\\"`#$]|--|\/\*/.test(sql) ? sql : sql.replace(/'(?:[^']|'')*'/g, "''");

/**
 * What a statement adds: nothing for one that only selects, else by its worst word. Statements are read by words,
 * not parsed: dialects differ, and a wrong guess may only be too grave.
 */
export function sqlRaise(text: string): Raise | undefined {
  if (text.length > maxRead)
    return { level: 'unknown', reason: 'It holds a statement too long to be read.' };
  const bare = withoutLiterals(text);
  const first = sqlStart.exec(bare)?.[1]?.toLowerCase() ?? '';
  if (sqlExecutes.test(bare))
    return { level: 'execute', reason: 'Its statement reaches beyond the database.' };
  if (sqlDestroys.test(bare))
    return { level: 'destroy', reason: 'Its statement deletes or alters.' };
  if (sqlWrites.test(bare)) return { level: 'write', reason: 'Its statement changes data.' };
  if (sqlReads.has(first)) return undefined;
  return { level: 'unknown', reason: 'Its statement is of no kind that can be told.' };
}
