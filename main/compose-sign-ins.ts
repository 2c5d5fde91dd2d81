import type { Connection } from '../shared/client.ts';
import type { Result } from '../shared/outcome.ts';
import type { SignInStatus, SignInView, SignOutReport } from '../shared/sign-in.ts';
import { visibleText } from './clients/visible-text.ts';
import type { Governance } from './compose-governance.ts';
import { type BrowserPorts, openOAuth } from './compose-oauth.ts';
import type { NeededSignIn } from './compose-state.ts';
import { serverIdentifier } from './oauth/well-known.ts';

/** The statuses of a server are asked for this long after it told of a change, which may be one of several. */
const settleMs = 50;

/** True where a connection leads to a server that a person can sign in to: it brings no credential of its own. */
export function takesSignIn({ remote, restoredAt }: Connection): boolean {
  if (remote === undefined || restoredAt !== undefined) return false;
  const headers = [...remote.secretHeaders, ...remote.forwardedHeaders];
  return (
    remote.transport !== 'ws' &&
    typeof remote.url === 'string' &&
    !headers.some((name) => /^authorization$/i.test(name))
  );
}

/** Signing in to remote servers, with what the pages show of it and what wants a person's eyes. */
export function openSignIns(
  governance: Governance,
  ports: { readonly data: string; readonly browser: BrowserPorts; readonly onChange: () => void },
) {
  const { state } = governance;
  /** The last known status by server: what is drawn from it asks neither keychain nor network. */
  const known = new Map<string, SignInStatus>();
  const timers = new Map<string, NodeJS.Timeout>();
  const oauth = openOAuth(governance, { ...ports, onChange: settle });

  const served = (): { connection: Connection; server: string }[] =>
    state.connections.all().rows.flatMap((connection) => {
      const url = connection.remote?.url;
      const server = typeof url === 'string' ? serverIdentifier(url) : undefined;
      return server !== undefined && takesSignIn(connection) ? [{ connection, server }] : [];
    });

  async function ask(connectionId: string, server: string): Promise<SignInStatus> {
    const status = shown(await oauth.status(connectionId));
    known.set(server, status);
    return status;
  }

  function settle(server: string): void {
    clearTimeout(timers.get(server));
    const timer = setTimeout(() => {
      timers.delete(server);
      const one = served().find((other) => other.server === server);
      if (one === undefined) known.delete(server);
      const asked = one === undefined ? Promise.resolve() : ask(one.connection.id, server);
      void asked.then(ports.onChange, ports.onChange);
    }, settleMs);
    timers.set(server, timer);
  }

  const signIns = {
    /** One item for each connection that could be signed in to. */
    async list(): Promise<SignInView[]> {
      const servers = new Map<string, Promise<SignInStatus>>();
      return Promise.all(
        served().map(async ({ connection: { id }, server }) => {
          const status = servers.get(server) ?? ask(id, server);
          servers.set(server, status);
          return { connectionId: id, status: await status };
        }),
      );
    },
    async signIn(connectionId: string): Promise<Result<SignInStatus>> {
      const done = await oauth.signIn(connectionId);
      return done.ok ? { ok: true, value: shown(done.value) } : done;
    },
    cancel: (connectionId: string): Promise<void> => oauth.cancelSignIn(connectionId),
    signOut: (connectionId: string): Promise<Result<SignOutReport>> => oauth.signOut(connectionId),
    /** The servers that are known to wait for a person, each once. */
    needed(): NeededSignIn[] {
      const waiting = [...known].filter(([, { state: how }]) => how === 'needs-sign-in');
      if (waiting.length === 0) return [];
      const all = served();
      return waiting.flatMap(([server]) => {
        const users = all.filter((one) => one.server === server).map((one) => one.connection);
        const [first] = users;
        if (first === undefined) return [];
        const clients = [...new Set(users.map(({ clientName }) => clientName))];
        return [{ connectionId: first.id, name: first.name, clients }];
      });
    },
    stop(): void {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
  return { oauth, signIns };
}

/** The account is the issuer's own word, and a person is to see all of it. Also proves that the contract fits. */
function shown(status: SignInStatus): SignInStatus {
  if (status.state !== 'signed-in' || status.account === undefined) return status;
  return { ...status, account: visibleText(status.account).slice(0, 200) };
}
