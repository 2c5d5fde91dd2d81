import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { PageApi } from '../../shared/ipc.ts';
import type { AppState } from '../../shared/state.ts';
import { ActivityScreen } from '../activity/activity-screen.tsx';
import { Loaded } from '../components/screen.tsx';
import { ConnectionsScreen } from '../connections/connections-screen.tsx';
import { GrantsScreen } from '../grants/grants-screen.tsx';
import { InventoryScreen } from '../inventory/inventory-screen.tsx';
import type { Latest } from '../latest.ts';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { ToolsScreen } from '../tools/tools-screen.tsx';
import { WelcomeDialog } from '../welcome/welcome-dialog.tsx';
import { AppContext, type ScreenName } from './app-context.ts';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';
import { Sidebar } from './sidebar.tsx';

/** The dashboard over the state main pushes. */
export function Dashboard(props: {
  readonly api: PageApi<'dashboard'>;
  readonly states: Latest<AppState>;
}) {
  const { api, states } = props;
  const snapshot = useSyncExternalStore(states.subscribe, states.current);
  if (snapshot.state === 'ready') return <Frame api={api} state={snapshot.value} />;
  return (
    <main className="mx-auto flex h-full max-w-[480px] flex-col justify-center gap-3 p-6">
      <h1 className="text-[18px] font-semibold">Airlock</h1>
      <Loaded of={snapshot} waiting="Reading how things stand…" again={states.refresh}>
        {() => null}
      </Loaded>
    </main>
  );
}

function Frame({ api, state }: { readonly api: PageApi<'dashboard'>; readonly state: AppState }) {
  const [screen, go] = useState<ScreenName>('activity');
  const { theme, introduced } = state.settings;
  // Kept by itself, so that the last step stays when the setting is already saved.
  const [welcoming, setWelcoming] = useState(!introduced);
  useEffect(() => {
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
  }, [theme]);
  const app = useMemo(() => ({ api, state, go }), [api, state]);
  return (
    <AppContext value={app}>
      <div className="flex h-full flex-col">
        <Header />
        <Banners />
        <div className="flex min-h-0 flex-1">
          <Sidebar current={screen} />
          <main className="min-w-0 flex-1">
            <CurrentScreen name={screen} />
          </main>
        </div>
      </div>
      {welcoming ? <WelcomeDialog onClose={() => setWelcoming(false)} /> : null}
    </AppContext>
  );
}

function CurrentScreen({ name }: { readonly name: ScreenName }) {
  switch (name) {
    case 'activity':
      return <ActivityScreen />;
    case 'connections':
      return <ConnectionsScreen />;
    case 'inventory':
      return <InventoryScreen />;
    case 'tools':
      return <ToolsScreen />;
    case 'grants':
      return <GrantsScreen />;
    case 'settings':
      return <SettingsScreen />;
    default:
      return name satisfies never;
  }
}
