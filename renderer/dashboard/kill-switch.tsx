import { ChevronDown, OctagonX } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { KillScope } from '../../shared/kill.ts';
import type { SessionView } from '../../shared/state.ts';
import { useApp } from './app-context.ts';
import { KillDialog, type Target } from './kill-dialog.tsx';

const item =
  'flex cursor-default items-baseline gap-2 rounded-control px-2 py-1.5 outline-none data-highlighted:bg-hover';

/** The choices of the switch below "everything": one client, one server, as live sessions know them. */
function targets(sessions: readonly SessionView[]): { clients: Target[]; servers: Target[] } {
  const clients = new Map<string, Target>();
  const servers = new Map<string, Target>();
  for (const session of sessions) {
    const client: KillScope = { kind: 'client', clientId: session.clientId };
    const server: KillScope = { kind: 'server', serverId: session.serverId };
    clients.set(session.clientId, { scope: client, name: session.clientName, detail: '' });
    servers.set(session.serverId, {
      scope: server,
      name: session.connectionName,
      detail: session.serverLabel,
    });
  }
  return { clients: [...clients.values()], servers: [...servers.values()] };
}

/** The kill switch: always there, for everything, one client or one server, in two presses. */
export function KillSwitch() {
  const { state } = useApp();
  const [target, setTarget] = useState<Target>();
  const { clients, servers } = targets(state.sessions);
  return (
    <>
      {/* Not modal: a modal menu locks scrolling with a style element, which the content security policy refuses. */}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <button
            type="button"
            data-testid="kill"
            className="inline-flex h-7.5 items-center gap-1.5 rounded-control bg-danger-fill px-3 font-medium text-on-fill hover:bg-danger-fill-hover"
          >
            <OctagonX size={16} aria-hidden="true" />
            Kill switch
            <ChevronDown size={14} aria-hidden="true" />
          </button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-10 max-h-[70vh] w-[320px] overflow-auto rounded-panel border border-line bg-surface p-1.5 shadow-raised"
        >
          <DropdownMenu.Item
            className={`${item} font-medium text-danger`}
            onSelect={() => setTarget({ scope: { kind: 'all' }, name: 'everything', detail: '' })}
          >
            Stop everything…
          </DropdownMenu.Item>
          <Targets title="One client" targets={clients} onChoose={setTarget} />
          <Targets title="One server" targets={servers} onChoose={setTarget} />
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      {target ? <KillDialog target={target} onClose={() => setTarget(undefined)} /> : null}
    </>
  );
}

function Targets(props: {
  readonly title: string;
  readonly targets: readonly Target[];
  readonly onChoose: (target: Target) => void;
}) {
  if (props.targets.length === 0) return null;
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Separator className="my-1.5 h-px bg-line" />
      <DropdownMenu.Label className="px-2 py-1 text-xs text-muted">
        {props.title}
      </DropdownMenu.Label>
      {props.targets.map((target) => (
        <DropdownMenu.Item
          key={`${target.name} ${target.detail}`}
          className={item}
          onSelect={() => props.onChoose(target)}
        >
          <bdi className="shrink-0">{target.name}</bdi>
          <bdi className="truncate font-mono text-xs text-muted">{target.detail}</bdi>
        </DropdownMenu.Item>
      ))}
    </DropdownMenu.Group>
  );
}
