import { type Finding, owasp } from '../../shared/finding.ts';
import { type ClientApp, type ClientPrograms, programsOf } from './client-programs.ts';
import type { CodeSignature } from './code-signature.ts';
import type { ProcessFacts } from './process-listing.ts';

/** Whether a calling process is one that its client is known to run as. */
export interface ProcessVerdict {
  readonly verdict: 'matches' | 'unexpected' | 'unknown';
  /** For people: which program, and what to do. Holds no command line. */
  readonly sentence: string;
}

/** A client a connection may be used by: its id in the catalogue, and its name. */
export interface ExpectedClient {
  readonly id: string;
  readonly name: string;
}

/** Programs that only start others; who started them is the one who calls. */
const starters: ReadonlySet<string> = new Set([
  ...['sh', 'bash', 'dash', 'zsh', 'fish', 'ash', 'ksh', 'cmd', 'powershell', 'pwsh', 'conhost'],
  ...['env', 'nice', 'nohup', 'setsid', 'timeout', 'stdbuf', 'sudo', 'disclaimer', 'bwrap'],
]);

/** Programs that run a script, which is what they are known by. */
const interpreter =
  /^(?:node|nodejs|bun|deno|python[\d.]*|uv|uvx|ruby|java|javaw|npm|npx|pnpm|electron)$/;

/** The last part of a path of any platform in lower case, without the ending of a program or script. */
const programName = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.(?:exe|cmd|[cm]?js|ts|py)$/, '');

const slashed = (text: string): string => text.replaceAll('\\', '/').toLowerCase();

const firstWord = (command: string | undefined): string | undefined =>
  /^(?:"([^"]+)"|(\S+))/
    .exec(command ?? '')
    ?.slice(1)
    .find(Boolean);

const nameOf = ({ path, command }: ProcessFacts): string =>
  programName(path ?? firstWord(command) ?? '');

/** The nearest process of an ancestry (`ancestryOf`) that is more than a shell or a starter. Pure. */
export const callerIn = (ancestry: readonly ProcessFacts[]): ProcessFacts | undefined =>
  ancestry.find((one) => {
    const name = nameOf(one);
    return name !== '' && !starters.has(name);
  });

type Match = { readonly app?: ClientApp };

function matchOf(caller: ProcessFacts, known: ClientPrograms): Match | undefined {
  const path = slashed(caller.path ?? '');
  const command = slashed(caller.command ?? '');
  const name = nameOf(caller);
  const app = known.apps.find(
    ({ bundle, programs }) =>
      programs.includes(name) ||
      (bundle !== undefined && path.includes(`/${bundle.toLowerCase()}.app/`)),
  );
  if (app !== undefined) return { app };
  if (known.paths.some((part) => path.includes(part))) return {};
  if (!interpreter.test(name)) return undefined;
  // A tool may put its own name in the place of its command line, as Claude Code does.
  const words = command.split(' ').filter((word) => !word.startsWith('-'));
  const named = words.slice(0, 2).map(programName);
  const own = known.apps.some(({ programs }) => programs.some((one) => named.includes(one)));
  return own || known.paths.some((part) => command.includes(part)) ? {} : undefined;
}

/**
 * Judges who uses a connection: the nearest ancestor of the bridge that is no shell, by what its clients run as, and
 * by its signature where the system tells one and the app's signer is known. Pure.
 */
export function verdictOn(
  ancestry: readonly ProcessFacts[],
  clients: readonly ExpectedClient[],
  platform: NodeJS.Platform,
  signature: CodeSignature = { state: 'unknown' },
): ProcessVerdict {
  const names = clients.map(({ name }) => name).join(' or ') || 'this client';
  const caller = callerIn(ancestry);
  if (caller === undefined) {
    return unknown(`Which program uses the connection of ${names} cannot be told.`);
  }
  const known = clients.flatMap(({ id }) => programsOf(id) ?? []);
  const match = known.map((one) => matchOf(caller, one)).find((one) => one !== undefined);
  const program = shown(caller);
  if (match === undefined) {
    if (known.length < clients.length || clients.length === 0) {
      return unknown(`Airlock does not know which programs ${names} runs as; this is ${program}.`);
    }
    return unexpected(
      `${program} uses the connection of ${names}, which is not known to run as that. If you did not set this up yourself, pause the connection and tell IT.`,
    );
  }
  const signer = platform === 'darwin' ? match.app?.team : match.app?.publisher;
  const judged = signer !== undefined && (platform === 'darwin' || platform === 'win32');
  if (judged && signature.state !== 'unknown' && signature.signer !== signer) {
    return unexpected(
      `${program} has the name of ${names} but is ${signedBy(signature)}, where ${signer} is expected. Install ${names} anew from its maker, or tell IT.`,
    );
  }
  return { verdict: 'matches', sentence: `${names} runs as ${program}, as expected.` };
}

const unknown = (sentence: string): ProcessVerdict => ({ verdict: 'unknown', sentence });
const unexpected = (sentence: string): ProcessVerdict => ({ verdict: 'unexpected', sentence });

const signedBy = ({ state, signer }: CodeSignature): string => {
  if (state === 'invalid')
    return 'changed since it was signed, or signed by nobody this system trusts';
  return state === 'none' ? 'not signed' : `signed by ${signer ?? 'nobody it names'}`;
};

const shown = ({ pid, path, command }: ProcessFacts): string =>
  `${path ?? firstWord(command) ?? 'a program without a name'} (process ${pid})`;

/** The finding of an unexpected process, for every call it makes; undefined for any other verdict. */
export const processFinding = ({ verdict, sentence }: ProcessVerdict): Finding | undefined =>
  verdict === 'unexpected'
    ? {
        code: 'unexpected-process',
        severity: 'medium',
        place: 'process',
        message: sentence,
        owasp: owasp.MCP07,
      }
    : undefined;
