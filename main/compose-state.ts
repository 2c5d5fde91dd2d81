import type { AppState, Attention } from '../shared/state.ts';

/** Everything but what follows from it: the state before headline and attention are drawn from it. */
export type StateParts = Omit<AppState, 'protection' | 'attention'>;

const plural = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** A remote server that waits for a person to sign in, with the clients that use it. */
export interface NeededSignIn {
  readonly connectionId: string;
  readonly name: string;
  readonly clients: readonly string[];
}

/** What wants the person's eyes, most urgent first, each as one sentence. */
export function attentionOf(parts: StateParts, signIns: readonly NeededSignIn[]): Attention[] {
  const items: (Attention | undefined)[] = [
    parts.waiting > 0
      ? {
          id: 'approvals',
          kind: 'approval',
          text: `${plural(parts.waiting, 'call waits', 'calls wait')} for your answer.`,
        }
      : undefined,
    parts.trail.writable
      ? undefined
      : { id: 'trail', kind: 'audit', text: `Calls are refused: ${parts.trail.problem}` },
    parts.keychain.available
      ? undefined
      : { id: 'keychain', kind: 'keychain', text: parts.keychain.problem },
    ...parts.policy.problems.map<Attention>((text, n) => ({
      id: `policy-${n}`,
      kind: 'policy',
      text,
    })),
    ...parts.heldTools.map<Attention>((held) => ({
      id: `held-${held.serverId}-${held.tool}`,
      kind: 'held-tool',
      text:
        held.state === 'changed'
          ? `${held.tool} changed its definition and is held (${held.serverLabel}).`
          : `${held.tool} looks poisoned and is held (${held.serverLabel}).`,
    })),
    ...parts.sessions
      .filter((session) => session.state === 'failed' || session.state === 'paused')
      .map<Attention>((session) => ({
        id: `session-${session.sessionId}`,
        kind: 'config',
        text: `${session.connectionName} in ${session.clientName}: ${session.detail}`,
      })),
    ...signIns.map<Attention>(({ connectionId, name, clients }) => ({
      id: `sign-in-${connectionId}`,
      kind: 'sign-in',
      text: `${name} needs you to sign in (${clients.join(', ')}).`,
    })),
    parts.delivery.state === 'alert'
      ? {
          id: 'delivery',
          kind: 'delivery',
          text: `The audit endpoint refused ${plural(parts.delivery.setAside, 'batch', 'batches')}: ${parts.delivery.lastError ?? 'no reason given'}`,
        }
      : undefined,
  ];
  return items.filter((item) => item !== undefined);
}

/** The one state that tray and dashboard are drawn from. */
export function appState(parts: StateParts, signIns: readonly NeededSignIn[] = []): AppState {
  const attention = attentionOf(parts, signIns);
  return { ...parts, attention, protection: protectionOf(parts, attention) };
}

function protectionOf(parts: StateParts, attention: readonly Attention[]): AppState['protection'] {
  if (parts.kills.length > 0) return 'stopped';
  if (parts.settings.mode === 'monitor') return 'monitor';
  return attention.length > 0 ? 'attention' : 'protected';
}
