import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listenOnLoopback } from '../../../main/oauth/loopback-listener.ts';
import { type Challenge, makeOAuth, type OAuth } from '../../../main/oauth/oauth.ts';
import { pinnedFetch } from '../../../main/oauth/pinned-fetch.ts';
import type { OAuthEvent, OAuthPorts, RemoteServer } from '../../../main/oauth/ports.ts';
import { kindOfHost } from '../../../main/policy/addresses.ts';
import { holdLock } from '../../../main/storage/process-lock.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import type { SignInQuestion } from '../../../shared/sign-in.ts';
import { memoryKeychain } from '../credentials/memory-keychain.ts';
import { type Visit, visit } from './browser.ts';

/** The parts of a test that is not about them: everything real but the keychain and the person. */
export function rig(
  servers: Record<string, RemoteServer>,
  overrides: Partial<OAuthPorts> = {},
  shared: { secrets?: ReturnType<typeof memoryKeychain>; folder?: string } = {},
) {
  const vault = shared.secrets ?? memoryKeychain();
  const folder = shared.folder ?? mkdtempSync(path.join(tmpdir(), 'airlock-oauth-'));
  const events: OAuthEvent[] = [];
  const questions: SignInQuestion[] = [];
  const opened: string[] = [];
  const pages: { status: number; text: string }[] = [];
  const requests: { url: string; method: string; body: URLSearchParams }[] = [];
  const person = {
    /** What the person answers to a question. */
    agrees: true,
    /** What they do in the browser; undefined: nothing. */
    does: { choose: 'agree' } as Visit | undefined,
    trailWorks: true,
    browsing: Promise.resolve() as Promise<unknown>,
  };
  let clock = 0;
  const ports: OAuthPorts = {
    fetch(url, init) {
      const body = new URLSearchParams(init.body?.toString() ?? '');
      requests.push({ url, method: init.method, body });
      return pinnedFetch(url, init);
    },
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    kindOfHost,
    keychain: vault.keychain,
    async openBrowser(url) {
      opened.push(url);
      if (person.does !== undefined) {
        person.browsing = visit(url, person.does).then((page) => pages.push(page));
      }
      return ok(null);
    },
    listenOnLoopback,
    now: () => Date.now() + clock,
    random: randomBytes,
    async record(event) {
      events.push(event);
      return person.trailWorks ? ok(null) : fail('audit-unavailable', 'The trail is full.');
    },
    async ask(question) {
      questions.push(question);
      return person.agrees;
    },
    connectionOf: (connectionId) => servers[connectionId],
    lock: (name) => holdLock(path.join(folder, `${name}.lock`)),
    ...overrides,
    limits: { requestMs: 15_000, signInMs: 30_000, callWaitMs: 30_000, ...overrides.limits },
  };
  const oauth = makeOAuth(ports);
  return {
    oauth,
    ports,
    vault,
    folder,
    events,
    questions,
    opened,
    pages,
    requests,
    person,
    /** Moves the clock on, in milliseconds. */
    pass: (ms: number) => {
      clock += ms;
    },
    /** Every secret the keychain holds. */
    secrets: () => [...vault.secrets.values()].flatMap(secretsOf),
    async end() {
      await oauth.stop();
      await person.browsing.catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const secretsOf = (text: string): string[] => {
  const kept = JSON.parse(text) as Record<string, unknown>;
  return [kept.accessToken, kept.refreshToken].filter((value) => typeof value === 'string');
};

/** What the upstream does with a call: sends it with the header there is, and retries after a challenge was met. */
export async function call(
  oauth: OAuth,
  connectionId: string,
  resourceUrl: string,
  { query = '', most = 3, ...more }: { query?: string; most?: number } & Partial<Challenge> = {},
) {
  for (let attempt = 0; attempt < most; attempt += 1) {
    const headers = await oauth.headersFor({ connectionId, resourceUrl });
    if (!headers.ok) return headers;
    const answer = await fetch(resourceUrl + query, { headers: { ...headers.value } });
    if (answer.ok) return ok((await answer.json()) as { account: string; scope: string });
    const met = await oauth.challenged({
      connectionId,
      resourceUrl,
      status: answer.status,
      wwwAuthenticate: answer.headers.get('www-authenticate') ?? undefined,
      sent: headers.value?.Authorization,
      ...more,
    });
    if (!met.ok) return met;
  }
  return fail('gave-up', 'The server was never satisfied.');
}
