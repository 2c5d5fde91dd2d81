import { createInterface } from 'node:readline/promises';
import type { FileChange, FilePreview, ScanReport } from '../../shared/client.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { catalogue } from '../clients/catalogue.ts';
import { placeBridge } from '../compose-bridge.ts';
import { scanOnly } from '../compose-configs.ts';
import { bridgePlace } from '../compose-place.ts';
import { instanceOwner } from '../storage/instance-lock.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { type Workplace, withConfigs } from './workplace.ts';

/** Project folders that were named on the command line. */
interface Chosen {
  readonly workspaces?: readonly string[];
}

/** `airlock scan`. */
export async function scan(
  place: Workplace,
  chosen: Chosen,
  out: Output,
): Promise<Result<ExitCode>> {
  const found = await scanOnly(place, foldersOf(chosen));
  if (!found.ok) return found;
  out.result(found.value, scanText(found.value));
  return ok(0);
}

const scanText = ({ clients, ungoverned = [] }: ScanReport): string => {
  if (clients.length + ungoverned.length === 0) {
    return 'No AI client that Airlock knows has a config here.';
  }
  const rows = clients.flatMap((client) =>
    client.files.flatMap((file) => [
      [client.name, file.path, file.error ?? ''],
      ...file.entries.map((entry) => [
        `  ${entry.name}`,
        entry.notGovernable === undefined
          ? entry.routeState
          : `${entry.routeState} (not governable)`,
        [
          entry.url ?? [entry.command, ...(entry.args ?? [])].filter(Boolean).join(' '),
          ...(entry.disabled ? ['[disabled]'] : []),
          ...(entry.routeState === 'blocked' ? [`[${entry.notGovernable}]`] : []),
          ...(entry.secrets.length > 0
            ? [`[${entry.secrets.length} secret(s) in plain sight]`]
            : []),
        ].join(' '),
      ]),
    ]),
  );
  const beyond = ungoverned.map(({ clientName, name, path, advice }) =>
    [`${clientName}: ${name}`, ...(path === undefined ? [] : [path]), advice].join('\n    '),
  );
  const seen = beyond.length === 0 ? [] : ['', 'Seen, but not governed by any config:', ...beyond];
  return [columns(rows), ...seen].join('\n');
};

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
