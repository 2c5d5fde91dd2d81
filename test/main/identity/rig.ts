import type { OidcEvent, OidcPolicy, OidcPorts } from '../../../main/identity/oidc-ports.ts';
import { makePersonSignIn } from '../../../main/identity/oidc-sign-in.ts';
import { listenOnLoopback } from '../../../main/oauth/loopback-listener.ts';
import { openReceiver } from '../../../main/oauth/redirect-receiver.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { memoryKeychain } from '../credentials/memory-keychain.ts';
import { makeBrowser, type Play } from './browser.ts';

type Timer = { readonly at: number; readonly call: () => void };

/** Everything real but the keychain, the clock and the person. */
export function rig(issuer: string, over: Partial<OidcPolicy> = {}, vault = memoryKeychain()) {
  const browser = makeBrowser();
  const events: OidcEvent[] = [];
  const pages: Awaited<ReturnType<typeof browser.visit>>[] = [];
  const opened: string[] = [];
  let timers: Timer[] = [];
  let changes = 0;
  const set = {
    policy: {
      issuer,
      clientId: 'airlock',
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      groupsClaim: 'groups',
      sessionHours: 12,
      offlineGraceHours: 24,
      required: false,
      ...over,
    } as OidcPolicy | undefined,
    /** What the person does in the browser; undefined: nothing. */
    play: { as: 'ada' } as Play | undefined,
    trailWorks: true,
    /** Stands between Airlock and the provider. */
    wire: (send: () => Promise<Response>, _url: URL): Promise<Response> => send(),
    clock: 0,
  };
  let browsing: Promise<unknown> = Promise.resolve();
  const ports: OidcPorts = {
    policy: () => set.policy,
    osAccount: 'ada-os',
    fetch: (url, init) => set.wire(() => fetch(url, init), new URL(url)),
    keychain: vault.keychain,
    async openBrowser(url) {
      opened.push(url);
      const { play } = set;
      if (play !== undefined) {
        browsing = browser.visit(url, play).then((page) => pages.push(page));
        browsing.catch(() => undefined);
      }
      return ok(null);
    },
    openReceiver: (wish) => openReceiver(listenOnLoopback, wish),
    now: () => Date.now() + set.clock,
    after(ms, call) {
      const timer = { at: ports.now() + ms, call };
      timers = [...timers, timer];
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    async record(event) {
      events.push(event);
      return set.trailWorks ? ok(null) : fail('audit-unavailable', 'The trail is full.');
    },
    changed() {
      changes += 1;
    },
  };
  const signIn = makePersonSignIn(ports);
  return {
    signIn,
    set,
    vault,
    events,
    opened,
    pages,
    timers: () => timers,
    changes: () => changes,
    kinds: () => events.map(({ kind }) => kind),
    /** Moves the clock on, in hours. */
    pass(hours: number) {
      set.clock += hours * 3_600_000;
    },
    browsed: () => browsing,
    /** What the keychain holds of the session. */
    kept: () =>
      JSON.parse(vault.secrets.get('person/session') ?? 'null') as Record<string, unknown>,
    async end() {
      await signIn.stop();
      await browsing.catch(() => undefined);
    },
  };
}

/** The wire is cut. */
export const cut = () => Promise.reject(new Error('connect ECONNREFUSED'));
