import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryInput } from '../shared/audit.ts';
import { ok, type Result } from '../shared/outcome.ts';
import type { Head } from './audit/appender.ts';
import { makeRecord } from './audit/record.ts';
import { openTrail } from './audit/trail.ts';
import { makeBackupKey } from './credentials/backup-key.ts';
import { chunkedKeychain, chunkLimit } from './credentials/chunked-keychain.ts';
import { makeConnectionSecrets } from './credentials/connection-secrets.ts';
import { makeDeviceKey } from './credentials/device-key.ts';
import { makeKeychain } from './credentials/keychain.ts';
import { person } from './identity/person.ts';
import { inspectAnswer } from './inspection/answer.ts';
import { showJson } from './inspection/display.ts';
import { type Masker, maskerFor, maskSecrets } from './inspection/mask.ts';
import { makeRequestInspection } from './inspection/request.ts';
import { inspectDefinition } from './inspection/tool-definition.ts';
import { makePins } from './inventory/pins.ts';
import { makePolicy } from './policy/policy.ts';
import { openDataFolder } from './storage/data-folder.ts';
import { openDatabase } from './storage/database.ts';
import { holdLock, lockHeld } from './storage/process-lock.ts';
import { openStateStore } from './storage/state-store.ts';

/** The machine and the person's home on it. */
export interface MachinePlace {
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly home: string;
  readonly tmp: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What governance is made for. */
export interface GovernancePorts {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  readonly mode: () => 'enforce' | 'monitor';
  /** Another policy file than the one in the data folder. */
  readonly policyFile?: string;
  /** Trail, pins or policy changed. */
  readonly onChange: () => void;
}

/**
 * Everything that decides and records, without a relay: for the app, the command line and `airlock run`. A data
 * folder that cannot be used is a problem; a trail that cannot be written is not, it refuses each call.
 */
export function openGovernance(ports: GovernancePorts) {
  const { machine, data } = ports;
  const folder = openDataFolder(data, { app: ports.version });
  if (!folder.ok) return folder;
  const opened = openStateStore(join(data, 'state.db'));
  if (!opened.ok) return opened;
  const state = opened.value;
  const appended: ((head: Head) => void)[] = [];
  const trail = openTrail(join(data, 'trail.db'), {
    open: openDatabase,
    locks: { hold: holdLock, held: lockHeld },
    onAppend(head) {
      for (const listener of appended) listener(head);
      ports.onChange();
    },
    onState: ports.onChange,
  });
  const injected = new Map<string, readonly string[]>();
  const maskers = new Map<string, Masker>();
  let everything: Masker = maskSecrets;
  /** Names and labels come with every call; what was masked once need not be read again. */
  const remembered = new Map<string, string>();
  const mask = (text: string): string => everything(text).text;
  const maskName = (text: string): string => {
    if (text.length > longestRemembered) return mask(text);
    const known = remembered.get(text);
    if (known !== undefined) return known;
    if (remembered.size >= mostRemembered) remembered.clear();
    const masked = mask(text);
    remembered.set(text, masked);
    return masked;
  };
  /** Sentences carry words of people, files and servers, so they are masked like arguments. */
  const masked = (entry: EntryInput): EntryInput =>
    entry.detail === undefined ? entry : { ...entry, detail: mask(entry.detail) };
  /** For entries that no forward depends on: one that cannot be written waits. */
  const record = (entry: EntryInput): void => trail.appendSoon(masked(entry));

  const pins = makePins({
    store: {
      load: (serverId) => state.pins.all().rows.filter((pin) => pin.serverId === serverId),
      save: (pin) => state.pins.save({ ...pin, findings: [...pin.findings] }),
      all: () => state.pins.all().rows,
    },
    show: (text) => showJson(text, {}, everything),
    inspect: inspectDefinition,
    now: Date.now,
    record: (entry) => {
      record(entry);
      ports.onChange();
    },
  });
  const policy = makePolicy({
    userFile: ports.policyFile ?? join(data, 'policy.cedar'),
    managedText: () => undefined,
    mode: ports.mode,
    trustedServers: () => noServers,
    groups: () => [],
    places: {
      platform: machine.platform,
      home: machine.home,
      ownFolders: [machine.tmp],
      protectedFolders: [data, join(machine.home, '.airlock')],
    },
  });
  const native = makeKeychain({ suffix: profileOf(data) });
  const keychain = chunkedKeychain(native, chunkLimit(machine.platform));

  return ok({
    state,
    trail,
    /** Tells of every write to the trail, with where the chain ends now. */
    onAppend: (listener: (head: Head) => void): void => void appended.push(listener),
    record,
    masked,
    pins,
    policy,
    probeKeychain: native.probe,
    keychain,
    backupKey: makeBackupKey(keychain),
    deviceKey: makeDeviceKey(keychain),
    secrets: makeConnectionSecrets(keychain),
    person: person(),
    newId: randomUUID,
    audit: makeRecord({ trail, mask, maskName, maskVersion: () => everything }),
    inspection: {
      request: makeRequestInspection((connectionId) => maskers.get(connectionId) ?? maskSecrets),
      answer: inspectAnswer,
    },
    mask,
    masker: (): Masker => everything,
    policyFile: ports.policyFile ?? join(data, 'policy.cedar'),
    /** The masker that knows the secrets of a connection. */
    maskerOf: (connectionId: string): Masker => maskers.get(connectionId) ?? maskSecrets,
    /** From now on these values of a connection are masked wherever they stand, and those from before still are. */
    maskValues(connectionId: string, fresh: readonly string[]): void {
      const known = injected.get(connectionId) ?? [];
      const values = [...new Set([...fresh, ...known])].slice(0, mostMasked);
      injected.set(connectionId, values);
      maskers.set(connectionId, maskerFor(values));
      everything = maskerFor([...injected.values()].flat());
      remembered.clear();
    },
    /** What an earlier run or damage left to say, one sentence each. */
    problems: (): readonly string[] => [
      ...policy.problems(),
      ...(state.setAside === undefined
        ? []
        : [
            `The state of Airlock was damaged and is kept as ${state.setAside}. Protect your clients again.`,
          ]),
    ],
    close(): void {
      trail.close();
      state.close();
    },
  });
}

/** Data folders do not share secrets: each has its own service in the keychain. */
const profileOf = (data: string): string =>
  createHash('sha256').update(realpathSync(data)).digest('hex').slice(0, 8);

/** Secrets of one connection that are masked, newest first: a client may expand its placeholders anew each time. */
const mostMasked = 64;

/** Texts whose masked form is remembered: how long, and how many. */
const longestRemembered = 200;
const mostRemembered = 500;

const noServers: ReadonlySet<string> = new Set();

export type Governance = ReturnType<typeof openGovernance> extends Result<infer G> ? G : never;
