import type { Client } from './client-record.ts';
import { sha256 } from './config-file.ts';
import { type Member, members, segmentsOf, textOf } from './config-node.ts';
import { isArgv } from './entry-fields.ts';
import { formatOf } from './format.ts';
import type { ParsedConfig } from './parse.ts';
import { missingFrom, plainMap, type Return, type Work, written } from './put-back-fields.ts';
import { putBackRemote } from './put-back-remote.ts';
import { applyEdits, type TextEdit } from './text-edit.ts';

/**
 * Puts original entries back into a file that may have changed since. An entry that nobody touched gets its whole
 * original text; in any other only the fields that we took are put back, and what the person or the client changed in
 * it stays. An env value or header that was set anew meanwhile wins over the old one. Throws where an edit cannot be
 * expressed in the file as it is now.
 */
export function putBack(config: ParsedConfig, client: Client, returns: readonly Return[]): string {
  const format = formatOf(client);
  const edits = returns.flatMap((one): TextEdit[] => {
    const { present, original } = one;
    const work: Work = { ...one, text: config.text, format };
    if (original.sameFile && sha256(textOf(config.text, present.node)) === original.newHash) {
      const whole = wholeEntry(work);
      if (whole !== undefined) return whole;
    }
    return original.connection.remote === undefined ? stdioBack(work) : putBackRemote(work);
  });
  return applyEdits(config.text, edits);
}

/** Each part of the entry for what it was; undefined where the parts do not correspond. */
function wholeEntry({ present, original }: Work): TextEdit[] | undefined {
  const now = segmentsOf(present.node);
  const then = segmentsOf(original.entry.node);
  if (now.length !== then.length) return undefined;
  return now.map(({ start, end }, index) => {
    const was = then[index];
    return { start, end, text: was === undefined ? '' : original.text.slice(was.start, was.end) };
  });
}

function stdioBack(work: Work): TextEdit[] {
  const { text, format, present, original } = work;
  const now = present.fields;
  const was = original.entry.fields;
  const { reading } = original.entry;
  const { command, args } = now;
  if (command === undefined || was.command === undefined || reading.kind !== 'stdio') {
    throw new Error('An entry that leads to us has a command, and so had the one before.');
  }
  const whole = [reading.command, ...reading.args];
  if (isArgv(now)) {
    const source = isArgv(was) ? was.command : undefined;
    return [
      ...format.replace(text, command, written(work, whole, source)),
      ...envBack(work, command),
    ];
  }
  const words = isArgv(was) ? undefined : was.command;
  const edits = format.replace(text, command, written(work, reading.command, words));
  const keepsArgs = args !== undefined && (was.args !== undefined || reading.args.length > 0);
  if (keepsArgs) {
    edits.push(...format.replace(text, args, written(work, reading.args, was.args)));
  } else {
    edits.push(...format.remove(text, now.body, (name) => name === now.shape.args));
  }
  return [...edits, ...envBack(work, keepsArgs ? args : command)];
}

/** An env that the person or the client has turned into something else than a map gives way to the original. */
function envBack(work: Work, before: Member): TextEdit[] {
  const { text, format, present, original } = work;
  const { shape, body, env } = present.fields;
  const oldEnv = original.entry.fields.env;
  const missing = missingFrom(work, env, oldEnv, original.connection.secretEnv);
  if (oldEnv === undefined || missing.length === 0) return [];
  if (env?.value.type === 'object') return format.add(text, env.value, undefined, missing);
  const all = missing.length === members(oldEnv.value).length;
  const value = written(work, plainMap(missing), all ? oldEnv : undefined);
  return env === undefined
    ? format.add(text, body, before, [{ name: shape.env, value }])
    : format.replace(text, env, value);
}
