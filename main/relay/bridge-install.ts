import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** What to install as the bridge. */
export type BridgeSource =
  /** Packaged: an executable that needs nothing beside it. */
  | { readonly kind: 'executable'; readonly file: string }
  /** Development: a script, and the Node that runs it. */
  | { readonly kind: 'script'; readonly file: string; readonly node: string };

/** A file of the installed bridge, by its name beside the bridge. */
export interface BridgeFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Linux reads no more than this of a `#!` line, and splits it at white space. */
const maxShebang = 120;

/**
 * The files that make up the bridge: on Windows a script needs a wrapper, elsewhere a first line. A Node whose path
 * does not fit there is started by the shell, from a line that JavaScript takes for a string and a comment. The
 * `package.json` keeps Node from reading the script as an ES module because of one in a folder above.
 */
export function bridgeFiles(
  name: string,
  source: BridgeSource,
  content: Buffer,
  platform: 'darwin' | 'linux' | 'win32',
): BridgeFile[] {
  if (source.kind === 'executable') return [{ name, content }];
  const scope = { name: 'package.json', content: Buffer.from('{"type":"commonjs"}\n') };
  const { node } = source;
  if (platform === 'win32') {
    const script = name.replace(/\.[^.]*$/, '.cjs');
    const wrapper = `@echo off\r\n"${node}" "%~dp0${script}" %*\r\n`;
    return [scope, { name: script, content }, { name, content: Buffer.from(wrapper) }];
  }
  const fits = !/\s/.test(node) && Buffer.byteLength(node) <= maxShebang;
  const quoted = `'${node.replaceAll("'", "'\\''")}'`;
  const first = fits ? `#!${node}\n` : `#!/bin/sh\n':' //; exec ${quoted} "$0" "$@"\n`;
  return [scope, { name, content: Buffer.concat([Buffer.from(first), content]) }];
}

/**
 * Puts the bridge at its stable path, whole or not at all: a client may start it at any moment. Says whether anything
 * had to change.
 */
export function installBridge(
  target: string,
  source: BridgeSource,
  platform: 'darwin' | 'linux' | 'win32',
): Result<{ readonly changed: boolean }> {
  try {
    const folder = path.dirname(target);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = bridgeFiles(path.basename(target), source, readFileSync(source.file), platform);
    const changes = files.map((file) => put(path.join(folder, file.name), file.content));
    return ok({ changed: changes.includes(true) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The bridge could not be put at ${target} (${reason}). Make that folder writable, then start Airlock again.`;
    return fail('bridge-not-installed', message);
  }
}

/** Writes a file by rename, unless it is there already with this content and only its owner may use it. */
function put(file: string, content: Buffer): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() && readFileSync(file).equals(content)) {
    if ((stats.mode & 0o777) !== 0o700) chmodSync(file, 0o700);
    return false;
  }
  const fresh = `${file}.${process.pid}.tmp`;
  try {
    rmSync(fresh, { force: true });
    writeFileSync(fresh, content, { mode: 0o700, flag: 'wx' });
    chmodSync(fresh, 0o700);
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
  return true;
}
