import { createInterface } from 'node:readline/promises';
import type { FileChange, FilePreview } from '../../shared/client.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { catalogue } from '../clients/catalogue.ts';
import { placeBridge } from '../compose-bridge.ts';
import { bridgePlace } from '../compose-place.ts';
import { instanceOwner } from '../storage/instance-lock.ts';
import type { Chosen } from './glance.ts';
import type { ExitCode, Output } from './output.ts';
import { withConfigs } from './with-configs.ts';
import type { Workplace } from './workplace.ts';

const foldersOf = ({ workspaces }: Chosen): Chosen =>
  workspaces === undefined ? {} : { workspaces };

const unknownClient = (id: string) =>
  fail(
    'unknown-client',
    `There is no client "${id}". Known: ${catalogue.map((client) => client.id).join(', ')}.`,
  );

const known = (id: string | undefined): boolean =>
  id === undefined || catalogue.some((client) => client.id === id);

const chosen = (previews: readonly FilePreview[]) =>
  previews.filter((preview) => preview.refused === undefined);

const previewText = (previews: readonly FilePreview[]): string =>
  previews
    .map((preview) =>
      preview.refused === undefined
        ? preview.diff.trimEnd()
        : `${preview.path}: left alone. ${preview.refused}`,
    )
    .join('\n\n');

const changesText = (changes: readonly FileChange[]): string =>
  changes
    .map((change) =>
      change.reason === undefined
        ? `${change.path}: ${change.result} (${change.entries.join(', ')})`
        : `${change.path}: ${change.result}. ${change.reason}`,
    )
    .join('\n');

/** The refused previews as changes, so that one list tells of every file. */
const refusals = (previews: readonly FilePreview[]): FileChange[] =>
  previews.flatMap(({ clientId, clientName, path, entries, refused }) =>
    refused === undefined
      ? []
      : [{ clientId, clientName, path, entries, result: 'refused' as const, reason: refused }],
  );

const codeOf = (changes: readonly FileChange[]): ExitCode =>
  changes.some((change) => change.result === 'refused') ? 1 : 0;

/** `airlock protect`. */
export async function protect(
  place: Workplace,
  {
    client,
    dryRun,
    ...chosenFolders
  }: Chosen & { readonly client?: string; readonly dryRun: boolean },
  out: Output,
): Promise<Result<ExitCode>> {
  const folders = foldersOf(chosenFolders);
  if (!known(client)) return unknownClient(client ?? '');
  const done = await withConfigs(
    place,
    async (configs): Promise<Result<ExitCode>> => {
      const previews = await configs.previewProtect(client);
      if (dryRun) {
        out.result(
          { files: previews },
          previews.length > 0 ? previewText(previews) : 'Nothing to protect.',
        );
        return ok(previews.some((preview) => preview.refused !== undefined) ? 1 : 0);
      }
      const files = chosen(previews);
      if (files.length > 0) {
        const installed = placeBridge(
          bridgePlace(place.machine),
          place.bridge,
          place.machine.platform,
        );
        if (!installed.ok) return installed;
      }
      const changes = [...(await configs.protect(files)), ...refusals(previews)];
      out.result(
        { files: changes },
        changes.length > 0 ? changesText(changes) : 'Nothing to protect.',
      );
      return ok(codeOf(changes));
    },
    folders,
  );
  return done.ok ? done.value : done;
}

/** `airlock restore`: only while no app runs on the data folder, and never without a word of the person. */
export async function restore(
  place: Workplace,
  { client, yes, ...chosenFolders }: Chosen & { readonly client?: string; readonly yes: boolean },
  out: Output,
): Promise<Result<ExitCode>> {
  const folders = foldersOf(chosenFolders);
  if (!known(client)) return unknownClient(client ?? '');
  if (instanceOwner(place.data) !== undefined) {
    return fail(
      'app-running',
      'Airlock is running; restore in its window under Connections, or quit it first.',
    );
  }
  const done = await withConfigs(
    place,
    async (configs): Promise<Result<ExitCode>> => {
      const previews = await configs.previewRestore(client);
      const files = chosen(previews);
      if (files.length > 0 && !yes) {
        if (process.stdin.isTTY !== true) {
          return fail('needs-yes', 'Without a terminal to ask on, restore wants --yes.');
        }
        out.note(previewText(previews));
        if (!(await confirmed('Restore these files?'))) {
          out.note('Nothing was changed.');
          return ok(1);
        }
      }
      const changes = [...(await configs.restore(files)), ...refusals(previews)];
      out.result(
        { files: changes },
        changes.length > 0 ? changesText(changes) : 'Nothing to restore.',
      );
      return ok(codeOf(changes));
    },
    folders,
  );
  return done.ok ? done.value : done;
}

async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
