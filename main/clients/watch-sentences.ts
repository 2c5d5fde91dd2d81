import type { Client } from './client-record.ts';
import type { DriftAction, NewEntryAction, WatchedEntry } from './watch-event.ts';

/** What was noticed about an entry and what comes of it. `cannot`: why it stays as it is, as a sentence. */
export function noticed(
  seen: WatchedEntry,
  action: DriftAction | NewEntryAction,
  cannot: string | undefined,
): string {
  const then = cannot === undefined ? consequences[action] : `Airlock leaves it alone: ${cannot}`;
  return `${happened(seen)} ${then}`;
}

function happened({ kind, entry, clientName, file, sameServer }: WatchedEntry): string {
  switch (kind) {
    case 'restored-by-hand':
      return `${file} is again what it was before Airlock, so "${entry}" of ${clientName} starts its server directly.`;
    case 'drifted':
      return sameServer
        ? `"${entry}" of ${clientName} was changed back and starts its server directly, past Airlock.`
        : `"${entry}" of ${clientName} was changed and leads to another server, past Airlock.`;
    case 'new-entry':
      return `"${entry}" is a new server of ${clientName} and leads past Airlock.`;
    default:
      return kind satisfies never;
  }
}

const consequences: Readonly<Record<DriftAction | NewEntryAction, string>> = {
  reapply: 'Airlock routes it again.',
  route: 'Airlock routes it.',
  block: 'Airlock routes it and lets no call through.',
  leave: 'It was left as it is.',
  ask: 'Decide in Airlock whether it is routed.',
};

/** An entry of ours is gone. */
export const removedSentence = (entry: string, { name }: Client): string =>
  `"${entry}" was removed from ${name}, so nothing starts it there. Should it come back, it leads to Airlock again.`;

/** A file became unreadable; `reason` says why. */
export const unreadableSentence = (file: string, { name }: Client, reason: string): string =>
  `What ${name} starts by ${file} is not known any more. ${reason}`;

/** An entry leads to Airlock now. What the running client still has in memory may come back into the file. */
export const routedSentence = (entry: string, { name, reload, appMustBeQuit }: Client): string =>
  `"${entry}" of ${name} leads to Airlock now. ${reload}${
    appMustBeQuit ? ' While it runs it may write its old settings back; Airlock looks again.' : ''
  }`;

/** An entry could not be routed. */
export const refusedSentence = (entry: string, { name }: Client, reason: string): string =>
  `"${entry}" of ${name} could not be routed and leads past Airlock. ${reason}`;

/** Airlock keeps out of a file for a while. */
export const gaveUpSentence = (file: string, { name }: Client, refused: string | undefined) =>
  refused === undefined
    ? `${name} keeps writing its old servers over Airlock's in ${file}, so Airlock has stopped. Quit ${name}, then decide in Airlock.`
    : `Airlock has tried several times to route the servers in ${file} and has stopped. ${refused}`;
