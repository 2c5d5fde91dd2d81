// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { matchPattern } from './config-file.ts';
import { type Machine, patternOf } from './config-paths.ts';
import { tomlValue } from './toml-tree.ts';

/** So many project folders are looked into, and each must answer within so many milliseconds (network drives). */
const maxFolders = 30;
const patienceMs = 250;
/** So many notes of one editor are read. */
const maxNotes = 100;

/**
 * The project folders that clients themselves keep a list of: Claude Code and Codex by project, Gemini by trust, VS
 * Code and Cursor by workspace. Only folders that are there and answer in time. Never throws.
 */
export async function recentFolders(machine: Machine): Promise<string[]> {
  const lists = await Promise.all([
    fromJson('${HOME}/.claude.json', machine, (value) => keysOf(value, 'projects')),
    fromCodex(machine),
    fromJson('${HOME}/.gemini/trustedFolders.json', machine, (value) => keysOf(value)),
    ...editorData(machine).map((data) => fromEditor(data, machine)),
  ]);
  const paths = machine.platform === 'win32' ? path.win32 : path.posix;
  const folders = [...new Set(lists.flat())].filter(
    (folder) => paths.isAbsolute(folder) && !/^[\\/]{2}/.test(folder) && folder !== machine.home,
  );
  const there = await Promise.all(folders.slice(0, 4 * maxFolders).map(isFolder));
  return folders.filter((_, index) => there[index] === true).slice(0, maxFolders);
}

const isFolder = (folder: string): Promise<boolean> =>
  Promise.race([
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ),
    wait(patienceMs, false, { ref: false }),
  ]);

function editorData({ platform }: Machine): string[] {
  const base = {
    linux: '${XDG_CONFIG_HOME}',
    darwin: '${HOME}/Library/Application Support',
    win32: '${APPDATA}',
  }[platform];
  return ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'].map(
    (name) => `${base}/${name}/User/workspaceStorage`,
  );
}

async function fromEditor(template: string, machine: Machine): Promise<string[]> {
  const folder = patternOf(template, machine)?.base;
  if (folder === undefined) return [];
  const names = await readdir(folder).catch((): string[] => []);
  const notes = await Promise.all(
    names.slice(0, maxNotes).map((name) => jsonIn(path.join(folder, name, 'workspace.json'))),
  );
  return notes.flatMap((note) => {
    const uri = record(note)?.folder;
    return typeof uri === 'string' && uri.startsWith('file:///') ? [pathOf(uri)] : [];
  });
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    // Not a path of this system: it is sorted out with what is not there.
    return '';
  }
}

async function fromJson(
  template: string,
  machine: Machine,
  read: (value: unknown) => string[],
): Promise<string[]> {
  const pattern = patternOf(template, machine);
  const [file] = pattern === undefined ? [] : await matchPattern(pattern);
  return file === undefined ? [] : read(await jsonIn(file));
}

async function fromCodex(machine: Machine): Promise<string[]> {
  const file = patternOf('${HOME}/.codex/config.toml', machine)?.base;
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  const read = /^\s*\[projects\./m.test(text) ? tomlValue(text) : { value: {} };
  return 'value' in read ? keysOf(read.value, 'projects') : [];
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // A list that cannot be read names no folder.
    return undefined;
  }
}

const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

const keysOf = (value: unknown, name?: string): string[] =>
  Object.keys(record(name === undefined ? value : record(value)?.[name]) ?? {});
