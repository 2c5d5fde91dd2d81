import type { Entry } from '../../shared/audit.ts';
import type { JsonRecord } from './canonical-text.ts';

interface Control {
  readonly action: readonly [id: number, name: string];
  readonly disposition: readonly [id: number, name: string];
}

const allowed = [1, 'Allowed'] as const;
const denied = [2, 'Denied'] as const;
const blocked: Control = { action: denied, disposition: [2, 'Blocked'] };

/**
 * The members of the OCSF profile security_control: what Airlock did with the call, and by which rules. Empty for
 * entries that decide nothing.
 */
export function securityControl(entry: Entry): JsonRecord {
  const control = controlOf(entry);
  if (control === undefined) return {};
  const [rule] = entry.decision?.rules ?? [];
  return {
    action_id: control.action[0],
    action: control.action[1],
    disposition_id: control.disposition[0],
    disposition: control.disposition[1],
    policy: rule && { uid: rule.id, name: rule.id, desc: rule.text, group: { name: rule.source } },
    firewall_rule: rule && { uid: rule.id, name: rule.id, desc: rule.text, type: rule.source },
  };
}

function controlOf({ kind, outcome, approver, decision, monitor }: Entry): Control | undefined {
  if (kind === 'tool.held') return { action: denied, disposition: [3, 'Quarantined'] };
  if (kind !== 'call.closed' || outcome === undefined) return undefined;
  if (monitor === true) return { action: [3, 'Observed'], disposition: [17, 'Logged'] };
  switch (outcome) {
    case 'denied-by-policy':
    case 'denied-by-person':
    case 'denied-by-timeout':
    case 'denied-by-kill':
      return blocked;
    case 'refused':
      return { action: denied, disposition: [25, 'Rejected'] };
    case 'internal-error':
      return { action: denied, disposition: [27, 'Error'] };
    case 'cancelled':
    case 'interrupted':
      // Whether it had been forwarded by then, the entry does not say.
      return { action: [0, 'Unknown'], disposition: [0, 'Unknown'] };
    case 'ok':
    case 'tool-error':
    case 'protocol-error':
    case 'server-gone':
      return approver !== undefined || decision?.decision === 'ask'
        ? { action: allowed, disposition: [8, 'Approved'] }
        : { action: allowed, disposition: [1, 'Allowed'] };
    default:
      return outcome satisfies never;
  }
}
