// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates
import path from 'node:path';
import type { Client, ConfigPath, Platform } from './client-record.ts';

/** What decides where configs lie: the system, the home folder, and the environment the clients start with. */
export interface Machine {
  readonly platform: Platform;
  /** Absolute path of the home folder. */
  readonly home: string;
  /** The environment of the person's login shell, not of this process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders of projects that the person chose: their configs are looked at like the user's own. */
  readonly workspaces?: readonly string[];
  /** What stands before the paths of the whole system (`/etc`); absent: nothing. */
  readonly systemRoot?: string;
}

/** A place to look: a literal absolute path, then names below it in which `*` matches within one name. */
export interface ConfigPattern {
  readonly base: string;
  readonly tail: readonly string[];
  readonly from: ConfigPath;
}

/** Every place where this machine may have a config of the client, overrides first. Pure. */
export function configPatterns(client: Client, machine: Machine): ConfigPattern[] {
  return [...client.overrides, ...client.paths[machine.platform]].flatMap((from) => {
    const pattern = patternOf(from.path, machine);
    return pattern === undefined ? [] : [{ ...pattern, from }];
  });
}

/** Where a project folder may have a config of the client. Pure. */
export function workspacePatterns(client: Client, folder: string): ConfigPattern[] {
  return client.workspace.map((from) => ({ base: folder, tail: from.path.split('/'), from }));
}

/** A template as a place to look; undefined when a variable of it is missing or relative. */
export function patternOf(
  template: string,
  machine: Machine,
): Pick<ConfigPattern, 'base' | 'tail'> | undefined {
  const segments = template.split('/');
  const firstGlob = segments.findIndex((segment) => segment.includes('*'));
  const literal = firstGlob === -1 ? segments : segments.slice(0, firstGlob);
  const base = fill(literal.join('/'), machine);
  if (base === undefined) return undefined;
  return { base, tail: firstGlob === -1 ? [] : segments.slice(firstGlob) };
}

/** The path with its variables filled in, normalised for the platform; undefined when one is missing or relative. */
function fill(template: string, machine: Machine): string | undefined {
  const paths = machine.platform === 'win32' ? path.win32 : path.posix;
  if (template.startsWith('${SYSTEM}')) {
    return paths.normalize((machine.systemRoot ?? '') + template.slice('${SYSTEM}'.length));
  }
  let missing = false;
  const filled = template.replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
    const value = variable(name, machine);
    // A relative folder would be taken from our own working directory, which is not the client's.
    if (value === undefined || !paths.isAbsolute(value)) missing = true;
    return value ?? '';
  });
  return missing ? undefined : paths.normalize(filled);
}

function variable(name: string, machine: Machine): string | undefined {
  if (name === 'HOME') return machine.home;
  const set = lookUp(name, machine);
  switch (name) {
    case 'XDG_CONFIG_HOME':
      // The XDG base directory specification: a relative path is invalid and to be ignored.
      return set?.startsWith('/') ? set : `${machine.home}/.config`;
    case 'XDG_DATA_HOME':
      return set?.startsWith('/') ? set : `${machine.home}/.local/share`;
    case 'PROGRAMDATA':
      return set ?? 'C:/ProgramData';
    case 'PROGRAMFILES':
      return set ?? 'C:/Program Files';
    case 'APPDATA':
      return set ?? `${machine.home}/AppData/Roaming`;
    case 'LOCALAPPDATA':
      return set ?? `${machine.home}/AppData/Local`;
    default:
      return set;
  }
}

/** Names of variables are case-insensitive on Windows only. An empty value counts as unset. */
function lookUp(name: string, { platform, env }: Machine): string | undefined {
  const value =
    platform === 'win32'
      ? Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1]
      : env[name];
  return value === '' ? undefined : value;
}
