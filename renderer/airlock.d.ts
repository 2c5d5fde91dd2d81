import type { PageApi } from '../shared/ipc.ts';

declare global {
  interface Window {
    /** What this window's preload lets the page ask of main; which of the two depends on the window. */
    readonly airlock: PageApi<'approval'> | PageApi<'dashboard'>;
  }
}
