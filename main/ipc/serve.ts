import {
  type CallName,
  channel,
  type Ipc,
  ipc,
  pageOrigin,
  type Reply,
  type Request,
  type Role,
} from '../../shared/ipc.ts';

/** What serve needs of Electron's event: who sent it, and from which frame. */
export interface Sender {
  readonly sender: { readonly id: number };
  readonly senderFrame: { readonly parent: unknown; readonly origin: string } | null;
}

/** The part of Electron's ipcMain that is used. */
export interface IpcPort {
  handle(channel: string, listener: (event: Sender, request: unknown) => Promise<unknown>): void;
}

/** One function for each call of the contract. */
export type Handlers = {
  readonly [K in CallName]: (request: Request<K>, role: Role) => Promise<Reply<K>> | Reply<K>;
};

/**
 * The role of a sender: only the top frame of one of our own windows, showing one of our own pages, has any.
 * `roles` maps web contents ids to the role their window was made for.
 */
export function roleOf(roles: ReadonlyMap<number, Role>, event: Sender): Role | undefined {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.origin === pageOrigin
    ? roles.get(event.sender.id)
    : undefined;
}

/**
 * Serves the whole contract: the sender's role is checked, the request and the reply are parsed. A call from a
 * window that has no right to it, or a request of the wrong shape, rejects and is reported; nothing is done.
 */
export function serve(
  port: IpcPort,
  handlers: Handlers,
  roles: ReadonlyMap<number, Role>,
  report: (sentence: string) => void,
): void {
  for (const name of Object.keys(ipc) as CallName[]) {
    port.handle(channel(name), (event, request) => answer(name, event, request));
  }

  async function answer<K extends CallName>(
    name: K,
    event: Sender,
    request: unknown,
  ): Promise<unknown> {
    const role = roleOf(roles, event);
    const contract: Ipc[K] = ipc[name];
    if (role === undefined || !(contract.roles as readonly Role[]).includes(role)) {
      report(`A page without the right to it called ${name}; it was refused.`);
      throw new Error(`${name} is not for this window`);
    }
    const parsed = contract.request.safeParse(request);
    if (!parsed.success) {
      report(`The ${role} window sent a malformed ${name}; it was refused.`);
      throw new Error(`${name}: the request is malformed`);
    }
    const reply = await (handlers[name] as (request: unknown, role: Role) => unknown)(
      parsed.data,
      role,
    );
    return contract.reply.parse(reply);
  }
}
