import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Enrolment } from '../../shared/managed.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import {
  type EnrolmentPlace,
  type FilePlace,
  type RegistryPlace,
  systemPrograms,
} from './enrolment-place.ts';
import { type PlaceProblem, readTrustedPosix } from './enrolment-trust.ts';
import { readTolerantly } from './tolerant.ts';
import { aclArguments, aclLooseness } from './windows-acl.ts';
import { enrolmentOfRegistry, listsKey, parseRegistry } from './windows-registry.ts';

/** Whether this machine belongs to an organisation. Absent and unreadable are different things. */
export type EnrolmentState =
  | { readonly state: 'not-enrolled' }
  | {
      readonly state: 'enrolled';
      readonly enrolment: Enrolment;
      /** Where it stands, for people. */
      readonly place: string;
      /** Sentences about what was left out. */
      readonly problems: readonly string[];
    }
  /** Somebody enrolled this machine, but nobody can say how: nothing that is not read-only is let through. */
  | { readonly state: 'enrolment-unreadable'; readonly place: string; readonly problem: string };

/** What a program printed, and how it ended; undefined where it could not be run or was ended. */
export interface CommandEnd {
  readonly code: number | undefined;
  readonly stdout: string;
}

/** Runs a program of the system by its absolute path. Never rejects. */
export type RunCommand = (file: string, args: readonly string[]) => Promise<CommandEnd>;

/** What reading an enrolment needs. The places are the platform's own; only development and tests pass others. */
export interface EnrolmentPorts {
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly places: readonly EnrolmentPlace[];
  readonly run: RunCommand;
  /** Whether `http:` to this very machine counts as well as HTTPS; never in a packaged app. */
  readonly allowLoopbackHttp: boolean;
}

/** Runs a program with a time limit of five seconds and without a shell. */
export const runCommand: RunCommand = (file, args) =>
  new Promise((resolve) => {
    const options = { timeout: 5_000, windowsHide: true, maxBuffer: 4_194_304 };
    execFile(file, [...args], options, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, stdout });
    });
  });

const unreadable = (message: string) => fail('unreadable', message);

type Found = Result<unknown, PlaceProblem>;

const json = (text: string, where: string): Found => {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return unreadable(`${where} does not hold JSON.`);
  }
};

async function readWindowsFile(
  place: FilePlace,
  run: RunCommand,
): Promise<Result<Buffer, PlaceProblem>> {
  const folder = path.dirname(place.path);
  try {
    const found = await stat(place.path);
    if (!found.isFile() || found.size > 262_144) {
      return unreadable(`${place.path} is not a regular file of at most 256 KiB.`);
    }
    if ((await realpath(place.path)).toLowerCase() !== path.resolve(place.path).toLowerCase()) {
      return unreadable(`${place.path} is reached through a link. Put the file itself there.`);
    }
    const { code, stdout } = await run(
      systemPrograms.powershell,
      aclArguments([folder, place.path]),
    );
    const [ofFolder = '', ofFile = ''] = stdout.trim().split(/\r?\n/);
    const loose =
      code === 0
        ? (aclLooseness(ofFolder, 'folder') ?? aclLooseness(ofFile, 'file'))
        : 'has an access list that cannot be read';
    if (loose !== undefined)
      return unreadable(`${place.path} is not trusted: it or its folder ${loose}.`);
    return ok(await readFile(place.path));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (why === 'ENOENT') return fail('absent', `${place.path} does not exist.`);
    return unreadable(`${place.path} cannot be opened (${why}).`);
  }
}

async function readFilePlace(place: FilePlace, { platform, run }: EnrolmentPorts): Promise<Found> {
  const bytes =
    platform === 'win32' ? await readWindowsFile(place, run) : await readTrustedPosix(place);
  if (!bytes.ok) return bytes;
  if (place.form === 'json') return json(bytes.value.toString('utf8'), place.path);
  // Binary or XML: only the system's own program reads both.
  const { code, stdout } = await run(systemPrograms.plutil, [
    '-convert',
    'json',
    '-o',
    '-',
    place.path,
  ]);
  if (code !== 0) return unreadable(`${place.path} is not a property list that can be read.`);
  return json(stdout, place.path);
}

async function readRegistry({ key }: RegistryPlace, run: RunCommand): Promise<Found> {
  const found = await run(systemPrograms.reg, ['query', key, '/s']);
  if (found.code === 0) {
    const tree = parseRegistry(found.stdout);
    // A policy that was set back to "not configured" can leave its key behind, with nothing in it.
    const empty = [...tree.values()].every((values) => values.size === 0);
    return empty ? fail('absent', `${key} is empty.`) : ok(enrolmentOfRegistry(tree));
  }
  // The same end for a key that is not there and one that may not be read: its parent tells them apart.
  const parent = await run(systemPrograms.reg, ['query', path.win32.dirname(key)]);
  if (parent.code === 0 && !listsKey(parent.stdout, path.win32.basename(key))) {
    return fail('absent', `${key} does not exist.`);
  }
  return unreadable(`${key} cannot be read.`);
}

const nameOfPlace = (place: EnrolmentPlace): string =>
  place.kind === 'file' ? place.path : place.key;

/** Whether an address may carry policy: HTTPS, or HTTP to this machine where that is allowed. */
export function isTrustedUrl(text: string, allowLoopbackHttp: boolean): boolean {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return allowLoopbackHttp && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}

/** What is wrong with an enrolment that fits the schema, as a sentence. */
function refusal(enrolment: Enrolment, allowLoopbackHttp: boolean): string | undefined {
  const { policyUrl, channelUrl, signIn, keys } = enrolment;
  for (const url of [policyUrl, channelUrl, signIn?.issuer]) {
    if (url !== undefined && !isTrustedUrl(url, allowLoopbackHttp)) {
      return `${url.slice(0, 200)} must be an https address without user and password.`;
    }
  }
  if (channelUrl !== undefined && new URL(channelUrl).origin !== new URL(policyUrl).origin) {
    return 'channelUrl must be on the same host as policyUrl.';
  }
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) {
    return 'Two keys have the same kid.';
  }
  return undefined;
}

/** Single parts that may be wrong without leaving open whose machine this is and whose policy it takes. */
const optionalParts: ReadonlySet<PropertyKey> = new Set(['contact']);

/**
 * Reads the enrolment of this machine. The first place that holds anything counts: one that is there and cannot be
 * trusted or read is not passed over for the next.
 */
export async function readEnrolment(ports: EnrolmentPorts): Promise<EnrolmentState> {
  for (const place of ports.places) {
    const name = nameOfPlace(place);
    const found =
      place.kind === 'file'
        ? await readFilePlace(place, ports)
        : await readRegistry(place, ports.run);
    if (!found.ok && found.problem.code === 'absent') continue;
    const failed = (problem: string): EnrolmentState => ({
      state: 'enrolment-unreadable',
      place: name,
      problem: `${problem} Until it is corrected, only reading is let through. Ask your IT.`,
    });
    if (!found.ok) return failed(found.problem.message);
    const read = readTolerantly(Enrolment, found.value, ([part]) =>
      part !== undefined && optionalParts.has(part) ? 1 : undefined,
    );
    if (!read.ok) return failed(`${name} does not fit: ${read.problem}`);
    const refused = refusal(read.value, ports.allowLoopbackHttp);
    if (refused !== undefined) return failed(`${name} does not fit: ${refused}`);
    const problems = read.problems.map((problem) => `${name}: ${problem}`);
    return { state: 'enrolled', enrolment: read.value, place: name, problems };
  }
  return { state: 'not-enrolled' };
}
