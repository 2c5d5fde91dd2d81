import type { FileChange, FilePreview } from '../../shared/client.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ConfigBytes } from './config-file.ts';
import { type KnownFile, type KnownPath, sameFileSentence } from './known-files.ts';
import type { ClientPorts } from './ports.ts';
import { visibleText } from './visible-text.ts';
import { mayWrite, type WriteRules } from './write-rules.ts';

/** A file that a person chose in a preview. */
export interface ChosenFile {
  readonly clientId: string;
  readonly path: string;
  readonly basedOn: string;
  /** Key paths of the only entries to protect; absent: all of the file. A restore does not look at it. */
  readonly places?: readonly (readonly string[])[] | undefined;
}

/** The bytes of a file that may be changed now, or why it may not. */
export async function changeable(
  file: KnownFile,
  ports: ClientPorts,
): Promise<Result<ConfigBytes>> {
  if (!file.read.ok) return file.read;
  if (file.sameAs !== undefined) return fail('same-file', sameFileSentence(file.sameAs));
  const may = await mayWrite(file.read.value, writeRules(ports));
  if (!may.ok) return may;
  const { client } = file;
  if (client.appMustBeQuit && (await ports.isRunning?.(client)) === true) {
    return fail(
      'client-running',
      `${client.name} is running and would write its old settings back. Quit it fully, then try again.`,
    );
  }
  return ok(file.read.value);
}

/** Where and as whom this process may write. */
export function writeRules(ports: ClientPorts): WriteRules {
  return {
    platform: ports.machine.platform,
    home: ports.machine.home,
    userId: process.getuid?.(),
    allowOutsideHome: ports.allowOutsideHome ?? false,
    allowGitWorkTree: ports.allowGitWorkTree ?? false,
  };
}

/** A preview of one file; `refused` set means that it will be left alone. */
export function previewOf(
  { client, path, read }: KnownFile,
  preview: {
    readonly diff: string;
    readonly entries: readonly string[];
    readonly refused?: string;
  },
): FilePreview {
  return {
    clientId: client.id,
    clientName: client.name,
    path,
    basedOn: read.ok ? read.value.hash : '',
    ...preview,
    entries: preview.entries.map(visibleText),
  };
}

/** What was done to one file. */
export function changeOf(
  { client, path }: KnownPath,
  result: FileChange['result'],
  entries: readonly string[],
  reason?: string,
): FileChange {
  return {
    clientId: client.id,
    clientName: client.name,
    path,
    result,
    entries: entries.map(visibleText),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  };
}

/** Finds a chosen file among the known ones: no path from outside is ever written to for its own sake. */
export const findChosen = <T extends KnownPath>(
  files: readonly T[],
  chosen: ChosenFile,
): T | undefined =>
  files.find(({ client, path }) => client.id === chosen.clientId && path === chosen.path);

/** The answer for a chosen file that is not there. */
export const notFound = (chosen: ChosenFile): FileChange => ({
  clientId: chosen.clientId,
  clientName: chosen.clientId,
  path: chosen.path,
  result: 'refused',
  entries: [],
  reason: 'It is not a config file that Airlock knows, or it is no longer there.',
});
