import type { AppState, Attention } from '../../shared/state.ts';
import { count } from '../components/count.ts';
import type { Tone } from '../components/risk-words.ts';
import type { ScreenName } from './app-context.ts';

/** The headline of the window: one value, its word, its tone, and one sentence on what it means now. */
export interface ProtectionWords {
  readonly text: string;
  readonly tone: Tone;
  readonly means: string;
}

/** Words for the one value that drives tray, title and headline. */
export function protectionWords(state: AppState): ProtectionWords {
  const over = ['failed', 'stopped'];
  const live = count(
    state.sessions.filter((session) => !over.includes(session.state)).length,
    'connection',
  );
  switch (state.protection) {
    case 'protected':
      return {
        text: 'Protected',
        tone: 'ok',
        means: `${live} live. Every call is checked and recorded.`,
      };
    case 'attention':
      return {
        text: `Needs attention (${state.attention.length})`,
        tone: 'warn',
        means: `${live} live. Calls are still checked and recorded.`,
      };
    case 'monitor':
      return {
        text: 'Monitor mode',
        tone: 'warn',
        means: 'Calls are recorded, not stopped.',
      };
    case 'stopped':
      return state.kills.some((kill) => kill.scope.kind === 'all')
        ? { text: 'Stopped', tone: 'danger', means: 'Every call of every agent is refused.' }
        : {
            text: 'Stopped in part',
            tone: 'danger',
            means: `${count(state.kills.length, 'stop')} in force.`,
          };
    default:
      return state.protection satisfies never;
  }
}

/** Where a matter is settled: a screen, the approval window, or a banner that is on screen already. */
export type Remedy =
  | { readonly at: 'screen'; readonly screen: ScreenName; readonly label: string }
  | { readonly at: 'approvals'; readonly label: string }
  | { readonly at: 'banner' };

/** What a person can do about something that wants their eyes. */
export function remedy(kind: Attention['kind']): Remedy {
  switch (kind) {
    case 'approval':
      return { at: 'approvals', label: 'Answer' };
    case 'held-tool':
      return { at: 'screen', screen: 'tools', label: 'Review' };
    case 'config':
      return { at: 'screen', screen: 'connections', label: 'Look' };
    case 'sign-in':
      return { at: 'screen', screen: 'connections', label: 'Sign in' };
    case 'delivery':
    case 'keychain':
    case 'policy':
      return { at: 'screen', screen: 'settings', label: 'Open settings' };
    case 'audit':
    case 'monitor':
    case 'kill':
      return { at: 'banner' };
    default:
      return kind satisfies never;
  }
}
