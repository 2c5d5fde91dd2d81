import { ipcRenderer } from 'electron';
import { type CallName, channel, ipc, type PageApi, type Role } from '../../shared/ipc.ts';

/** The API of a page in one role: its calls and its push, nothing else of Electron. Main checks the role again. */
export function pageApi<R extends Role>(role: R): PageApi<R> {
  const names = (Object.keys(ipc) as CallName[]).filter((name) =>
    (ipc[name].roles as readonly Role[]).includes(role),
  );
  const calls = names.map((name) => [
    name,
    (request: unknown) => ipcRenderer.invoke(channel(name), request),
  ]);
  const listen = (push: 'state' | 'approvals') => (take: (value: unknown) => void) => {
    const onPush = (_event: unknown, value: unknown) => take(value);
    ipcRenderer.on(channel(push), onPush);
    return () => {
      ipcRenderer.off(channel(push), onPush);
    };
  };
  const subscribe =
    role === 'dashboard' ? { onState: listen('state') } : { onApprovals: listen('approvals') };
  return { ...Object.fromEntries(calls), ...subscribe } as PageApi<R>;
}
