import { createContext, useContext } from 'react';
import type { PageApi } from '../../shared/ipc.ts';
import type { AppState } from '../../shared/state.ts';

/** The screens of the dashboard, in the order of the navigation. */
export const screens = [
  'activity',
  'connections',
  'inventory',
  'tools',
  'grants',
  'settings',
] as const;
export type ScreenName = (typeof screens)[number];

/** What every screen needs: main, its newest state, and a way to another screen. */
export interface App {
  readonly api: PageApi<'dashboard'>;
  readonly state: AppState;
  readonly go: (screen: ScreenName) => void;
}

export const AppContext = createContext<App | undefined>(undefined);

/** The app around a screen. Throws outside of it, which only we can cause. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp is only for the screens inside the dashboard.');
  return app;
}
