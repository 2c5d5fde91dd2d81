import { fail, ok, type Result } from '../../shared/outcome.ts';

/**
 * Put before a percent sign: with the sign it reads `%` and `%cd:~,%`, a zero-length piece of the current folder,
 * which keeps cmd.exe from seeing a `%NAME%` in what follows.
 */
const noExpansion = '%%cd:~,';

/** Characters that need no quotes; the rest of ASCII, and the C1 controls, are taken to need them. */
const plain = /^[A-Za-z0-9#$*+\-./:?@\\_\u00A0-\uFFFF]+$/;

/**
 * Quotes one argument so that cmd.exe, the batch file that gets it as `%*`, and the program at the end of it all read
 * the same text: quotes are doubled, never escaped by `^`, so every metacharacter stays inside quotes however often
 * the line is parsed again. The rules of Rust's standard library since CVE-2024-24576 ("BatBadBut"). Pure.
 */
export function quoteForBatch(argument: string, always = false): string {
  let text = '';
  let backslashes = 0;
  for (const character of argument) {
    if (character === '"') text += `${'\\'.repeat(backslashes)}"`;
    if (character === '%') text += noExpansion;
    backslashes = character === '\\' ? backslashes + 1 : 0;
    text += character;
  }
  const quoted = always || !plain.test(argument) || argument.endsWith('\\');
  return quoted ? `"${text}${'\\'.repeat(backslashes)}"` : text;
}

/**
 * The arguments for cmd.exe that run a batch file with `args`, to be passed verbatim (`windowsVerbatimArguments`).
 * A line break or NUL would end the command early, whatever the quoting: such an argument is a problem. Pure.
 */
export function batchArguments(script: string, args: readonly string[]): Result<readonly string[]> {
  if ([script, ...args].some((word) => /[\0\r\n]/.test(word)) || script.includes('"')) {
    return fail(
      'argument-not-passable',
      'An argument of the server holds a line break, which a Windows batch file cannot take. Remove it from the entry.',
    );
  }
  const line = [quoteForBatch(script, true), ...args.map((word) => quoteForBatch(word))].join(' ');
  return ok(['/d', '/e:ON', '/v:OFF', '/s', '/c', `"${line}"`]);
}
