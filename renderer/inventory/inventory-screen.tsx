import { Boxes, RefreshCw } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Inventory } from '../../shared/inventory.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Empty, Loaded, Screen } from '../components/screen.tsx';
import { useLoad } from '../components/use-load.ts';
import { UngovernedSection } from '../connections/ungoverned-section.tsx';
import { useApp } from '../dashboard/app-context.ts';
import { ListenerSection } from './listener-section.tsx';
import { ServerDrawer } from './server-drawer.tsx';
import { ServerList } from './server-list.tsx';
import { StraySection } from './stray-section.tsx';

const summary = ({ servers, agents }: Inventory): string => {
  const open = servers.filter(({ route }) => route.state === 'direct').length;
  const all = `${count(servers.length, 'server')}, used by ${count(agents.length, 'agent')}`;
  return open === 0 ? `${all}.` : `${all}; ${open} not protected.`;
};

/** Everything on this machine that speaks MCP, whether it goes through Airlock or not. */
export function InventoryScreen() {
  const { api } = useApp();
  const fetch = useCallback(() => api.getInventory({}), [api]);
  const { of, again } = useLoad(fetch);
  const [opened, setOpened] = useState('');
  const open = of.state === 'ready' ? of.value.servers.find(({ id }) => id === opened) : undefined;
  return (
    <Screen
      title="Inventory"
      about={
        of.state === 'ready'
          ? summary(of.value)
          : 'Every MCP server on this machine, and which agents use it.'
      }
      actions={
        <Button icon={RefreshCw} onClick={again}>
          Look again
        </Button>
      }
    >
      <Loaded of={of} waiting="Looking at configs and running programs…" again={again}>
        {(inventory) => (
          <>
            {inventory.problems.length > 0 ? <Problems texts={inventory.problems} /> : null}
            {inventory.servers.length === 0 ? (
              <Empty icon={Boxes} title="No MCP servers found">
                No agent on this machine names a server, and none was seen before. A server that
                comes later shows up here by itself.
              </Empty>
            ) : (
              <ServerList
                servers={inventory.servers}
                agents={inventory.agents}
                onOpen={setOpened}
              />
            )}
            <StraySection stray={inventory.stray} />
            <ListenerSection listeners={inventory.listeners} />
            {inventory.ungoverned.length > 0 ? (
              <UngovernedSection seen={inventory.ungoverned} />
            ) : null}
          </>
        )}
      </Loaded>
      {open ? <ServerDrawer server={open} onClose={() => setOpened('')} /> : null}
    </Screen>
  );
}

function Problems({ texts }: { readonly texts: readonly string[] }) {
  return (
    <Callout tone="warn">
      <p className="font-medium">This list may be incomplete:</p>
      <ul>
        {texts.map((text) => (
          <li key={text}>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
    </Callout>
  );
}
